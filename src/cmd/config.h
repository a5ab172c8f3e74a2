/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll.yaml: its keys are the `.config` paths of the option rows, and `ignores`. One file is read; every key in it is checked, also
 * those that the command at hand does not use. */
#pragma once

#include "base/diag.h"
#include "cmd/cli.h"
#include "scan/ignore.h"

typedef struct ConfigEntry {
    const Option *option;
    char *text;
    char *place;         /* "plimsoll.yaml:3:9" */
} ConfigEntry;

typedef struct Config {
    char *path;          /* NULL: there is no file */
    Vec(ConfigEntry) entries; /* in the order of the file; a list gives several */
    IgnoreRules ignores; /* the list `ignores`, which no option has */
    Arena arena;         /* of the rules */
} Config;

/* Reads `path`, or when NULL the first of the usual places that has one. 0; -EINVAL with what is wrong in `d` and `err`; -ENOENT when `path` was
 * given and is not there, other errors of reading. No file at all is good: ret->path is NULL. */
int config_load(const char *path, Config *ret, Diag *d, Error *err);
void config_done(Config *c);

/* Setting i of all commands: the rows that have a variable or a key, each once, in table order; NULL at the end. */
const Option *config_setting(size_t i);
/* The places where a file is looked for, as a Markdown list. */
void config_places(Buf *out);
