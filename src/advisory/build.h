/* SPDX-License-Identifier: Apache-2.0 */
/* Building an advisory database from a directory of feed files. */
#pragma once

#include "advisory/feed.h"
#include "base/vec.h"

typedef struct BuildProblem {
    Str path;        /* of the document */
    uint32_t line;   /* 0: unknown */
    Str message;
} BuildProblem;

typedef struct BuildFile {
    Str path;        /* below the feed directory */
    uint64_t size;
    char sha256[65]; /* of its bytes as they lie there */
    Str failure;     /* empty: read to its end. Else why not: nothing of it is in the database */
    uint64_t documents, skipped_documents;
} BuildFile;

typedef struct BuildFeed {
    Str name;
    uint64_t records, rows, problems, files;
    int64_t date;
    char digest[72]; /* "sha256:…" over the digests of its files */
} BuildFeed;

typedef struct BuildReport {
    Arena arena;
    Vec(BuildFile) files;       /* in path order */
    Vec(BuildFeed) feeds;       /* in name order, those with records */
    Vec(BuildProblem) problems; /* examples of records that are nonsense, in path order; BuildFeed.problems counts all */
    Vec(Str) skipped;           /* documents that no feed recognises, in path order; at most 1,000 are named */
    uint64_t n_skipped;
    char digest[72];            /* content digest of the database */
    uint64_t rows, packages, vulnerabilities, size;
} BuildReport;

void build_report_done(BuildReport *r);

typedef struct BuildOptions {
    unsigned workers;      /* 0: 2 */
    /* Called before each file from any thread, one at a time; may be NULL. */
    void (*progress)(void *userdata, size_t file, size_t files, Str path);
    void *userdata;
} BuildOptions;

/* Reads every file below `feed_dir` (links are not followed; names beginning with "." are left out) in confined workers and replaces
 * the file at `path` when all is done. worker_init() must have been called. -ENODATA: no feed recognised anything. *ret is filled as far as it
 * came also on failure; build_report_done() it. */
int advisory_build(const char *feed_dir, const char *path, const BuildOptions *options, BuildReport *ret, Error *err);
