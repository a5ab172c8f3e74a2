/* SPDX-License-Identifier: Apache-2.0 */
/* The steps that scan, sbom and explain share. */
#pragma once

#include "cmd/scan-options.h"

/* Collects, with progress and warnings on the terminal: 0 or an exit code with the message printed. */
int scan_run_collect(Cli *cli, const ScanRequest *q, const char *reference, Report *r);
/* What a command wants to be told of while the layers are there, as in ScanOptions. */
typedef struct ScanHooks {
    ListingKind listing;
    void *userdata;
    int (*listed)(void *userdata, const PlacedEntry *e);
    int (*listed_all)(void *userdata);
    void (*owned)(void *userdata, size_t package, Str paths);
} ScanHooks;
int scan_run_collect_with(Cli *cli, const ScanRequest *q, const char *reference, const ScanHooks *hooks, Report *r);
/* Reads VEX documents and ignore rules, applies them, and says which match nothing: 0 or an exit code with the message printed. */
int scan_run_exceptions(Cli *cli, const ScanRequest *q, Report *r);
/* Opens the database, matches, applies exceptions, judges by the policy, filters, compares with the baseline: 0 or an exit code with the message printed. */
int scan_run_match(Cli *cli, const ScanRequest *q, Report *r);
/* Marks what the report of --baseline has already; nothing without one: 0 or an exit code with the message printed. */
int scan_run_baseline(const ScanRequest *q, Report *r);
/* Marks allowed gaps, sorts, writes in the format asked for: the exit code of the whole. */
int scan_run_report(Cli *cli, const ScanRequest *q, Report *r);
