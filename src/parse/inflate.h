/* SPDX-License-Identifier: Apache-2.0 */
/* Inflate: a deflate stream (RFC 1951), bare or in zlib's wrapping (RFC 1950), that is in memory as a whole, into memory, by ISA-L. */
#pragma once

#include "base/buf.h"

typedef enum InflateFormat { INFLATE_RAW, INFLATE_ZLIB } InflateFormat;

/* Appends what the stream holds to `out`, whose max bounds it; zlib's checksum is verified. 0; -EBADMSG damaged or cut short; -E2BIG when it would
 * pass out->max or more than `ratio` times the stored bytes (beyond the first 64 KiB). What was made until then stays in `out`. */
int inflate_all(InflateFormat format, Str stored, uint64_t ratio, Buf *out);
