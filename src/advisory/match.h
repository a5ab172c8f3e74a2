/* SPDX-License-Identifier: Apache-2.0 */
/* Matching packages with advisories by the distribution's own rules. docs/matching.md has the rules in words. */
#pragma once

#include "advisory/db.h"

/* Why a vulnerability was or was not found in a package. */
typedef enum MatchReason {
    MATCH_BELOW_FIX,       /* affected: the version is below the fixed one */
    MATCH_IN_RANGE,        /* affected: a record's range holds the version, and names no fix */
    MATCH_NO_FIX,          /* affected: the vendor has no fix (open, will not fix, deferred …) */
    MATCH_AT_OR_ABOVE_FIX, /* not affected: the fix is in */
    MATCH_BEFORE_INTRODUCED, /* not affected: the flaw came later */
    MATCH_ABOVE_LAST,      /* not affected: the version is above the last affected one */
    MATCH_NOT_LINKED,      /* not affected: the Go packages with the flaw are not in this binary */
    MATCH_VENDOR_SAYS_NOT, /* not affected: the vendor says so */
    MATCH_OTHER_MODULE,    /* not affected: the records are about other module streams */
    MATCH_OTHER_ARCH,      /* not affected: the records are about other architectures */
    MATCH_OTHER_REPOSITORY,/* not affected: the records are about repositories that this system does not use */
} MatchReason;

typedef struct MatchDecision {
    const AdvisoryRow *row;   /* the record that decided */
    const AdvisoryRow *rows;  /* all records of this id for this package */
    size_t n_rows;
    bool affected;
    MatchReason reason;
    Str fixed;                /* the version that mends it; empty: none, or not affected */
    Str compared;             /* the installed version that was compared (binary's or source's) */
} MatchDecision;

/* One sentence: "installed 1.2-3 is below the fixed version 1.2-4". In `a`. */
Str match_reason_text(Arena *a, const MatchDecision *d);

typedef struct Matcher Matcher;
/* For one inventory: knows its release, repositories and the version scheme of each package. db and inv must outlive it. */
int matcher_new(AdvisoryDb *db, const Inventory *inv, Matcher **ret, Error *err);
void matcher_free(Matcher *m);
DEFINE_CLEANUP(Matcher, matcher_free, matcher_freep);

/* Calls `decision` for every id that has a record about this package, affected or not, in the order of ids. Slices live until the
 * next call. 1, or 0 when there is no record about it. */
int matcher_package(Matcher *m, const Package *p, int (*decision)(void *userdata, const MatchDecision *d), void *userdata, Error *err);
/* Makes the finding of an affected decision, with severity, scores and dates from the database; strings in `a`. */
int matcher_finding(Matcher *m, const Package *p, const MatchDecision *d, Arena *a, Finding *ret, Error *err);
