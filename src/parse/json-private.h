/* SPDX-License-Identifier: Apache-2.0 */
/* What json.c and json-scalar.c share. Only for them. */
#pragma once

#include "parse/tree.h"

typedef struct Json {
    Tree tree;
    const char *p, *end;
    const char *line_start;
    uint32_t line;
    uint32_t depth;
    bool bad; /* a duplicate key was met: reading goes on for the other errors */
    JsonOptions o;
    Str section;         /* the key of the root's member at hand */
    bool in_section;     /* it is a map: its members are pieces */
} Json;

static inline uint32_t json_col(const Json *j, const char *p) {
    return (uint32_t) (p - j->line_start) + 1;
}

/* Says what was expected at p; returns -EINVAL. */
int json_expected(Json *j, const char *p, const char *what);
/* On the opening quote; ends behind the closing one. A slice of the text, or of the arena where there are escapes. */
int json_read_string(Json *j, Str *ret);
/* On "-" or a digit: as it is written. */
int json_read_number(Json *j, Str *ret);
