/* SPDX-License-Identifier: Apache-2.0 */
/* The encoding of what lies in the advisory database's blobs (wire.h). docs/advisory-database.md describes it. */
#pragma once

#include "advisory/db.h"
#include "base/buf.h"
#include "base/wire.h"

/* CVE ids as numbers. Only ids in their canonical form (four-digit year from 1970, number without needless zeros beyond four
 * digits) have one: what is packed unpacks to the same text. */
bool cve_pack(Str id, int64_t *ret);
enum { CVE_TEXT_MAX = 32 };
/* Writes "CVE-2024-1234" without NUL; the length. `packed` must be one that cve_pack() made or one between 0 and 2^62. */
size_t cve_unpack(int64_t packed, char out[static CVE_TEXT_MAX]);
/* The year and the number of a packed id. */
static inline unsigned cve_year(int64_t packed) {
    return (unsigned) (packed >> 40);
}
static inline uint64_t cve_number(int64_t packed) {
    return (uint64_t) packed & (((uint64_t) 1 << 40) - 1);
}
static inline int64_t cve_of(unsigned year, uint64_t number) {
    return (int64_t) (((uint64_t) year << 40) | number);
}

/* One row with its strings as numbers into the blob's own string table; 0 is the empty string. */
typedef struct CodecRow {
    int64_t cve;   /* packed; -1: `id` */
    uint32_t id, status_text, introduced, fixed, last_affected, advisory, module, arches, repositories;
    uint16_t feed;
    uint8_t status, severity;
    bool binary_name;
} CodecRow;

/* Strings are numbered from 1 in the order of `strings`. */
void codec_rows_encode(Buf *b, const Str *strings, size_t n_strings, const CodecRow *rows, size_t n);

/* Work memory of the decoder, kept between calls. */
typedef struct CodecScratch {
    Str *strings;
    char *ids; /* CVE_TEXT_MAX bytes for each row */
    size_t cap, ids_cap;
} CodecScratch;
void codec_scratch_done(CodecScratch *s);
/* Calls `row` for each; slices are valid until the next call with the same scratch memory. -EBADMSG when the blob is malformed (what came before was handed out). `feeds` are the names by number. */
int codec_rows_decode(Str blob, const Str *feeds, size_t n_feeds, CodecScratch *scratch,
                      int (*row)(void *userdata, const AdvisoryRow *r), void *userdata);

/* Everything but id, kev and epss. */
void codec_detail_encode(Buf *b, const VulnDetail *d);
/* Slices into the blob. -EBADMSG. */
int codec_detail_decode(Str blob, VulnDetail *ret);

/* EPSS values of up to 256 CVE numbers in one blob: entries of 7 bytes (low byte of the number, probability and percentile × 10^7 as
 * 24-bit big-endian), in the order of the number. */
enum { EPSS_SCALE = 10 * 1000 * 1000, EPSS_ENTRY = 7 };
void codec_epss_put(Buf *b, uint8_t low, uint32_t epss, uint32_t percentile);
/* false when there is none for this number. */
bool codec_epss_find(Str blob, uint8_t low, double *ret_epss, double *ret_percentile);
