/* SPDX-License-Identifier: Apache-2.0 */
/* What listings hold of the content of files: a hash that tells doubles, and digests where they are asked for. */
#pragma once

#include "base/hash.h"
#include "scan/layer-facts.h"

typedef struct ContentHash {
    HashStream *content;                      /* NULL: nothing is asked for */
    Hasher *of[DIGEST_KIND_N_];               /* NULL: this one is not */
    uint8_t bytes[DIGEST_KIND_N_][DIGEST_MAX]; /* of the file that ended last */
} ContentHash;

ContentHash content_hash_new(const LookFor *l);
void content_hash_add(ContentHash *c, const void *p, size_t n);
/* The file ends: its hashes go to e, whose slices are valid until the next one does. `whole` false: what was added is not the file, and is forgotten. */
void content_hash_end(ContentHash *c, bool whole, ListedEntry *e);
void content_hash_done(ContentHash *c);
