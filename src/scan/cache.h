/* SPDX-License-Identifier: Apache-2.0 */
/* Cache of layer facts: a bounded directory that several processes may use at once (files appear by rename, the oldest go first). A
 * hit needs a pair blob digest -> diff_id that this cache has verified itself, never one that a configuration claims. */
#pragma once

#include "base/error.h"
#include "scan/layer-facts.h"

typedef struct Cache Cache;

/* `dir` is made when missing (mode 0700); it must belong to us and be writable by nobody else. max_bytes 0: 1 GiB. */
int cache_open(const char *dir, uint64_t max_bytes, Cache **ret, Error *err);
void cache_close(Cache *c);
DEFINE_CLEANUP(Cache, cache_close, cache_closep);

/* The diff_id that the stored bytes of this digest were found to have: 1 with *ret (NUL-terminated), 0 when not known. */
int cache_diff_id(Cache *c, Str blob_digest, char *ret, size_t n);
/* Facts of a layer for what is looked for: 1 with *ret (free it), 0 when there are none (or a damaged file: it is removed). */
int cache_get(Cache *c, Str diff_id, const LookFor *what, LayerFacts *ret);
/* Stores both. -ENOSPC and the like come with a message; the cache stays sound. */
int cache_put(Cache *c, Str blob_digest, Str diff_id, const LookFor *what, const LayerFacts *l, Error *err);
