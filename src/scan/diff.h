/* SPDX-License-Identifier: Apache-2.0 */
/* From two scans to a Diff. The files of A are kept as a listing and 48 bytes each; those of B are compared as they are told. */
#pragma once

#include "model/diff.h"
#include "scan/scan.h"

typedef struct DiffScan DiffScan;
/* `top`: how many files are named; SIZE_MAX: all. */
DiffScan *diff_new(size_t top);
void diff_free(DiffScan *s);
DEFINE_CLEANUP(DiffScan, diff_free, diff_freep);
/* For ScanOptions.listed with LISTING_CONTENT, userdata the DiffScan: of A first, and then of B. */
int diff_listed_a(void *userdata, const PlacedEntry *e);
int diff_listed_b(void *userdata, const PlacedEntry *e);
/* The result lives as long as `s` and both reports. */
int diff_finish(DiffScan *s, const Report *a, const Report *b, bool matched, const Limits *limits, Diff *ret, Error *err);

/* diff-config.c: the settings that differ, appended in the order of their names. False when one side has no configuration. */
bool diff_settings(Arena *arena, const Report *a, const Report *b, const Limits *limits, DiffSetting **ret, size_t *ret_n);
