/* SPDX-License-Identifier: Apache-2.0 */
/* Files of YARA rules: which are compiled, and which they may include. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/vec.h"

typedef struct YaraFile {
    Str name;          /* as messages and matches have it: the path given, and below a directory its path there */
    uint32_t root;     /* files of one root may include each other */
    Str rel;           /* path below that root */
    bool compile;      /* false: it may only be included */
    Str text;
} YaraFile;

typedef struct YaraFiles {
    Vec(YaraFile) list;
    Arena arena;
    uint32_t roots;
} YaraFiles;

/* Reads `path`: a file, or all *.yar and *.yara of a directory and of those below it, in the order of their names. Beside a file that includes others those of its
 * directory are read, too. -ENOENT when a directory has no rules. */
int yara_files_add(YaraFiles *f, const char *path, const Limits *l, Error *err);
/* The file that one includes: `name` as written in it. NULL when its root has none such. */
const YaraFile *yara_files_included(const YaraFiles *f, const YaraFile *by, Str name);
void yara_files_done(YaraFiles *f);
