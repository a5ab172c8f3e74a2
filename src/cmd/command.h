/* SPDX-License-Identifier: Apache-2.0 */
/* Commands: one file per row of command.list.h. A command parses its options (rows of Option), calls the library, prints and
 * returns its exit code. Adding one: docs/adding/command.md. */
#pragma once

#include "base/diag.h"
#include "base/error.h"

/* Exit codes; precedence EXIT_USAGE, EXIT_INCOMPLETE, EXIT_FINDINGS, EXIT_DONE. */
enum {
    EXIT_DONE = 0,
    EXIT_FINDINGS = 1,   /* findings at or over --fail-on */
    EXIT_USAGE = 2,      /* wrong options or arguments, or configuration */
    EXIT_INCOMPLETE = 3, /* could not look at everything, or at anything */
};

typedef struct Config Config; /* plimsoll.yaml + environment, cmd/config.h */

typedef struct Option {
    const char *name;    /* "--format" */
    char letter;         /* 'f' for "-f", 0: none */
    const char *arg;     /* "FORMAT"; NULL: a flag */
    const char *doc;
    const char *values;  /* "table|json|…" for completion and checking; NULL: free */
    const char *env;     /* "PLIMSOLL_FORMAT"; NULL: none */
    const char *config;  /* path in plimsoll.yaml: "scan.format"; NULL: none */
    bool repeat;         /* may be given several times */
} Option;

typedef struct Command {
    const char *name;     /* "scan" or "db build" */
    const char *summary;  /* one line */
    const char *usage;    /* "[OPTION]… IMAGE" */
    const char *description;
    const char *examples; /* lines "command  # what it does" */
    const Option *options; /* ended by NULL name; common options are added to all */
    int (*run)(const struct Command *self, int argc, char **argv, Config *config);
} Command;

/* In table order, ended by NULL name. */
const Command *commands(void);
