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
    uint32_t id, status_text, introduced, fixed, last_affected, advisory, module, arches, repositories, imports;
    uint32_t detail; /* number of the vulnerability's details */
    uint16_t feed;
    uint8_t status, severity;
    bool binary_name, malicious;
} CodecRow;

/* `package` is what the rows are about. Strings are numbered from 1 in the order of `strings`. */
void codec_rows_encode(Buf *b, Str package, const Str *strings, size_t n_strings, const CodecRow *rows, size_t n);
/* The package that a blob of rows is about; the empty string when it is malformed. */
Str codec_rows_package(Str blob);

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

/* Details are numbered from 1, those of vulnerabilities that the same packages have side by side, and lie in blobs of DETAILS_BLOCK. */
enum { DETAILS_BLOCK = 16 };
static inline int64_t details_block(uint32_t number) {
    return (number - 1) / DETAILS_BLOCK;
}
/* Appends one to a block. */
void codec_detail_encode(Buf *b, const VulnDetail *d);
/* The first of a block; slices into it. -EBADMSG when it is malformed or something follows it. */
int codec_detail_decode(Str blob, VulnDetail *ret);
/* A block is details behind one another, each with its length before it. `at` from 0. -EBADMSG also when there are not so many. */
void codec_block_put(Buf *block, Str detail);
int codec_block_get(Str block, size_t at, VulnDetail *ret);

/* What is known of up to CVES_BLOCK vulnerabilities by their number: where their details are (0: none) and their EPSS values. */
enum { EPSS_SCALE = 10 * 1000 * 1000, CVES_BLOCK = 256 };
typedef struct CodecCve {
    int64_t cve;             /* packed */
    uint32_t detail;
    bool has_epss;
    uint32_t epss, percentile; /* × EPSS_SCALE */
} CodecCve;
/* In ascending order, the first of a block with `last` 0, then each with the one before. */
void codec_cve_put(Buf *b, int64_t last, const CodecCve *c);
/* 1 with *ret, 0 when it is not in this block, -EBADMSG. */
int codec_cve_find(Str block, int64_t cve, CodecCve *ret);

/* An index is the XXH3 hashes of names in ascending order, eight bytes each, then their numbers, four bytes each, all little-endian.
 * Different names may have one hash: whoever reads asks what each number stands for. */
typedef struct IndexEntry {
    uint64_t hash;
    uint32_t number;
} IndexEntry;
uint64_t index_hash(Str name);
/* Sorts them. */
void codec_index_encode(Buf *b, IndexEntry *entries, size_t n);
/* Place of the first entry with the hash of `name`; -1: none. codec_index_number() tells its number and goes to the next of the same hash. */
ssize_t codec_index_find(Str index, Str name);
uint32_t codec_index_number(Str index, ssize_t *at);
