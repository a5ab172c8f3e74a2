/* SPDX-License-Identifier: Apache-2.0 */
/* What the readers of ignore rules share. */
#pragma once

#include "base/vec.h"
#include "scan/ignore.h"

typedef struct Ignore {
    Arena *a;
    const char *name;      /* in the arena */
    Diag *d;
    Vec(Exception) rules;
} Ignore;

#define ignore_error(i, node, ...) diag_add((i)->d, DIAG_ERROR, (i)->name, (node)->line, (node)->col, __VA_ARGS__)
#define ignore_warn(i, node, ...) ((void) diag_add((i)->d, DIAG_WARNING, (i)->name, (node)->line, (node)->col, __VA_ARGS__))

/* An empty rule of this form at a place. */
Exception ignore_rule(const Ignore *i, ExceptionFormat format, uint32_t line, uint32_t col);
/* A string or a list of strings, copied. -EINVAL with the place of what is neither; an absent node gives none. */
int ignore_strings(Ignore *i, const Node *n, const char *key, Str **ret, size_t *ret_n);
/* The time at which a rule stops working; an absent node changes nothing. */
int ignore_date(Ignore *i, const Node *n, const char *key, int64_t *ret);

/* "CVE-2024-1 exp:2025-01-01 # why", one a line. */
bool ignore_is_trivy_plain(Str text);
int ignore_read_trivy_plain(Ignore *i, Str text);
int ignore_read_trivy_yaml(Ignore *i, const Node *root);
/* The list `ignore`. */
int ignore_read_grype(Ignore *i, const Node *list);
