/* SPDX-License-Identifier: Apache-2.0 */
/* Which files belong to which package of the distribution. */
#pragma once

#include "base/map.h"
#include "scan/merge.h"

/* A path as packages_own() compares it: /usr/bin and /bin are one. A slice of it. */
Str package_path(Str path);
/* Calls `take` with the fact of each OS package among n facts and paths, each ended by '\n', that it owns; once or several times for each that has any. */
void owned_each(const MergedFact *facts, size_t n, void (*take)(void *userdata, const MergedFact *package, Str paths), void *userdata);
/* Sets the value of each path (package_path()) that an OS package owns to that package's MergedFact; others stay. */
void packages_own(const MergedFact *facts, size_t n, const Map *paths);
/* owned_each() for the packages of an inventory. */
void owned_files(const Merge *m, const Inventory *inv, void (*take)(void *userdata, size_t package, Str paths), void *userdata);
