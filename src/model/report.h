/* SPDX-License-Identifier: Apache-2.0 */
/* Report: everything an output format gets. Writers read it and nothing else: no clock, no environment, no files. */
#pragma once

#include "model/finding.h"

/* Why something was not seen. The name is what --allow-incomplete takes. */
typedef enum GapKind {
    GAP_UNSUPPORTED_OS,   /* "unsupported-os": no family that we know */
    GAP_NO_ADVISORIES,    /* "no-advisories": the database has no data for this distribution or release */
    GAP_NO_DATABASE,      /* "no-database": there is no advisory database */
    GAP_STALE_DATABASE,   /* "stale-database": a feed is older than allowed at as-of */
    GAP_UNREADABLE_LAYER, /* "unreadable-layer": encrypted, unknown media type, broken */
    GAP_UNREADABLE_FILE,  /* "unreadable-file": permission, over a limit, worker died on it, package database broken */
    GAP_LIMIT,            /* "limit": a limit cut the work short */
    GAP_NO_PACKAGES,      /* "no-packages": no package database at all */
    GAP_ARCHIVE,          /* "archive-unreachable": a configured security archive could not be asked */
    GAP_UNSUPPORTED_PACKAGES, /* "unsupported-packages": packages that no feed at hand judges (other tools' SBOMs) */
    GAP_NO_SUMS,          /* "no-digests": packages whose files cannot be told from changed ones */
    GAP_NO_INPUT,         /* "no-input": nothing of a kind that `plimsoll check` reads */
    GAP_N_,
} GapKind;

const char *gap_kind_name(GapKind k);
/* One line: what was not seen. */
const char *gap_kind_doc(GapKind k);
int gap_kind_parse(Str s, GapKind *ret);

typedef struct Gap {
    GapKind kind;
    bool allowed;   /* by --allow-incomplete: named in the report, but does not change the exit code */
    Str subject;    /* file, layer digest, release … */
    Str reason;     /* cause, and what to do */
} Gap;

/* A feed in the database. */
typedef struct FeedInfo {
    Str name;       /* "debian-osv" */
    int64_t date;   /* newest record or stated date of the data; TIME_NONE unknown */
    uint64_t records;
    Str digest;     /* "sha256:…" of its input */
} FeedInfo;

typedef struct Coverage {
    int64_t as_of;          /* evaluation time */
    Str database_digest;    /* empty: no database */
    FeedInfo *feeds;        /* the ones that apply to this artifact */
    size_t n_feeds;
    uint64_t entries;       /* archive entries or files seen */
    uint64_t bytes;         /* uncompressed bytes read */
    uint64_t mounts;        /* directories: other file systems that were mounted below, and looked at */
    uint64_t mounts_left_out; /* those that the kernel makes up (proc, sysfs …) */
    bool verified;          /* digests of all bytes were verified; false for directories */
    Str claimed_by;         /* the packages are those that this attached SBOM claims; empty: they were found */
    Str sandbox;            /* "seccomp,landlock" … what confined the workers; empty: nothing ran confined */
    Str *analyzers;         /* names that ran, sorted */
    size_t n_analyzers;
    Gap *gaps;              /* sorted by kind, subject, reason */
    size_t n_gaps;
    bool archives_asked;    /* archive indexes were looked at */
} Coverage;

/* A file that `plimsoll check` read. */
typedef struct ReportFile {
    Str path, kind; /* "dockerfile" */
    bool whole;     /* all of it was understood; else a gap says what was not */
} ReportFile;

typedef struct Report {
    Arena arena;            /* owns what the others do not */
    Artifact artifact;
    Inventory inventory;
    Finding *findings;      /* in finding_compare() order */
    size_t n_findings;
    ReportFile *files;      /* of ARTIFACT_FILES, sorted by path */
    size_t n_files;
    size_t n_filtered;      /* left out by --severity, --ignore-unfixed: counted, so that they are not silently gone */
    size_t n_kernel_headers; /* the kernel's findings that packages of its headers would have: left out unless asked for */
    size_t n_baseline;      /* also in --baseline */
    Finding *suppressed;    /* by VEX statements and ignore rules; likewise in order */
    size_t n_suppressed;
    bool show_suppressed;   /* --show-suppressed: they are listed, not only counted */
    Exception *exceptions;  /* everything that was asked to suppress, in the order given */
    size_t n_exceptions;
    ExceptionSource *exception_sources;
    size_t n_exception_sources;
    Coverage coverage;
    Str tool_version;       /* "0.1.0" */
    bool sbom_only;         /* `plimsoll sbom`: no matching was done, findings are not listed */
    bool fail_on_set;       /* --fail-on was given … */
    Severity fail_on;       /* … with this severity */
    Str policy;             /* set that judged: "production@2"; empty: none did */
    Str verdict;            /* of it: "deny", "warn", "allow" */
} Report;

void report_done(Report *r);
/* Does it make the exit code 1: new, and denied by the policy, or at or over --fail-on? What a policy says of it is not weighed by severity. */
static inline bool finding_fails(const Finding *f, const Report *r) {
    return f->is_new && ((r->fail_on_set && f->severity >= r->fail_on) || str_eqz(f->action, "deny"));
}
/* Is any gap not allowed? */
bool report_incomplete(const Report *r);
