/* SPDX-License-Identifier: Apache-2.0 */
#include "base/wire.h"

void wire_put_u64(Buf *b, uint64_t v) {
    unsigned char out[10];
    size_t n = 0;
    while (v >= 0x80) {
        out[n++] = (unsigned char) (v | 0x80);
        v >>= 7;
    }
    out[n++] = (unsigned char) v;
    buf_add(b, out, n);
}

void wire_put_i64(Buf *b, int64_t v) {
    wire_put_u64(b, ((uint64_t) v << 1) ^ (uint64_t) (v >> 63));
}

void wire_put_str(Buf *b, Str s) {
    wire_put_u64(b, s.n);
    buf_str(b, s);
}

static uint64_t fault(WireReader *r) {
    r->bad = true;
    r->rest = STR_NULL;
    return 0;
}

uint64_t wire_u64(WireReader *r) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (r->rest.n == 0)
            return fault(r);
        unsigned char c = (unsigned char) r->rest.p[0];
        r->rest = str_from_at(r->rest, 1);
        if (shift == 63 && c > 1)
            return fault(r);
        v |= (uint64_t) (c & 0x7F) << shift;
        if (!(c & 0x80))
            return v;
    }
    return fault(r);
}

uint64_t wire_max(WireReader *r, uint64_t max) {
    uint64_t v = wire_u64(r);
    return v > max ? fault(r) : v;
}

int64_t wire_i64(WireReader *r) {
    uint64_t v = wire_u64(r);
    return (int64_t) (v >> 1) ^ -(int64_t) (v & 1);
}

Str wire_str(WireReader *r) {
    uint64_t n = wire_u64(r);
    if (r->bad || n > r->rest.n) {
        fault(r);
        return STR_NULL;
    }
    Str s = str_head(r->rest, (size_t) n);
    r->rest = str_from_at(r->rest, (size_t) n);
    return s;
}
