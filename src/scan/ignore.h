/* SPDX-License-Identifier: Apache-2.0 */
/* Ignore rules: ours (YAML: docs/reference/exceptions.md), and those of Trivy (.trivyignore, .trivyignore.yaml:
 * https://trivy.dev/latest/docs/configuration/filtering/) and Grype (`ignore` of .grype.yaml: https://github.com/anchore/grype). */
#pragma once

#include "base/diag.h"
#include "base/limits.h"
#include "model/exception.h"
#include "parse/node.h"

typedef struct IgnoreRules {
    ExceptionFormat format;
    Exception *rules;
    size_t n;
} IgnoreRules;

/* Reads a file of rules; which form it has is told by its content. Strings are copied into `a`. -EINVAL or -E2BIG with the places in `d`.
 * Rules of other tools that ask for what we do not have are warnings in `d` and left out: they would ignore more than they should. */
int ignore_read(Str text, const char *name, const Limits *limits, Arena *a, IgnoreRules *ret, Diag *d);
/* The list `ignores` of plimsoll.yaml. */
int ignore_read_list(const Node *list, const char *name, Arena *a, IgnoreRules *ret, Diag *d);
