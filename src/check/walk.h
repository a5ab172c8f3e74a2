/* SPDX-License-Identifier: Apache-2.0 */
/* Which files `plimsoll check` reads. */
#pragma once

#include "base/error.h"
#include "base/map.h"
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
    const CheckInput *input; /* set by the caller: what files that are named themselves are; NULL: by their names and texts */
    bool has_standard_input; /* it was read */
    bool several;           /* set by the caller: more than one path is walked, and a file may be below two of them */
    Map real;               /* with it: the real paths of items */
    bool cluster;           /* no files were read, but so many objects of a cluster */
    uint64_t objects;
    uint64_t builtin;       /* of these: roles and bindings of the API server itself, which were not judged */
} CheckWalk;

/* What standard input is called in reports. */
#define CHECK_STANDARD_INPUT "standard input"

/* Adds a file, a pipe, standard input ("-"), or all files below a directory in the order of their names, that are of a known kind. Symbolic links below a directory are not followed, and .git, .hg, .svn and
 * node_modules are left out. What is named itself is told by its text where its name says
 * nothing, and is a miss where neither does. A file that is there already is not added again. Pipes are read here, once. -E2BIG over limits->entries, -ENOENT and others when the path cannot be opened. */
int check_walk(CheckWalk *w, const char *path, const Limits *limits, Error *err);
void check_walk_done(CheckWalk *w);
