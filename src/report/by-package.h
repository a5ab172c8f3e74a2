/* SPDX-License-Identifier: Apache-2.0 */
/* Findings by package or by file, for formats that go through these instead of findings. */
#pragma once

#include "model/report.h"

typedef struct ByPackage {
    size_t *first;  /* per package, and at [n_packages] of no package: number of its first finding + 1, 0 for none */
    size_t *next;   /* per finding: number of the next one of the same package + 1 */
} ByPackage;
/* The same by r->files, with findings of none at [n_files]. */
ByPackage by_file(const Report *r, Arena *a);

ByPackage by_package(const Report *r, Arena *a);
