/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of all rooms as rows of text: what `plimsoll list`, the reference pages and the table check show. */
#pragma once

#include "base/buf.h"

enum { TABLE_COLUMNS_MAX = 8 };

/* Takes the cells of one row, as many as the table has columns; NULL is an empty cell. Valid during the call. */
typedef void (*TableRow)(void *userdata, const char *const cells[]);

typedef struct Table {
    const char *name;                             /* "analyzers" */
    const char *doc;
    const char *columns[TABLE_COLUMNS_MAX];       /* ended by NULL; the first is the row's name */
    void (*rows)(TableRow row, void *userdata);
} Table;

/* Ended by a NULL name. */
extern const Table tables[];
const Table *table_by_name(Str name);
/* Columns set under each other, the last one unwrapped. */
void table_write_text(const Table *t, Buf *out);
/* A list of maps, keys in the order of the columns; empty cells are left out. */
void table_write_json(const Table *t, Buf *out);
/* A Markdown table. */
void table_write_markdown(const Table *t, Buf *out);
