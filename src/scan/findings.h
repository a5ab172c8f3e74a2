/* SPDX-License-Identifier: Apache-2.0 */
/* From the inventory to findings, and which of them a report shows. */
#pragma once

#include "advisory/archive.h"
#include "advisory/db.h"
#include "scan/scan.h"

typedef struct MatchOptions {
    unsigned max_age;        /* a feed of what is judged that is more than so many days older than the time of evaluation is a gap; 0: none is */
    bool kernel_headers;     /* findings of the kernel also for packages that hold its headers only; else they are counted in n_kernel_headers */
} MatchOptions;

/* Why advisories that match this package give no finding, in words: it is judged as part of another one, or holds only headers of the kernel. Empty:
 * they do. In `a`. */
Str scan_passed_over(Arena *a, const Package *p, const MatchOptions *options);
/* Matches every package, looks at the release's end of life, fills feeds and gaps of the coverage: a kind of packages that the database
 * says nothing of is one. `db` NULL: there is none (a gap says `why`). */
int scan_match(Report *r, AdvisoryDb *db, const char *why, const MatchOptions *options, Error *err);

/* Adds what the checks of src/harden say of the image's configuration. */
int scan_harden(Report *r, const Limits *limits, Error *err);

/* Adds "security update pending" findings from the archives that the system is configured with, and their gaps and dates. */
int scan_match_archives(Report *r, const ArchiveOptions *options, Error *err);

typedef struct FindingFilter {
    uint32_t severities;     /* bit per Severity to show; 0: all */
    bool ignore_unfixed;     /* only what a fixed version exists for */
} FindingFilter;

/* Drops what the filter leaves out, and counts it in n_filtered. */
void scan_filter(Report *r, const FindingFilter *f);
/* Marks findings that `baseline` (a JSON report of ours) has as well: is_new false, counted in n_baseline. Two findings are the same
 * when kind, id, package name and architecture are; versions and layers may differ. */
int scan_baseline(Report *r, Str baseline, const char *name, const Limits *limits, Diag *d);
