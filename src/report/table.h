/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the table for people. */
#pragma once

#include "report/format.h"
#include "report/text.h"

typedef struct Table {
    const Report *r;
    const FormatOptions *o;
    Buf *out;
    Buf scratch;     /* for one cleaned text at a time */
} Table;

/* Writes the escape sequence when colours were asked for. */
void table_color(Table *t, const char *code);
void table_severity_color(Table *t, Severity s);
void table_plain(Table *t);
/* Cleaned text; cut to `columns` unless that is 0. */
void table_text(Table *t, Str s, unsigned columns);
/* Cleaned text, padded to `columns`; cut to them when the output has a width. */
void table_cell(Table *t, Str s, unsigned columns);
/* "  name        text", wrapped. */
void table_row(Table *t, const char *name, Str text);

/* table-findings.c: the findings, one block per severity and package. */
void table_findings(Table *t);
/* table-policy.c: what rules of the policy language found, which table_findings() leaves out. */
void table_policy(Table *t);
