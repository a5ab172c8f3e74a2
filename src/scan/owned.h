/* SPDX-License-Identifier: Apache-2.0 */
/* Which files belong to which package of the distribution. */
#pragma once

#include "scan/merge.h"

/* Calls `take` with the paths, each ended by '\n', that a package of `inv` owns; once or several times for each that has any. */
void owned_files(const Merge *m, const Inventory *inv, void (*take)(void *userdata, size_t package, Str paths), void *userdata);
