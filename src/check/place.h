/* SPDX-License-Identifier: Apache-2.0 */
/* Regions of YAML and JSON texts, told from the text: the tree knows where values begin, and not how they are written. */
#pragma once

#include "base/vec.h"
#include "check/input.h"

/* Where the lines of a text begin; zeroed is empty, place_lines_done() frees. */
typedef struct PlaceLines {
    Str text;
    Vec(size_t) starts;
} PlaceLines;

/* Fills it in, once. */
void place_lines_find(PlaceLines *l, Str text);
void place_lines_done(PlaceLines *l);
/* The offset of a place; -1 when the text has none like it. */
ssize_t place_offset(const PlaceLines *l, uint32_t line, uint32_t col);
/* The place of an offset. */
void place_at(const PlaceLines *l, size_t offset, uint32_t *ret_line, uint32_t *ret_col);
/* From the key of the node, where it has one, to the end of its value, where that is a scalar in the key's line; else the key alone. */
CheckPlace place_of_node(const PlaceLines *l, const Node *n);
/* The end of what begins at a place that has none: a quoted or plain scalar, what is in brackets, or the rest of the line. */
void place_end(const PlaceLines *l, CheckPlace *p);
