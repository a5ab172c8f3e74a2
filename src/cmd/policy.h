/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of `plimsoll policy` share. */
#pragma once

#include "cmd/command.h"
#include "policy/reader.h"
#include "policy/rules.h"
#include "policy/set.h"

/* --rules: rules of one's own instead of those that come with the program. */
extern const Option policy_rules_options[];

/* The readers of all rooms, NULL-ended. */
extern const ObjectReader *const object_readers[];

typedef struct PolicyFile {
    char *path;
    char *text;   /* NUL-terminated; NULL: not read yet */
    size_t n;
} PolicyFile;

/* Rules as a command was asked for them. */
typedef struct PolicyRules {
    RuleSet *set;
    Diag diag;
    Vec(PolicyFile) files;  /* rules files, of directories in the order of their names */
    size_t n_sets;          /* of `files`: policy sets, which are not in `set` */
    Vec(PolicyFile) cases;  /* *.test.yaml of the directories */
    bool failed;            /* there are errors in `diag` */
} PolicyRules;

/* Reads files and what is in directories into ret->files and ret->cases: 0, or an exit code with the message printed. */
int policy_files_read(const char *const *paths, size_t n, PolicyRules *ret);
/* Is what --policy was given a file or directory, not a name? */
bool policy_is_path(const char *name);
/* Reads files and what is in directories, or what comes with the program when `paths` is empty, into one set. 0, or an exit code with the message printed
 * when a file cannot be read at all; errors of rules are in ret->diag. */
int policy_rules_load(const char *const *paths, size_t n, const RuleSetOptions *o, PolicyRules *ret);
/* The same, and errors are printed: EXIT_USAGE. Warnings are printed, too. */
int policy_rules_load_good(const char *const *paths, size_t n, const RuleSetOptions *o, PolicyRules *ret);
void policy_rules_done(PolicyRules *r);
/* Prints all of it on standard error with the lines of the files. */
void policy_rules_say(const PolicyRules *r);

/* --policy */
extern const Option policy_options[];
/* --policy-scope: where what is judged runs. */
extern const Option policy_scope_options[];

/* A policy as a command was asked for it: by name, or by the path of a file or directory. */
typedef struct PolicyChosen {
    Policy *policy;
    PolicyContext context;  /* of --policy-scope */
    Arena arena;
    PolicyRules own;        /* files that it points into */
    Diag diag;
} PolicyChosen;

/* Loads what comes with the program and, for a path, what is there; chooses the set. 0, or an exit code with the messages printed; warnings are printed in any case. */
int policy_open(const char *name, int64_t as_of, PolicyChosen *ret);
void policy_chosen_done(PolicyChosen *c);
/* The same by --policy and --policy-scope; *ret_given is false without --policy. */
int policy_open_options(Cli *cli, int64_t as_of, PolicyChosen *ret, bool *ret_given);
/* The same for commands that always have a policy: without --policy it is the set `otherwise`. */
int policy_open_or(Cli *cli, const char *otherwise, int64_t as_of, PolicyChosen *ret);

/* "bool", "text", or the unit: "days". */
const char *policy_field_type(const Field *f);
/* "optional, list, [key]". */
void policy_field_flags(const Field *f, Buf *out);
