/* SPDX-License-Identifier: Apache-2.0 */
/* The advisory database, read side: one immutable SQLite file. All rows of one package in one release lie in one
 * blob, so that matching a package is one look-up. Every blob carries a checksum that is verified whenever it is read: damage is -EBADMSG
 * and a message that says what to do, never another answer. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "model/finding.h"
#include "model/report.h"

typedef struct AdvisoryDb AdvisoryDb;

/* What one feed says about one vulnerability in one package of one release. Slices are valid until the second next advisory_db_rows()
 * (a package has one look-up by its own name and one by its source's) or the next advisory_db_find() on the same db unless copied;
 * details may be looked up meanwhile. */
typedef struct AdvisoryRow {
    Str id;              /* "CVE-2024-1234"; vendor id where no CVE is named */
    Str feed;            /* "debian-osv" */
    FixStatus status;
    Str status_text;     /* vendor's word for it */
    Str introduced;      /* first affected version; empty: all before the fix */
    Str fixed;           /* first version that is not affected: the fix where status is FIX_FIXED, else only a bound; empty: none */
    Str last_affected;   /* last version without it, where the feed names no fixed one; empty: not stated */
    Severity severity;   /* the vendor's for this package; SEVERITY_UNKNOWN: none stated */
    Str advisory;        /* "DSA-5532-1", "RHSA-2024:1234" */
    Str module;          /* rpm module "nodejs:18"; empty: not modular; "*": built for a module that the record does not name */
    Str arches;          /* separated by spaces; empty: all */
    Str repositories;    /* separated by spaces; empty: all of the release. Red Hat: CPEs it applies to, without
                          * their front ("enterprise_linux:9::baseos"). Ubuntu: "esm-infra", "esm-apps"
                          * or "pro" where status and fix are of an archive that only subscribers have */
    Str imports;         /* Go: import paths with the flaw, separated by spaces; empty: the whole module */
    bool binary_name;    /* the package name of this row is a binary package's, not a source package's */
    bool malicious;      /* not a flaw: the package itself is the attack */
    uint32_t detail;     /* where the vulnerability's details are (advisory_db_row_detail()); feeds leave it 0 */
} AdvisoryRow;

typedef struct VulnDetail {
    Str id;
    Str title;           /* one line, UTF-8 */
    Cvss cvss[8];
    size_t n_cvss;
    Severity severity;   /* from a feed that covers all distributions (GHSA, NVD via …); SEVERITY_UNKNOWN: none */
    Str severity_source;
    Str aliases;         /* separated by spaces */
    Str references;      /* URLs separated by spaces */
    int64_t published, modified;
    bool withdrawn;
    bool kev;
    Str kev_due;         /* "2024-05-01" */
    double epss, epss_percentile; /* <0: unknown */
} VulnDetail;

/* Where the database lies when nobody says otherwise: $PLIMSOLL_DB, $XDG_DATA_HOME/plimsoll/advisories.db or
 * ~/.local/share/plimsoll/advisories.db. A fresh string; the caller frees. */
char *advisory_db_default_path(void);
/* A db belongs to one thread at a time; several may be open on the same file.
 * Opens the file read-only (immutable). -ENOENT none there, -EBADMSG not a database of this format or corrupt. */
int advisory_db_open(const char *path, AdvisoryDb **ret, Error *err);
void advisory_db_close(AdvisoryDb *db);
DEFINE_CLEANUP(AdvisoryDb, advisory_db_close, advisory_db_closep);

/* "sha256:…" of the content (not of SQLite's bytes): the same feeds give the same digest. */
Str advisory_db_digest(const AdvisoryDb *db);
/* Feeds in name order; slices live as long as the db. */
int advisory_db_feeds(AdvisoryDb *db, Arena *a, FeedInfo **ret, size_t *ret_n, Error *err);
/* The same with what `plimsoll db status` shows. */
typedef struct AdvisoryFeed {
    FeedInfo info;
    uint64_t rows;     /* rows of packages */
    uint64_t problems; /* records that were nonsense and are not in the database */
} AdvisoryFeed;
int advisory_db_feed_list(AdvisoryDb *db, Arena *a, AdvisoryFeed **ret, size_t *ret_n, Error *err);
/* Feeds that hold rows for a release key ("debian:12"): 0 of them means no data for this release. */
int advisory_db_release_feeds(AdvisoryDb *db, Str release, Arena *a, Str **ret, size_t *ret_n, Error *err);
/* All rows of one package name in one release: calls `row` for each, in the order of id, feed. 0 when there are none. */
int advisory_db_rows(AdvisoryDb *db, Str release, Str package, int (*row)(void *userdata, const AdvisoryRow *r), void *userdata, Error *err);
/* The details of the vulnerability that a row of this db is about. Slices are valid until the next call unless copied; score10 of the CVSS
 * vectors is computed, the one to show stands first. */
int advisory_db_row_detail(AdvisoryDb *db, const AdvisoryRow *row, VulnDetail *ret, Error *err);
/* The same by id or alias: 1 with *ret (copied into a; its id is the one that findings have), 0 when unknown. */
int advisory_db_detail(AdvisoryDb *db, Str id, Arena *a, VulnDetail *ret, Error *err);
/* End of life of a release key: 1 with dates (TIME_NONE where there is none), 0 unknown. `eol` is the end of the
 * standard support, `extended` of paid or LTS support. */
int advisory_db_eol(AdvisoryDb *db, Str release, int64_t *ret_eol, int64_t *ret_extended, Error *err);
/* Every row about `id` whatever its package and release, in the order of release, package: reads the whole database (a fraction of a
 * second). */
int advisory_db_find(AdvisoryDb *db, Str id, int (*row)(void *userdata, Str release, Str package, const AdvisoryRow *r), void *userdata, Error *err);
/* CPEs of a Red Hat repository, separated by spaces: 1 with *ret (copied into a), 0 unknown. */
int advisory_db_repository_cpes(AdvisoryDb *db, Str repository, Arena *a, Str *ret, Error *err);
/* Reads everything and compares with the digest that the file states: 0, or -EBADMSG. For files that came from elsewhere. */
int advisory_db_verify(AdvisoryDb *db, Error *err);
