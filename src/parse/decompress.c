/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/decompress.h"

#include <bzlib.h>
#include <isa-l/igzip_lib.h>
#include <lzma.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/alloc.h"

enum { INPUT = 256 * 1024 };

struct Decompressor {
    Compression kind;
    ssize_t (*read)(void *userdata, void *p, size_t n);
    void *userdata;
    uint8_t *input;
    size_t at, n;          /* what of input is left */
    bool input_end, done;
    bool between;          /* at a boundary of members or frames: the stream may end here */
    uint64_t consumed;
    union {
        struct inflate_state *gzip;
        ZSTD_DStream *zstd;
        lzma_stream xz;
        bz_stream bzip2;
    };
};

Compression compression_detect(const void *p, size_t n) {
    static const struct {
        const char *magic;
        size_t n;
        Compression kind;
    } magics[] = {
        {"\x1f\x8b\x08", 3, COMPRESSION_GZIP},
        {"\x28\xb5\x2f\xfd", 4, COMPRESSION_ZSTD},
        {"\xfd" "7zXZ", 6, COMPRESSION_XZ}, /* with its NUL */
        {"BZh", 3, COMPRESSION_BZIP2},
    };
    for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
        if (n >= magics[i].n && memcmp(p, magics[i].magic, magics[i].n) == 0)
            return magics[i].kind;
    /* A zstd stream may begin with a skippable frame. */
    const uint8_t *b = p;
    if (n >= 4 && (b[0] & 0xf0) == 0x50 && b[1] == 0x2a && b[2] == 0x4d && b[3] == 0x18)
        return COMPRESSION_ZSTD;
    return COMPRESSION_NONE;
}

const char *compression_name(Compression c) {
    static const char *const names[] = {"none", "gzip", "zstd", "xz", "bzip2"};
    return names[c];
}

static void start_gzip(Decompressor *d) {
    isal_inflate_init(d->gzip);
    d->gzip->crc_flag = ISAL_GZIP;
}

static void start_bzip2(Decompressor *d) {
    d->bzip2 = (bz_stream) {0};
    if (BZ2_bzDecompressInit(&d->bzip2, 0, 0) != BZ_OK)
        abort(); /* out of memory */
}

Decompressor *decompressor_new(Compression c, ssize_t (*read)(void *userdata, void *p, size_t n), void *userdata) {
    Decompressor *d = xcalloc(1, sizeof(*d));
    d->kind = c;
    d->read = read;
    d->userdata = userdata;
    d->input = xmalloc(INPUT);
    switch (c) {
    case COMPRESSION_NONE:
        break;
    case COMPRESSION_GZIP:
        d->gzip = xmalloc(sizeof(*d->gzip));
        start_gzip(d);
        break;
    case COMPRESSION_ZSTD:
        d->zstd = ZSTD_createDStream();
        if (!d->zstd)
            abort();
        ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, 27);
        break;
    case COMPRESSION_XZ:
        d->xz = (lzma_stream) LZMA_STREAM_INIT;
        if (lzma_stream_decoder(&d->xz, DECOMPRESS_MEMORY, LZMA_CONCATENATED) != LZMA_OK)
            abort();
        break;
    case COMPRESSION_BZIP2:
        start_bzip2(d);
        break;
    }
    return d;
}

uint64_t decompressor_consumed(const Decompressor *d) {
    return d->consumed - (d->n - d->at);
}

void decompressor_free(Decompressor *d) {
    switch (d->kind) {
    case COMPRESSION_NONE:
        break;
    case COMPRESSION_GZIP:
        free(d->gzip);
        break;
    case COMPRESSION_ZSTD:
        ZSTD_freeDStream(d->zstd);
        break;
    case COMPRESSION_XZ:
        lzma_end(&d->xz);
        break;
    case COMPRESSION_BZIP2:
        BZ2_bzDecompressEnd(&d->bzip2);
        break;
    }
    free(d->input);
    free(d);
}

static int fill(Decompressor *d, Error *err) {
    if (d->at < d->n || d->input_end)
        return 0;
    ssize_t got = d->read(d->userdata, d->input, INPUT);
    if (got < 0)
        return error_errno(err, (int) got, "reading %s data", compression_name(d->kind));
    d->at = 0;
    d->n = (size_t) got;
    d->input_end = got == 0;
    d->consumed += (size_t) got;
    return 0;
}

static int damaged(Decompressor *d, Error *err) {
    return error_set(err, -EBADMSG, "damaged %s data near byte %llu", compression_name(d->kind), (unsigned long long) decompressor_consumed(d));
}

/* Each step turns input into output: the bytes made, or a negative errno. */

static ssize_t step_gzip(Decompressor *d, uint8_t *p, size_t n, Error *err) {
    struct inflate_state *z = d->gzip;
    if (d->between) {
        /* Zeros behind the last member are padding (as gzip(1) sees it); anything else must be a member. */
        if (d->at < d->n && d->input[d->at] == 0) {
            while (d->at < d->n && d->input[d->at] == 0)
                d->at++;
            return 0;
        }
        if (d->at < d->n && d->input[d->at] != 0x1f)
            return error_set(err, -EBADMSG, "bytes that are no gzip member at byte %llu", (unsigned long long) decompressor_consumed(d));
        start_gzip(d);
        d->between = false;
    }
    z->next_in = d->input + d->at;
    z->avail_in = (uint32_t) (d->n - d->at);
    z->next_out = p;
    z->avail_out = (uint32_t) n;
    int r = isal_inflate(z);
    d->at = d->n - z->avail_in;
    if (r != ISAL_DECOMP_OK && r != ISAL_END_INPUT)
        return damaged(d, err);
    if (z->block_state == ISAL_BLOCK_FINISH)
        d->between = true;
    return (ssize_t) (n - z->avail_out);
}

static ssize_t step_zstd(Decompressor *d, uint8_t *p, size_t n, Error *err) {
    ZSTD_inBuffer in = {d->input, d->n, d->at};
    ZSTD_outBuffer out = {p, n, 0};
    size_t r = ZSTD_decompressStream(d->zstd, &out, &in);
    d->at = in.pos;
    if (ZSTD_isError(r)) {
        if (ZSTD_getErrorCode(r) == ZSTD_error_frameParameter_windowTooLarge)
            return error_set(err, -E2BIG, "zstd data that needs a window of more than 128 MiB");
        return damaged(d, err);
    }
    d->between = r == 0;
    return (ssize_t) out.pos;
}

static ssize_t step_xz(Decompressor *d, uint8_t *p, size_t n, Error *err) {
    d->xz.next_in = d->input + d->at;
    d->xz.avail_in = d->n - d->at;
    d->xz.next_out = p;
    d->xz.avail_out = n;
    lzma_ret r = lzma_code(&d->xz, d->input_end ? LZMA_FINISH : LZMA_RUN);
    d->at = d->n - d->xz.avail_in;
    if (r == LZMA_STREAM_END)
        d->done = true;
    else if (r == LZMA_MEMLIMIT_ERROR)
        return error_set(err, -E2BIG, "xz data that needs more than %d MiB of memory", DECOMPRESS_MEMORY >> 20);
    else if (r == LZMA_BUF_ERROR && d->input_end)
        return error_set(err, -EBADMSG, "truncated xz data");
    else if (r != LZMA_OK && r != LZMA_BUF_ERROR)
        return damaged(d, err);
    return (ssize_t) (n - d->xz.avail_out);
}

static ssize_t step_bzip2(Decompressor *d, uint8_t *p, size_t n, Error *err) {
    if (d->between && d->at < d->n) {
        BZ2_bzDecompressEnd(&d->bzip2);
        start_bzip2(d);
        d->between = false;
    }
    d->bzip2.next_in = (char *) d->input + d->at;
    d->bzip2.avail_in = (unsigned) (d->n - d->at);
    d->bzip2.next_out = (char *) p;
    d->bzip2.avail_out = (unsigned) n;
    int r = BZ2_bzDecompress(&d->bzip2);
    d->at = d->n - d->bzip2.avail_in;
    if (r != BZ_OK && r != BZ_STREAM_END)
        return damaged(d, err);
    d->between = r == BZ_STREAM_END;
    return (ssize_t) (n - d->bzip2.avail_out);
}

ssize_t decompressor_read(Decompressor *d, void *p, size_t n, Error *err) {
    n = MIN(n, (size_t) 1 << 30);
    while (!d->done && n) {
        int r = fill(d, err);
        if (r < 0)
            return r;
        bool starved = d->input_end && d->at == d->n;
        if (starved && d->kind != COMPRESSION_XZ && (d->between || d->kind == COMPRESSION_NONE))
            break;
        size_t before = d->at;
        ssize_t made = 0;
        switch (d->kind) {
        case COMPRESSION_NONE:
            made = (ssize_t) MIN(n, d->n - d->at);
            memcpy(p, d->input + d->at, (size_t) made);
            d->at += (size_t) made;
            break;
        case COMPRESSION_GZIP:
            made = step_gzip(d, p, n, err);
            break;
        case COMPRESSION_ZSTD:
            made = step_zstd(d, p, n, err);
            break;
        case COMPRESSION_XZ:
            made = step_xz(d, p, n, err);
            break;
        case COMPRESSION_BZIP2:
            made = step_bzip2(d, p, n, err);
            break;
        }
        if (made != 0)
            return made;
        if (starved && !d->done && !d->between && d->at == before)
            return error_set(err, -EBADMSG, "truncated %s data", compression_name(d->kind));
    }
    d->done = true;
    return 0;
}
