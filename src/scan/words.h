/* SPDX-License-Identifier: Apache-2.0 */
/* Words: 64-bit hash -> number, 16 bytes an entry and half of the table empty: for millions of paths of which only the hash is kept (entry_hash()). Two paths
 * with the same hash are one, which costs a wrong number in a report, never memory. */
#pragma once

#include "base/str.h"

typedef struct Word {
    uint64_t key;   /* 0: empty */
    uint64_t value;
} Word;

typedef struct Words {
    Word *p;
    size_t n, cap;  /* cap: 0 or a power of two */
} Words;

/* The place of the value; NULL when it is not there. Valid until the next insertion. */
uint64_t *words_find(const Words *w, uint64_t key);
/* The place of the value, inserted as 0 when new. */
uint64_t *words_slot(Words *w, uint64_t key);
void words_done(Words *w);
