/* SPDX-License-Identifier: Apache-2.0 */
/* Which files `plimsoll check` reads. */
#pragma once

#include "base/error.h"
#include "base/vec.h"
#include "check/run.h"

/* What could not be looked at. */
typedef struct CheckMiss {
    char *path, *why; /* owned */
} CheckMiss;

typedef struct CheckWalk {
    Vec(CheckItem) items;   /* recognised files; their paths are owned by the walk */
    Vec(CheckMiss) missed;
    uint64_t seen;          /* files looked at, of any kind */
} CheckWalk;

/* Adds a file, or all files below a directory in the order of their names, that are of a known kind. Symbolic links below a directory are not followed, and .git, .hg, .svn and
 * node_modules are left out. A path that is named itself and is of no known kind is a miss. -E2BIG over limits->entries, -ENOENT and others when the path cannot be opened. */
int check_walk(CheckWalk *w, const char *path, const Limits *limits, Error *err);
void check_walk_done(CheckWalk *w);
