/* SPDX-License-Identifier: Apache-2.0 */
/* Commands: one file per row of command.list.h. The framework (main.c, cli.c) parses and checks the options of a command's row, its
 * number of arguments, the environment and plimsoll.yaml; the command reads the outcome from Cli, calls the library, hands
 * its output to output.h and returns an exit code. Adding one: docs/adding/command.md. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "base/vec.h"

/* Exit codes; precedence EXIT_USAGE, EXIT_INCOMPLETE, EXIT_FINDINGS, EXIT_DONE. */
enum {
    EXIT_DONE = 0,
    EXIT_FINDINGS = 1,   /* findings at or over --fail-on */
    EXIT_USAGE = 2,      /* wrong options or arguments, or configuration */
    EXIT_INCOMPLETE = 3, /* could not look at everything, or at anything */
};

/* One setting. Everything about it stands in its row: help, completion, man page, the keys of plimsoll.yaml and the environment
 * variables are made from these. */
typedef struct Option {
    const char *name;    /* "--format" */
    char letter;         /* 'f' for "-f", 0: none */
    const char *arg;     /* "FORMAT"; NULL: a flag */
    const char *doc;     /* what it does: "Writes FILE instead of standard output" */
    const char *values;  /* "table|json": all others are refused; NULL: free, or see list_values */
    void (*list_values)(Buf *out); /* appends "a|b|c" where the values come from a table; NULL: see values */
    int (*check)(Str value, Error *err); /* 0, or negative with what is wrong with a value; it alone decides, `values` are then for people */
    const char *def;     /* value when nobody sets it; NULL: none (a flag is off) */
    const char *env;     /* "PLIMSOLL_FORMAT"; NULL: none */
    const char *config;  /* path in plimsoll.yaml: "report.format"; NULL: none */
    bool repeat;         /* may be given several times; a comma-separated list in the environment, a list in plimsoll.yaml */
    bool is_file;        /* the value is a file or directory name: for completion */
} Option;

enum { OPTION_TABLES_MAX = 24 };

typedef struct Cli Cli;

typedef struct Command {
    const char *name;     /* "scan" or "db build" */
    const char *summary;  /* one line, without a full stop */
    const char *arguments; /* "IMAGE…"; NULL: none */
    const char *description; /* paragraphs separated by an empty line */
    const char *examples; /* lines "command  # what it does" */
    const Option *options[OPTION_TABLES_MAX]; /* row tables, each ended by a NULL name; common_options are added to all */
    unsigned min_args, max_args; /* UINT_MAX: any number */
    const char *argument_values; /* what the first argument may be: "a|b"; NULL: free, or see list_arguments */
    void (*list_arguments)(Buf *out); /* as Option.list_values, for the first argument */
    bool workers;         /* parses foreign bytes: main() starts the zygote of confined workers (base/worker.h) before run() */
    int (*prepare)(Cli *cli); /* before the zygote is started: loads libraries that workers need; an exit code. NULL: nothing to do */
    bool prints_nothing;  /* its work is no document: --output is refused */
    bool plumbing;        /* for scripts and tests: listed behind the others */
    int (*run)(Cli *cli); /* an exit code */
} Command;

/* In table order; *ret_n of them. */
const Command *const *commands(size_t *ret_n);
const Command *command_by_name(Str name);
/* Options of every command: --help, --quiet …; the last is --output, which commands that print nothing do not have. */
extern const Option common_options[];
/* Row i of the common options of this command; NULL at the end. */
const Option *common_option(const Command *command, size_t i);
/* Row i of the command's options (then of the common ones); NULL at the end. `command` may be NULL: the common ones alone. */
const Option *command_option(const Command *command, size_t i);

/* Where a value came from, weakest first. */
typedef enum Origin { ORIGIN_DEFAULT, ORIGIN_CONFIG, ORIGIN_ENVIRONMENT, ORIGIN_OPTION } Origin;

typedef struct CliValue {
    const Option *option;
    const char *text;    /* "true" for a flag that is on, "false" for one that a weaker origin turned off */
    Origin origin;
    const char *place;   /* variable name or "file:line:col"; NULL for options */
} CliValue;

struct Cli {
    bool cached_bundles;     /* policy bundles of registries come out of the cache: somebody else asks for them */
    const Command *command;
    const char *group;   /* help is asked for the commands that begin with this word; NULL */
    char **args;         /* what is no option, NULL-ended */
    size_t n_args;
    Vec(CliValue) values; /* as given, strongest origin only: a repeated option has several */
    Vec(char *) owned;   /* strings made while parsing */
    struct Config *config; /* plimsoll.yaml as read; NULL before */
};

/* The value of an option (its last, when it repeats); its default; NULL when there is none. `name` must be one of the command's rows. */
const char *cli_value(const Cli *cli, const char *name);
/* Is a flag on? */
bool cli_flag(const Cli *cli, const char *name);
/* Was it set at all, by whichever origin? */
bool cli_is_set(const Cli *cli, const char *name);
/* All values of an option that repeats, NULL-ended, in the order given; the array ends with the Cli. */
const char *const *cli_values(Cli *cli, const char *name, size_t *ret_n);
