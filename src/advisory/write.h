/* SPDX-License-Identifier: Apache-2.0 */
/* The builder's second half, inside: alias.c finds records of the same vulnerability, order.c puts strings and rows into order, write-details.c and write-rows.c write what they say,
 * write.c calls them in turn. */
#pragma once

#include "advisory/codec.h"
#include "advisory/collect.h"
#include "advisory/schema.h"

typedef struct Writer {
    Collect *c;
    Store *s;
    Error *err;
    StoreStmt *insert[TABLE_N_];
    const Feed *const *feeds;
    size_t n_feeds;
    const MapEntry *strings;      /* strings[id - 1].key */
    uint32_t *rank;               /* of a string, by StringId */
    uint32_t *by_rank;            /* and back */
    bool *failed;                 /* by file */
    uint32_t *feed_number;        /* by place in feeds(): number in the database; UINT32_MAX: not in it */
    uint64_t *feed_rows;          /* by place in feeds() */
    Vec(uint32_t) detailed;       /* rank of the id of each detail in the order of their numbers */
    uint32_t *detail_number;      /* by the id's rank, from 1; 0: none */
    size_t n_releases;
} Writer;

static inline Str write_text(const Writer *w, StringId id) {
    return id ? w->strings[id - 1].key : STR("");
}
/* Lexicographic order of numbers. */
int write_by_u32(const uint32_t *a, const uint32_t *b, size_t n);
/* Adds the checksum to `content` and writes it. */
int write_value(Writer *w, AdvisoryTable t, int64_t number, Buf *content);

/* Brings rows and details of one vulnerability to one id; before anything is ranked. */
void write_join_aliases(Writer *w);
void write_rank_strings(Writer *w);
/* Turns the rows' numbers into ranks, leaves out those of failed files, sorts, and drops repeats. *keys and *statements map ranks back
 * to numbers; the caller frees them. */
void write_order_rows(Writer *w, uint32_t **ret_keys, uint32_t **ret_statements);
void write_order_pairs(Writer *w, CollectPair *v, size_t n);
/* Puts details and KEV into order and numbers the details that there will be; before write_rows(), whose rows refer to them. */
void write_number_details(Writer *w, const uint32_t *keys);
/* Empties the collection of its rows. */
int write_rows(Writer *w, const uint32_t *keys, const uint32_t *statements);
int write_details(Writer *w);
