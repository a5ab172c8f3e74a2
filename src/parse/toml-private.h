/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the TOML reader share: toml.c has documents and tables, toml-scalar.c strings, numbers, dates and times. */
#pragma once

#include "parse/tree.h"

typedef struct TomlGroup TomlGroup;

typedef struct Toml {
    Tree tree;
    const char *p, *end;
    const char *line_start;
    uint32_t line;
    TomlGroup *made; /* the newest of all tables and lists */
    bool bad;        /* a key or a table was defined twice: reading goes on for the other errors */
} Toml;

static inline uint32_t toml_col(const Toml *t, const char *p) {
    return (uint32_t) (p - t->line_start) + 1;
}
static inline bool toml_at(const Toml *t, char c) {
    return t->p < t->end && *t->p == c;
}
/* Spaces and tabs. */
static inline void toml_skip_blank(Toml *t) {
    while (t->p < t->end && (*t->p == ' ' || *t->p == '\t'))
        t->p++;
}
/* A line break at p ("\n" or "\r\n"): its length, or 0. */
static inline size_t toml_newline(const Toml *t, const char *p) {
    return p < t->end && *p == '\n' ? 1 : t->end - p >= 2 && p[0] == '\r' && p[1] == '\n' ? 2 : 0;
}
static inline void toml_next_line(Toml *t, const char *first_of_line) {
    t->line++;
    t->line_start = first_of_line;
}
/* All of these return -EINVAL. */
int toml_error(Toml *t, const char *p, const char *message);
int toml_expected(Toml *t, const char *p, const char *what);

/* A string of any of the four kinds, on its opening quote; ends behind the closing one. */
int toml_string(Toml *t, Str *ret);
/* A basic or literal string of one line, as keys may be. */
int toml_line_string(Toml *t, Str *ret);
/* true, a number, a date or a time, into `n`, which has its place. */
int toml_plain(Toml *t, Node *n);
