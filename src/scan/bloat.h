/* SPDX-License-Identifier: Apache-2.0 */
/* From a scan to a Bloat. The callbacks are those of ScanOptions:
 *
 *     BloatScan *s = bloat_new(&report, limits, top);
 *     options.listing = LISTING_CONTENT; .listed = bloat_listed; .listed_all = bloat_listed_all; .owned = bloat_owned; .userdata = s;
 *     scan_collect(…, &options, &report, …); then matching, if wanted
 *     bloat_finish(s, true, &bloat);
 *
 * Kept are 16 bytes per visible file, 48 per directory, 32 per path that a package owns, and links; names only of what is in the result. */
#pragma once

#include "model/bloat.h"
#include "scan/scan.h"

typedef struct BloatScan BloatScan;
/* `top`: how many of the largest of each kind are named. The strings of the result live in r->arena. */
BloatScan *bloat_new(Report *r, const Limits *limits, size_t top);
void bloat_free(BloatScan *s);
DEFINE_CLEANUP(BloatScan, bloat_free, bloat_freep);

void bloat_owned(void *userdata, size_t package, Str paths);
int bloat_listed(void *userdata, const PlacedEntry *e);
int bloat_listed_all(void *userdata);
/* `matched`: the report's findings are there to be counted. */
void bloat_finish(BloatScan *s, bool matched, Bloat *ret);
