/* SPDX-License-Identifier: Apache-2.0 */
/* What Go's linker leaves in a program: the build information (which toolchain, which modules; format: Go's debug/buildinfo, both with pointers, as
 * up to Go 1.17, and with inline strings) and the names of all functions, inlined ones too, in the table of program counters ("pclntab", Go 1.16 and
 * later; format: Go's debug/gosym). The latter is there in stripped programs as well: the runtime needs it. All are slices of the program. */
#pragma once

#include "parse/program.h"

typedef struct GoBuild {
    Str toolchain;    /* as written: "go1.22.1", "go1.19.6 X:boringcrypto", "devel go1.23-c2d4f85 Tue …" */
    Str modules;      /* for go_line_next(); empty in programs that were built without modules */
} GoBuild;

/* 0, -ENOENT when the program has no build information, -EBADMSG when it has a damaged one. */
int go_build_find(const Program *p, GoBuild *ret);

typedef enum GoLineKind { GO_LINE_OTHER, GO_LINE_PATH, GO_LINE_MODULE, GO_LINE_DEPENDENCY, GO_LINE_SETTING } GoLineKind;

typedef struct GoLine {
    GoLineKind kind;
    Str path;         /* GO_LINE_PATH: import path of the main package. Modules: module path. GO_LINE_SETTING: key */
    Str version;      /* modules: as written, "(devel)" for one that has none. GO_LINE_SETTING: value, in Go's quotes where it needs them */
    Str by_path, by_version; /* modules: what replaces it; by_version is "(devel)" or empty for a directory. Both empty when it is not replaced */
} GoLine;
/* The next line; a replacement is part of its module's. False at the end. */
bool go_line_next(Str *modules, GoLine *ret);

/* The names of the functions, each ended by NUL; false when the program has no table that names all of them. */
bool go_function_names(const Program *p, Str *ret);
/* The import path of the package of a function, as it stands in its name ("gopkg.in/yaml%2ev3"); empty for what the compiler made up. Some functions
 * of the runtime carry the name of another package of the standard library (os/signal), which is then thought to be there. */
Str go_function_package(Str name);
