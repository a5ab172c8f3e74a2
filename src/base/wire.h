/* SPDX-License-Identifier: Apache-2.0 */
/* Wire: the compact encoding of records that cross a process boundary or lie in the cache. Integers are LEB128
 * varints, strings a varint length and bytes. The reader trusts nothing: any fault makes it fail for good, reads give
 * zero from then on, and the caller asks wire_ok() once. */
#pragma once

#include "base/buf.h"

void wire_put_u64(Buf *b, uint64_t v);
void wire_put_i64(Buf *b, int64_t v); /* zigzag */
void wire_put_str(Buf *b, Str s);

typedef struct WireReader {
    Str rest;
    bool bad;
} WireReader;

static inline WireReader wire_reader(Str s) {
    return (WireReader) {.rest = s};
}
uint64_t wire_u64(WireReader *r);
/* A count or enum of at most `max`; anything larger is a fault. */
uint64_t wire_max(WireReader *r, uint64_t max);
int64_t wire_i64(WireReader *r);
/* A slice into the input. */
Str wire_str(WireReader *r);
static inline bool wire_ok(const WireReader *r) {
    return !r->bad;
}
