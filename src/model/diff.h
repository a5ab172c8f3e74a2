/* SPDX-License-Identifier: Apache-2.0 */
/* Diff: what is different between two artifacts, A and then B. Strings belong to the Arena of its maker or to the two reports. */
#pragma once

#include "model/report.h"

typedef enum DiffKind { DIFF_ADDED, DIFF_REMOVED, DIFF_CHANGED, DIFF_UPGRADED, DIFF_DOWNGRADED, DIFF_KIND_N_ } DiffKind;
/* "added", "removed", "changed", "upgraded", "downgraded". */
const char *diff_kind_name(DiffKind k);

typedef struct DiffPackage {
    DiffKind kind;            /* changed: another version that the scheme takes for the same */
    const Package *a, *b;     /* NULL where it is not there */
} DiffPackage;

typedef struct DiffFile {
    DiffKind kind;            /* added, removed, changed */
    Str path;
    uint64_t size_a, size_b;
} DiffFile;

typedef struct DiffSetting {
    DiffKind kind;
    Str name;                 /* "env PATH", "label x", "port 80/tcp", "entrypoint" … */
    Str a, b;                 /* as JSON has it for lists; masked where they look secret */
} DiffSetting;

typedef struct DiffFinding {
    DiffKind kind;            /* added, removed */
    const Finding *finding;
} DiffFinding;

typedef struct Diff {
    DiffPackage *packages;    /* by type, name, version */
    size_t n_packages;
    bool has_files;           /* both sides have any: an SBOM has none */
    uint64_t files[DIFF_KIND_N_], file_bytes[DIFF_KIND_N_]; /* bytes: of the file in B, or in A where it is removed */
    DiffFile *listed;         /* all, or the largest changes; by path */
    size_t n_listed;
    bool has_settings;        /* both sides have a configuration */
    DiffSetting *settings;
    size_t n_settings;
    bool has_findings;        /* an advisory database was asked */
    DiffFinding *findings;
    size_t n_findings;
} Diff;

/* Is anything different? */
bool diff_any(const Diff *d);
