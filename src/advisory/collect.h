/* SPDX-License-Identifier: Apache-2.0 */
/* What the builder holds between reading feeds and writing the database: strings once each, rows as four numbers. Everything is put into
 * an order of its own before it is written, so that neither the order of files nor that of threads shows. */
#pragma once

#include "advisory/build.h"
#include "base/map.h"
#include "base/vec.h"
#include "store/store.h"

typedef uint32_t StringId; /* 0 is the empty string */

typedef struct CollectStatement {
    uint32_t feed;       /* place in feeds() */
    uint32_t file;       /* of BuildReport.files: a file that failed takes its rows with it */
    uint8_t status, severity;
    bool binary_name, malicious;
    StringId status_text, introduced, last_affected, advisory, module, arches, repositories, imports;
} CollectStatement;

/* Before ordering, numbers of key, id, statement and fixed version; after it their ranks. */
typedef struct CollectRow {
    uint32_t key, id, statement, fixed;
} CollectRow;

typedef struct CollectKey {
    StringId release, package;
} CollectKey;

typedef struct CollectDetail {
    StringId id;
    uint32_t feed, file;
    Str blob;
} CollectDetail;

typedef struct CollectEpss {
    int64_t cve;
    uint32_t epss, percentile, file;
} CollectEpss;

typedef struct CollectPair { /* kev: id, due. repositories: name, cpe */
    StringId a, b;
    uint32_t file;
} CollectPair;

typedef struct CollectEol {
    StringId release;
    uint32_t file;
    int64_t eol, extended;
} CollectEol;

/* Per file and feed. */
typedef struct CollectPart {
    uint32_t file, feed;
    uint64_t records, problems;
    int64_t date;
} CollectPart;

typedef struct Collect {
    Arena arena;
    Map strings;                 /* text -> StringId */
    Map keys;                    /* CollectKey's bytes -> number + 1 */
    Vec(CollectKey) key_list;
    Vec(CollectStatement) statements;
    Vec(CollectRow) rows;
    Vec(CollectDetail) details;
    Vec(CollectEpss) epss;
    Vec(CollectPair) kev, repositories;
    Vec(CollectEol) eol;
    Vec(CollectPart) parts;
    BuildReport *report;
} Collect;

void collect_done(Collect *c);
/* The number of a string, which is kept once. */
StringId collect_intern(Collect *c, Str s);

/* Takes the stream of one file's worker (stream.h). One for each call of a worker; pushes from several threads need a lock around. */
typedef struct CollectReader {
    Collect *c;
    uint32_t file;
    uint32_t feed;      /* UINT32_MAX: none named yet */
    size_t part_at;     /* of Collect.parts */
    Buf pending;
    Vec(StringId) strings;
    Vec(uint32_t) keys, statements;
    Vec(size_t) parts;  /* of Collect.parts, one for each feed that the file holds */
} CollectReader;

void collect_reader_init(CollectReader *r, Collect *c, uint32_t file);
void collect_reader_done(CollectReader *r);
/* The frames that are complete are taken up. -EBADMSG: the worker answers nonsense. */
int collect_reader_push(CollectReader *r, Str bytes);
/* No half frame may be left. */
int collect_reader_end(CollectReader *r);

/* Orders everything and writes it (write.c). Empties the collection as it goes. */
int collect_write(Collect *c, Store *s, Error *err);
/* The last value: what the digest of all others is. */
int collect_write_digest(Store *s, const char *digest, Error *err);
