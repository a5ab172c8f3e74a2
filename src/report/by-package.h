/* SPDX-License-Identifier: Apache-2.0 */
/* Findings by package, for formats that go through packages instead of findings. */
#pragma once

#include "model/report.h"

typedef struct ByPackage {
    size_t *first;  /* per package, and at [n_packages] of no package: number of its first finding + 1, 0 for none */
    size_t *next;   /* per finding: number of the next one of the same package + 1 */
} ByPackage;

ByPackage by_package(const Report *r, Arena *a);
