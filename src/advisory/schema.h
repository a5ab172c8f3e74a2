/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of the advisory database. docs/advisory-database.md describes them. All have one shape, a number and a blob, and one function
 * reads them (db.c) and one writes them (write.c), so that no byte is believed before its checksum was verified. */
#pragma once

#include "base/bytes.h"
#include "base/hash.h"

enum {
    ADVISORY_APPLICATION_ID = 0x504C4D53, /* "PLMS" */
    ADVISORY_SCHEMA_VERSION = 2,          /* changes whenever a reader of the older version would read wrongly */
};

/* T(NAME, name): in the order of the content digest. */
#define ADVISORY_TABLES(T)                                                  \
    T(META, "meta")                 /* MetaNumber */                        \
    T(INDEXES, "indexes")           /* of a release's packages, then of INDEX_OTHERS … */ \
    T(PACKAGE_ROWS, "package_rows") /* by release and package */            \
    T(DETAILS, "details")           /* blocks of DETAILS_BLOCK */           \
    T(CVES, "cves")                 /* blocks of CVES_BLOCK */              \
    T(REPOSITORIES, "repositories") /* name, CPEs */

typedef enum AdvisoryTable {
#define T(NAME, name) TABLE_##NAME,
    ADVISORY_TABLES(T)
#undef T
    TABLE_N_,
} AdvisoryTable;

/* The lines of `meta`, wire-encoded each. */
typedef enum MetaNumber {
    META_DIGEST,   /* the content digest, of everything but itself */
    META_FEEDS,    /* in name order: name, date, records, rows, problems, digest of the input, rank */
    META_RELEASES, /* in name order: name, numbers of the feeds that speak of it */
    META_EOL,      /* in the order of releases: release, end, end of the extended support */
    META_CVES,     /* the first CVE of each block of `cves`, as the difference from the one before */
    META_N_,
} MetaNumber;

/* Indexes of names that are no packages stand behind those of the releases. */
enum { INDEX_OTHERS, INDEX_REPOSITORIES, INDEXES_MORE };

/* A value ends with the XXH3 of all before it, seeded with the place where it stands. */
enum { ADVISORY_CHECKSUM = 8 };
static inline uint64_t advisory_checksum(AdvisoryTable t, int64_t number, Str content) {
    return hash_seeded(content.p, content.n, (uint64_t) t << 56 ^ (uint64_t) number);
}
