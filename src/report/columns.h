/* SPDX-License-Identifier: Apache-2.0 */
/* Rows under headings, each column as wide as what is in it. Cells are cleaned for terminals; they may be hostile. */
#pragma once

#include "base/buf.h"
#include "base/vec.h"

enum { COLUMNS_MAX = 8 };

typedef struct Columns {
    const char *names[COLUMNS_MAX];
    size_t n;
    Vec(char *) cells;       /* row by row; owned */
} Columns;

/* `names`: headings, ended by NULL. */
Columns columns_new(const char *const *names);
void columns_done(Columns *c);
/* The next cell, left to right. */
void columns_cell(Columns *c, Str text);
void columns_cellf(Columns *c, const char *fmt, ...) _printf_(2, 3);
/* Headings and rows; nothing without rows. Lines are cut to `width` unless that is 0. */
void columns_write(const Columns *c, unsigned width, Buf *out);
