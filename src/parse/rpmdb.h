/* SPDX-License-Identifier: Apache-2.0 */
/* The three forms of rpm's package database: each reader walks the pages of a whole file in memory and hands out the
 * header blobs (rpm-header.h). Read without the libraries that write them: those would have to trust the file, want to
 * open others beside it, and give up at the first damage; these give everything that can still be read.
 *
 * Work and memory are bounded by the size of the file: a page is visited once, and what is put together from
 * overflow pages is never more than the file in all. */
#pragma once

#include "base/str.h"

typedef struct RpmdbVisitor {
    void *userdata;
    /* One header blob; valid during the call. */
    void (*header)(void *userdata, Str blob);
    /* Damage: what was found, where. */
    void (*problem)(void *userdata, const char *fmt, ...) _printf_(2, 3);
} RpmdbVisitor;

/* SQLite file format (sqlite.org/fileformat2.html): table "Packages", its second column. */
void rpmdb_sqlite_read(Str file, const RpmdbVisitor *v);
/* The number of page frames in a write-ahead log of SQLite; 0 when there are none. */
uint64_t rpmdb_sqlite_wal_frames(Str file);
/* "ndb": slots and blobs in blocks of 16 bytes (rpm's lib/backend/ndb/rpmpkg.c). */
void rpmdb_ndb_read(Str file, const RpmdbVisitor *v);
/* Berkeley DB hash, versions 7 to 10, either byte order (Berkeley DB's dbinc/db_page.h). */
void rpmdb_bdb_read(Str file, const RpmdbVisitor *v);
