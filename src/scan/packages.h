/* SPDX-License-Identifier: Apache-2.0 */
/* From facts to the packages of an inventory. */
#pragma once

#include "base/map.h"
#include "scan/merge.h"

/* Fills inv->packages from n merged facts; inv->os is there already. */
void packages_take(Inventory *inv, const MergedFact *facts, size_t n);
/* A path as packages_own() compares it: /usr/bin and /bin are one. A slice of it. */
Str package_path(Str path);
/* Sets the value of each path (package_path()) that an OS package owns to that package's MergedFact; others stay. */
void packages_own(const MergedFact *facts, size_t n, const Map *paths);
/* Takes out what only development or options need, and counts it. */
void packages_leave_out_dev(Inventory *inv);
