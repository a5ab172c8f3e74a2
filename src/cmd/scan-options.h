/* SPDX-License-Identifier: Apache-2.0 */
/* The option rows that scan, sbom, explain and db share, and what comes out of them. Each setting is one row here. */
#pragma once

#include "analyze/analyzer.h"
#include "cmd/command.h"
#include "image/image.h"
#include "model/report.h"
#include "report/format.h"
#include "scan/findings.h"
#include "scan/licenses.h"
#include "scan/scan.h"

/* Rows, each table ended by a NULL name. */
extern const Option database_options[];  /* --db: everything that reads or makes the advisory database */
extern const Option image_options[];     /* how an image is found and read */
extern const Option cache_options[];     /* --cache, --no-cache */
extern const Option malware_options[];   /* --malware, --integrity, --yara, --hash-list */
extern const Option license_options[];   /* --license-allow, --license-deny */
extern const Option secret_options[];    /* whether and how secrets are looked for */
extern const Option registry_options[];  /* how a registry is spoken to */
extern const Option time_options[];      /* --as-of */
extern const Option evaluate_options[];  /* --archives, --max-feed-age: what findings are made from */
extern const Option exception_options[]; /* --vex, --ignore-file: what suppresses findings */
extern const Option findings_options[];  /* which findings of a scan are made and shown */
extern const Option verdict_options[];   /* --severity, --fail-on, --baseline: which findings are shown, and which count */
extern const Option incomplete_options[]; /* --allow-incomplete */
extern const Option scan_format_options[]; /* --format of scan */
extern const Option sbom_format_options[]; /* --format of sbom: the formats that are bills of materials */

/* Adds what "high,critical" names, or what "medium+" means: that and everything worse. -EINVAL with the nearest name. */
int severities_parse(Str value, bool shown[static SEVERITY_N_], Error *err);

typedef enum ArchivesMode {
    ARCHIVES_AUTO,   /* ask configured security archives where the advisory database has no data for the release */
    ARCHIVES_ALWAYS,
    ARCHIVES_NEVER,
} ArchivesMode;

typedef struct ScanRequest {
    const Format *format;
    ImageOptions image;          /* .limits points to `limits` below: do not copy the request */
    Limits limits;
    uint64_t analyzers;          /* bit i: analyzers()[i]; 0: all */
    Buf secret_rules;            /* compiled; empty: those that come with the program */
    char *secret_key;            /* NULL: none */
    size_t secret_key_n;
    HashList *hash_list;         /* NULL: none */
    Buf yara_rules;              /* compiled; empty: none */
    char yara_digest[65];
    uint32_t yara_seconds;
    const char *cache_dir;       /* NULL: no cache */
    bool include_dev;
    bool attached_sbom;
    bool checks;                 /* of configuration and hardening */
    bool require_sandbox;
    const char *db_path;         /* NULL: the usual place */
    int64_t as_of;
    ArchivesMode archives;
    MatchOptions match;
    bool severity[SEVERITY_N_];  /* shown; all when --severity is not given */
    bool ignore_unfixed;
    bool fail_on_set;
    Severity fail_on;
    const char *baseline;        /* NULL: none */
    const char *const *vex;      /* NULL-ended: files, directories, "oci" */
    const char *const *ignore_files; /* NULL-ended */
    bool show_suppressed;
    LicensePolicy licenses;
    const struct PolicyChosen *policy; /* NULL: none */
    bool allow[GAP_N_];          /* gaps that do not make the exit code 3 */
    /* For scan_request_done(). */
    char *owned_cache_dir;
} ScanRequest;

/* Reads the options that the command has; for rows it does not have the value is that of nobody asking. 0, or an exit code with the message
 * printed. Strings live as long as the Cli. */
/* Command.prepare: loads what workers need. An exit code. */
int scan_prepare(Cli *cli);
int scan_request(Cli *cli, ScanRequest *ret);
void scan_request_done(ScanRequest *r);
/* What registry_options say. 0, or an exit code with the message printed. */
int registry_request(Cli *cli, RegistryOptions *ret);
/* The cache's directory by cache_options, a fresh string; NULL: there is none. */
char *cache_directory(const Cli *cli);
/* What scan_collect() takes, with progress and warnings tied to this terminal. `r` must outlive it. Around the call: progress_begin(reference,
 * 0, 0) and progress_end(). */
ScanOptions scan_request_options(const ScanRequest *r);
/* Exit code of a finished report: 3 when a gap is not allowed, else 1 when a finding counts for --fail-on or a rule denies, else 0. */
int report_exit_code(const Report *r);
