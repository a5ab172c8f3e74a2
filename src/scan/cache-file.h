/* SPDX-License-Identifier: Apache-2.0 */
/* The file that the cache keeps of one layer. */
#pragma once

#include "scan/layer-facts.h"

/* Magic, XXH3 of the rest (8 bytes, host order), then key, entries, bytes, index, links, listing, facts as wire records. */
enum { CACHE_FILE_HEAD = 16 };
/* Writes magic and checksum into the head of a file whose rest is there. n is at least CACHE_FILE_HEAD. */
void cache_file_seal(char *p, size_t n);
int cache_file_encode(Str key, const LayerFacts *l, Buf *b);
/* -EBADMSG when it is damaged, or is about another key. The checksum tells damage, not malice: what comes out is sound in form all the
 * same. */
int cache_file_decode(Str file, Str key, LayerFacts *ret);
