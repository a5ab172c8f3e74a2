/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/inflate.h"

#include <isa-l/igzip_lib.h>
#include <stdlib.h>

#include "base/alloc.h"

enum { STEP = 64 * 1024 };

int inflate_all(InflateFormat format, Str stored, uint64_t ratio, Buf *out) {
    if (stored.n > UINT32_MAX)
        return -E2BIG;
    _cleanup_free_ struct inflate_state *z = xmalloc(sizeof(*z));
    isal_inflate_init(z);
    z->crc_flag = format == INFLATE_ZLIB ? ISAL_ZLIB : ISAL_DEFLATE;
    z->next_in = (uint8_t *) (uintptr_t) stored.p; /* only read */
    z->avail_in = (uint32_t) stored.n;
    size_t start = out->n;
    for (;;) {
        size_t room = MIN((size_t) STEP, out->max - MIN(out->max, out->n));
        /* One byte more than may be, so that a stream of just that size is not taken for a longer one. */
        uint8_t extra;
        if (room && buf_reserve(out, room) < 0)
            return -ENOMEM;
        z->next_out = room ? (uint8_t *) out->p + out->n : &extra;
        z->avail_out = room ? (uint32_t) room : 1;
        uint32_t offered = z->avail_out;
        int r = isal_inflate(z);
        size_t made = offered - z->avail_out;
        if (room == 0 && made)
            return -E2BIG;
        out->n += made;
        if (room && out->p)
            out->p[out->n] = 0;
        if (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT)
            return -EBADMSG;
        if (z->block_state == ISAL_BLOCK_FINISH)
            return 0;
        if (out->n - start > STEP && (out->n - start) / ratio > stored.n)
            return -E2BIG;
        if (made == 0 && z->avail_in == 0)
            return -EBADMSG;
    }
}
