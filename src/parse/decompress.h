/* SPDX-License-Identifier: Apache-2.0 */
/* Decompress: gzip (RFC 1952, multi-member), zstd (RFC 8878, several frames), xz and bzip2 as one pulled stream with checksums
 * verified. Runs in confined workers: its input is hostile. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef enum Compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD, COMPRESSION_XZ, COMPRESSION_BZIP2 } Compression;

/* By the first bytes (six are enough). */
Compression compression_detect(const void *p, size_t n);
/* "gzip" …; "none". */
const char *compression_name(Compression c);

/* Memory that one stream may take: zstd windows and xz dictionaries over it are refused. */
enum { DECOMPRESS_MEMORY = 256 << 20 };

typedef struct Decompressor Decompressor;
/* `read` gives up to n stored bytes: count, 0 at the end, -errno. Never NULL. */
Decompressor *decompressor_new(Compression c, ssize_t (*read)(void *userdata, void *p, size_t n), void *userdata);
/* Up to n bytes: count, 0 at the end, -EBADMSG damaged or truncated, -E2BIG over DECOMPRESS_MEMORY. */
ssize_t decompressor_read(Decompressor *d, void *p, size_t n, Error *err);
/* Stored bytes taken so far, for expansion limits. */
uint64_t decompressor_consumed(const Decompressor *d);
void decompressor_free(Decompressor *d);
DEFINE_CLEANUP(Decompressor, decompressor_free, decompressor_freep);
