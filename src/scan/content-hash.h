/* SPDX-License-Identifier: Apache-2.0 */
/* What listings hold of the content of files: a hash that tells doubles, and digests where they are asked for. */
#pragma once

#include "base/hash.h"
#include "scan/layer-facts.h"

typedef struct ContentHash {
    HashStream *content;                      /* NULL: nothing is asked for */
    Hasher *of[DIGEST_KIND_N_];               /* NULL: this one is not */
    uint32_t digests;                         /* of the file at hand */
    uint8_t bytes[DIGEST_KIND_N_][DIGEST_MAX]; /* of the file that ended last */
} ContentHash;

ContentHash content_hash_new(const LookFor *l);
/* The digests that are asked for of the file at this path. */
uint32_t content_digests(const LookFor *l, Str path);
/* `digests`: of the file, the same until content_hash_end(). */
void content_hash_add(ContentHash *c, uint32_t digests, const void *p, size_t n);
/* Do packages of distributions put files there? Those that do elsewhere are rare. */
bool content_packaged(Str path);
/* The file ends: its hashes go to e, whose slices are valid until the next one does. `whole` false: what was added is not the file, and is forgotten. */
void content_hash_end(ContentHash *c, bool whole, ListedEntry *e);
void content_hash_done(ContentHash *c);
