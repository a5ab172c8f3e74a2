/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of the advisory database. docs/advisory-database.md describes them. */
#pragma once

enum {
    ADVISORY_APPLICATION_ID = 0x504C4D53, /* "PLMS" */
    ADVISORY_SCHEMA_VERSION = 1,          /* changes whenever a reader of the older version would read wrongly */
};

#define ADVISORY_SCHEMA                                                                                                      \
    "PRAGMA application_id=1347177811; PRAGMA user_version=1;"                                                               \
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"                                            \
    "CREATE TABLE feeds(number INTEGER PRIMARY KEY, name TEXT NOT NULL, date INTEGER NOT NULL, records INTEGER NOT NULL,"    \
    " rows INTEGER NOT NULL, problems INTEGER NOT NULL, digest TEXT NOT NULL, rank INTEGER NOT NULL);"                       \
    "CREATE TABLE releases(number INTEGER PRIMARY KEY, name TEXT NOT NULL);"                                                 \
    "CREATE TABLE release_feeds(release INTEGER NOT NULL, feed INTEGER NOT NULL, PRIMARY KEY(release, feed)) WITHOUT ROWID;" \
    "CREATE TABLE package_rows(release INTEGER NOT NULL, package TEXT NOT NULL, rows BLOB NOT NULL,"                         \
    " PRIMARY KEY(release, package)) WITHOUT ROWID;"                                                                         \
    "CREATE TABLE cves(cve INTEGER PRIMARY KEY, detail BLOB NOT NULL);"                                                      \
    "CREATE TABLE others(id TEXT PRIMARY KEY, detail BLOB NOT NULL) WITHOUT ROWID;"                                          \
    "CREATE TABLE kev(id TEXT PRIMARY KEY, due TEXT NOT NULL) WITHOUT ROWID;"                                                \
    "CREATE TABLE epss(block INTEGER PRIMARY KEY, entries BLOB NOT NULL);"                                                   \
    "CREATE TABLE eol(release TEXT PRIMARY KEY, eol INTEGER NOT NULL, extended INTEGER NOT NULL) WITHOUT ROWID;"             \
    "CREATE TABLE repositories(name TEXT PRIMARY KEY, cpes TEXT NOT NULL) WITHOUT ROWID;"

/* The content digest: SHA-256 over every table in this order, each row as its columns in wire encoding, in key order. Listed once, so
 * that the builder (which reads its own file back) and advisory_db_verify() cannot differ. */
#define ADVISORY_DIGEST_QUERIES                                                                         \
    Q("SELECT number, name, date, records, rows, problems, digest, rank FROM feeds ORDER BY number", "isiiiisi") \
    Q("SELECT number, name FROM releases ORDER BY number", "is")                                        \
    Q("SELECT release, feed FROM release_feeds ORDER BY release, feed", "ii")                           \
    Q("SELECT release, package, rows FROM package_rows ORDER BY release, package", "iss")               \
    Q("SELECT cve, detail FROM cves ORDER BY cve", "is")                                                \
    Q("SELECT id, detail FROM others ORDER BY id", "ss")                                                \
    Q("SELECT id, due FROM kev ORDER BY id", "ss")                                                      \
    Q("SELECT block, entries FROM epss ORDER BY block", "is")                                           \
    Q("SELECT release, eol, extended FROM eol ORDER BY release", "sii")                                 \
    Q("SELECT name, cpes FROM repositories ORDER BY name", "ss")
