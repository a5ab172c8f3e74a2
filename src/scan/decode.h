/* SPDX-License-Identifier: Apache-2.0 */
/* Decoder: the stored bytes of a layer -> its tar, block by block, inside a confined worker, by a thread of its own where the worker has one: then it runs ahead of whoever
 * takes the blocks, as far as the ring has room. Gzip (RFC 1952, several members) by ISA-L, zstd (RFC 8878, several and skippable frames) by libzstd. */
#pragma once

#include "base/limits.h"
#include "base/ring.h"
#include "image/image.h"

typedef struct Decoder Decoder;

/* `out` is the ring that decoded bytes are written to, so that the parent hashes them beside; NULL for LAYER_TAR, whose bytes are
 * handed out as they lie in `in`. Nothing may have been written to `out`. */
Decoder *decoder_new(LayerCompression kind, Ring *in, Ring *out, const Limits *limits);
/* The next decoded block: its length, 0 at the end, -errno (message in decoder_error). Valid until the next call. */
ssize_t decoder_next(Decoder *d, const char **ret);
/* What went wrong, or "". */
const char *decoder_error(const Decoder *d);
/* Decoded bytes that were handed out; when decoding has failed, all that were decoded. */
uint64_t decoder_total(const Decoder *d);
void decoder_free(Decoder *d);
DEFINE_CLEANUP(Decoder, decoder_free, decoder_freep);
