/* SPDX-License-Identifier: Apache-2.0 */
/* Scalars of YAML: what they are, by how they are written. Only for src/parse/yaml*.c. */
#pragma once

#include "parse/tree.h"

/* The type of a scalar without quotes and tag, by its looks. `flags` are YamlFlags; `a` is for what is made on the way. */
NodeType yaml_scalar_looks(Str text, unsigned flags, Arena *a);
/* Gives `n`, whose type is set, its value: a copy in `a`. false: the arena is full. */
bool yaml_scalar_fill(Node *n, Str text, Arena *a);
