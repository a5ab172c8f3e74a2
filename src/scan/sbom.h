/* SPDX-License-Identifier: Apache-2.0 */
/* SBOMs as artifacts: CycloneDX 1.2–1.6 and SPDX 2.2/2.3, both JSON, ours and other tools'. docs/reference/sbom-mapping.md says what
 * is read from where. */
#pragma once

#include "base/diag.h"
#include "base/error.h"
#include "base/limits.h"
#include "model/report.h"

typedef enum SbomKind {
    SBOM_NONE,
    SBOM_CYCLONEDX,     /* JSON */
    SBOM_SPDX,          /* JSON */
    SBOM_UNSUPPORTED,   /* an SBOM in a form that is not read: XML, tag-value */
} SbomKind;

/* What the text looks like, by its first 64 KiB. */
SbomKind sbom_sniff(Str text);

/* Fills artifact (kind, reference = name, and what the SBOM tells of the image), inventory and gaps of *r, which must be empty. Strings are
 * copied: `text` may go away. -EINVAL or -E2BIG with the places in `d` when it is no SBOM that can be read; components of kinds
 * that we do not know are a gap ("unsupported-packages"). Opens no file and keeps no state: fit for a confined worker. */
int sbom_read(Str text, const char *name, const Limits *limits, Report *r, Diag *d);

/* The same for an open regular file; `name` is its place. 0 when it is no SBOM. */
int sbom_open_fd(int fd, const char *name, const Limits *limits, Report *r, Error *err);
/* Reads the SBOM at `path` in a confined worker: 1 when it was one and *r is filled in as by sbom_read(), 0 when the file is not an
 * SBOM (or no file at all), negative with a message naming place and cause. */
int sbom_open(const char *path, const Limits *limits, Report *r, Error *err);
