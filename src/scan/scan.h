/* SPDX-License-Identifier: Apache-2.0 */
/* Scan: a reference in, an artifact with its inventory and coverage out. Matching and the choice of findings come after. */
#pragma once

#include "image/image.h"
#include "model/report.h"
#include "scan/hash-list.h"
#include "scan/hidden.h"

typedef struct ScanOptions {
    ImageOptions image;
    const Limits *limits;
    const char *cache_dir;       /* NULL: no cache */
    uint64_t cache_max;          /* bytes; 0: default */
    uint64_t analyzers;          /* bit i: analyzers()[i]; 0: all */
    ListingKind listing;         /* what `listed` is told of each entry; LISTING_NONE: it is not called */
    bool include_dev;            /* keeps packages that are for development only, or optional */
    bool attached_sbom;          /* the packages that an SBOM attached to the image claims, instead of those in its layers */
    const HashList *hash_list;   /* sorted: files that are in it are findings; NULL: none */
    Str secret_rules;            /* compiled (secret/compile.h); empty: those that come with the program */
    Str secret_key;              /* for fingerprints of secrets; empty: none are made */
    Str yara_rules;              /* compiled (yara/compile.h); empty: none */
    const char *yara_digest;     /* of their texts */
    uint32_t yara_seconds;       /* that they may take for one file */
    int64_t as_of;
    void *userdata;              /* of the callbacks below, each of which may be NULL */
    /* Layer i of n begins; `bytes` it holds as stored (0 unknown). */
    void (*layer)(void *userdata, size_t i, size_t n, uint64_t bytes);
    /* More stored bytes were read; called from another thread. */
    void (*bytes)(void *userdata, uint64_t more);
    /* Every entry of the layers (layers_list), after they were merged; a negative result ends the scan with it. */
    int (*listed)(void *userdata, const PlacedEntry *e);
    /* `listed` was told of all of them: 1 and it is once more, so that names need not be kept before it is known which matter; 0, or a negative result as above. */
    int (*listed_all)(void *userdata);
    /* The paths, each ended by '\n', that a package of the distribution owns: `package` is its index in the inventory. Before `listed`. */
    void (*owned)(void *userdata, size_t package, Str paths);
    /* Something that does not change the report: the cache cannot be written, say. */
    void (*warning)(void *userdata, const char *text);
} ScanOptions;

/* Fills artifact, inventory, malformed findings and coverage (gaps included) of *r. Fails only when there is nothing to look at:
 * what could not be read of an artifact is a gap. */
int scan_collect(const char *reference, const ScanOptions *o, Report *r, Error *err);

/* Adds a gap; strings are copied into r->arena. */
void scan_add_gap(Report *r, GapKind kind, Str subject, const char *reason_fmt, ...) _printf_(4, 5);
/* Adds a finding (copied flat). */
void scan_add_finding(Report *r, const Finding *f);
/* Sorts gaps and findings, drops doubles: to be called once before the report is written. */
void scan_finish(Report *r);
