/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of YAML share. Only for src/parse/yaml*.c. */
#pragma once

#include "parse/tree.h"

/* The type of a scalar without quotes and tag, by its looks. `flags` are YamlFlags; `a` is for what is made on the way. */
NodeType yaml_scalar_looks(Str text, unsigned flags, Arena *a);
/* Gives `n`, whose type is set, its value: a copy in `a`. false: the arena is full. */
bool yaml_scalar_fill(Node *n, Str text, Arena *a);
/* Reads `text` (without byte order mark) if it is YAML as programs and people mostly write it. false, with nothing kept and nothing said, for all that it does not
 * know, for what is wrong and for what passes a limit: libyaml reads that. */
bool yaml_read_block(Tree *t, Str text, unsigned flags, Node **ret_first, size_t *ret_n);
