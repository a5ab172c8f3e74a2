/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/decode.h"

#include <isa-l/igzip_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/worker.h"

enum {
    /* Of what is decoded: large enough that hand-overs do not count, small enough that it stays in the second-level cache. */
    BLOCK = 512 * 1024,
    /* Of what is handed out: a file that does not lie in one is copied by whoever wants it whole. */
    VIEW = 2 << 20,
};

struct Decoder {
    LayerCompression kind;
    Ring *in, *out;
    const Limits *limits;
    /* Of whoever takes blocks. */
    Ring blocks;       /* his end of `out` */
    size_t held;       /* bytes of it (LAYER_TAR: of `in`) that he still looks at */
    uint64_t taken;
    bool at_end;
    WorkerThread *thread; /* that decodes; NULL: it is done when a block is asked for */
    /* Of whoever decodes; for the other when he has met the end. */
    int result;
    uint64_t total_in, total_out;
    bool member_done;  /* between gzip members or zstd frames */
    bool any;          /* a member or frame was begun */
    struct inflate_state *gzip;
    ZSTD_DStream *zstd;
    char error[160];
};

static int fail(Decoder *d, int code, const char *what) {
    snprintf(d->error, sizeof(d->error), "%s at compressed byte %llu", what, (unsigned long long) d->total_in);
    return code;
}

static ssize_t next_tar(Decoder *d, const char **ret) {
    ring_consume(d->in, d->held);
    d->held = 0;
    ssize_t n = ring_peek(d->in, BLOCK, ret);
    if (n > 0) {
        n = MIN(n, (ssize_t) BLOCK);
        d->held = (size_t) n;
        d->total_in += (uint64_t) n;
    }
    return n;
}

/* One step of gzip: consumes from p, fills to; both advance. 0, or -errno. */
static int step_gzip(Decoder *d, const char **p, size_t *n, char **to, size_t *room) {
    struct inflate_state *s = d->gzip;
    if (d->member_done) {
        /* Zero padding behind the last member is what tape and block tools leave; gzip(1) ignores it too. */
        while (d->any && *n && **p == 0)
            ++*p, --*n;
        if (*n == 0)
            return 0;
        if (d->any) {
            isal_inflate_reset(s);
            s->crc_flag = ISAL_GZIP;
        }
        d->any = true;
        d->member_done = false;
    }
    s->next_in = (uint8_t *) (uintptr_t) *p;
    s->avail_in = (uint32_t) *n;
    s->next_out = (uint8_t *) *to;
    s->avail_out = (uint32_t) *room;
    int r = isal_inflate(s);
    *p = (const char *) s->next_in;
    *n = s->avail_in;
    *to = (char *) s->next_out;
    *room = s->avail_out;
    if (r == ISAL_INCORRECT_CHECKSUM)
        return fail(d, -EBADMSG, "gzip checksum is wrong");
    if (r < 0 || (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT && r != ISAL_OUT_OVERFLOW))
        return fail(d, -EBADMSG, "not a valid gzip stream");
    d->member_done = s->block_state == ISAL_BLOCK_FINISH;
    return 0;
}

static int step_zstd(Decoder *d, const char **p, size_t *n, char **to, size_t *room) {
    ZSTD_inBuffer in = {*p, *n, 0};
    ZSTD_outBuffer out = {*to, *room, 0};
    size_t r = ZSTD_decompressStream(d->zstd, &out, &in);
    if (ZSTD_isError(r)) {
        snprintf(d->error, sizeof(d->error), "not a valid zstd stream (%s) at compressed byte %llu", ZSTD_getErrorName(r), (unsigned long long) d->total_in);
        return -EBADMSG;
    }
    *p += in.pos;
    *n -= in.pos;
    *to += out.pos;
    *room -= out.pos;
    d->any = true;
    d->member_done = r == 0;
    return 0;
}

/* Decodes the next block into `out`: 1, 0 at the end, -errno. */
static int decode(Decoder *d) {
    char *span;
    ssize_t reserved = ring_reserve(d->out, BLOCK, &span);
    if (reserved < 0)
        return (int) reserved;
    char *to = span;
    size_t room = (size_t) reserved;
    while (room) {
        const char *p;
        ssize_t have = ring_peek(d->in, 1, &p);
        if (have < 0)
            return (int) have;
        if (have == 0 && d->member_done)
            break;
        size_t before_in = (size_t) have, before_room = room, n = (size_t) have;
        int r = d->kind == LAYER_GZIP ? step_gzip(d, &p, &n, &to, &room) : step_zstd(d, &p, &n, &to, &room);
        if (r < 0)
            return r;
        ring_consume(d->in, before_in - n);
        d->total_in += before_in - n;
        /* At the end of input nothing may be missing; what the codec still holds comes out in further steps. */
        if (have == 0 && room == before_room && !d->member_done)
            return fail(d, -EBADMSG, "truncated: the compressed stream ends before its end mark");
    }
    size_t n = (size_t) (to - span);
    d->total_out += n;
    if (d->total_out > d->limits->expansion_floor && d->total_out / d->limits->expansion_ratio > d->total_in)
        return fail(d, -E2BIG, "expands more than the allowed ratio");
    if (d->total_out > d->limits->expanded_bytes)
        return fail(d, -E2BIG, "expands to more bytes than a layer may have,");
    if (n == 0)
        return d->any ? 0 : fail(d, -EBADMSG, "empty: no compressed stream");
    ring_commit(d->out, n);
    return 1;
}

/* One block more, or the end: a reader that meets it knows how it came. */
static bool step(Decoder *d) {
    int r = decode(d);
    if (r > 0)
        return true;
    d->result = r;
    ring_finish(d->out);
    return false;
}

static void decode_all(void *userdata) {
    while (step(userdata))
        ;
}

/* Blocks do not depend on how far the thread has come: what is read before an error is always the same. */
static ssize_t next_decoded(Decoder *d, const char **ret) {
    if (d->at_end)
        return d->result;
    ring_consume(&d->blocks, d->held);
    d->held = 0;
    if (!d->thread)
        step(d);
    ssize_t n = ring_peek(&d->blocks, d->thread ? VIEW : 1, ret);
    if (n < 0)
        return n;
    if (n == 0) {
        d->at_end = true;
        return d->result;
    }
    d->held = MIN((size_t) n, (size_t) VIEW);
    return (ssize_t) d->held;
}

Decoder *decoder_new(LayerCompression kind, Ring *in, Ring *out, const Limits *limits) {
    Decoder *d = xcalloc(1, sizeof(*d));
    *d = (Decoder) {.kind = kind, .in = in, .out = out, .limits = limits, .member_done = true};
    if (kind == LAYER_GZIP) {
        d->gzip = xmalloc(sizeof(*d->gzip));
        isal_inflate_init(d->gzip);
        d->gzip->crc_flag = ISAL_GZIP;
    } else if (kind == LAYER_ZSTD) {
        d->zstd = ZSTD_createDStream();
        if (!d->zstd)
            abort();
        ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, 27);
    }
    if (kind != LAYER_TAR) {
        d->blocks = ring_second_reader(out);
        d->thread = worker_thread(decode_all, d);
    }
    return d;
}

void decoder_free(Decoder *d) {
    if (d->thread) {
        /* Nobody wants what it has not decoded yet. */
        if (!d->at_end) {
            ring_abort(d->in);
            ring_abort(d->out);
        }
        worker_thread_wait(d->thread);
    }
    free(d->gzip);
    ZSTD_freeDStream(d->zstd);
    free(d);
}

const char *decoder_error(const Decoder *d) {
    return d->error;
}

uint64_t decoder_total(const Decoder *d) {
    return d->at_end && d->result < 0 ? d->total_out : d->taken;
}

ssize_t decoder_next(Decoder *d, const char **ret) {
    ssize_t n = d->kind == LAYER_TAR ? next_tar(d, ret) : next_decoded(d, ret);
    if (n > 0)
        d->taken += (uint64_t) n;
    return d->kind == LAYER_TAR && d->taken > d->limits->expanded_bytes ? fail(d, -E2BIG, "more bytes than a layer may have,") : n;
}
