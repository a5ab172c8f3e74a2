/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of `plimsoll policy` share. */
#pragma once

#include "bundle/bundle.h"
#include "cmd/command.h"
#include "policy/program.h"
#include "policy/reader.h"
#include "policy/rules.h"
#include "policy/set.h"
#include "secret/rule.h"

/* --rules: rules of one's own instead of those that come with the program. */
extern const Option policy_rules_options[];
/* --rules-add: rules of one's own besides. */
extern const Option policy_added_options[];

/* The readers of all rooms, NULL-ended. */
extern const ObjectReader *const object_readers[];

typedef struct PolicyFile {
    char *path;
    const char *name; /* in `path`: below the directory or in the bundle that was named */
    PolicyRole role;
    char *text;   /* NUL-terminated; NULL: not read yet */
    size_t n;
    bool secrets; /* rules on what secrets look like (secret_is_rules()) */
} PolicyFile;

/* A policy bundle that files came from. */
typedef struct PolicyBundle {
    char *reference;
    char digest[DIGEST_TEXT_MAX + 1];
    size_t files;
    int64_t asked;        /* when the registry said that the tag names it; TIME_NONE: it is no tag of a registry */
    bool stale;           /* of the cache, since the registry could not be reached */
} PolicyBundle;

/* Rules as a command was asked for them. */
typedef struct PolicyRules {
    RuleSet *set;
    Diag diag;
    Vec(PolicyFile) files;  /* rules files, of directories in the order of their names */
    Vec(PolicyBundle) bundles;
    size_t n_sets;          /* of `files`: policy sets, which are not in `set` */
    SecretSet secrets;      /* what the files say of secrets */
    Vec(PolicyFile) cases;  /* *.test.yaml of the directories */
    bool failed;            /* there are errors in `diag` */
} PolicyRules;

/* Reads files, what is in directories and in bundles (oci://…, OCI layouts) into ret->files and ret->cases: 0, or an exit code with the message printed. */
int policy_files_read(Cli *cli, const char *const *paths, size_t n, PolicyRole role, PolicyRules *ret);
/* How bundles are fetched and sent, by the options of the command. *ret_cache (to be freed after the last use) and `registry` are what *ret points to. 0, or an exit code with
 * the message printed. */
int policy_bundle_options(Cli *cli, RegistryOptions *registry, char **ret_cache, BundleOptions *ret);
/* Is what --policy was given a file or directory, not a name? */
bool policy_is_path(const char *name);
/* Reads these paths, or what comes with the program when there are none, and what --rules-add names into one set. 0, or an exit code with the message printed
 * when a file cannot be read at all; errors of rules are in ret->diag. `cli` NULL: no options, and no paths. */
int policy_rules_load(Cli *cli, const char *const *paths, size_t n, const RuleSetOptions *o, PolicyRules *ret);
/* The same, and errors are printed: EXIT_USAGE. Warnings are printed, too. */
int policy_rules_load_good(Cli *cli, const char *const *paths, size_t n, const RuleSetOptions *o, PolicyRules *ret);
void policy_rules_done(PolicyRules *r);
/* The set of this name (NAME or NAME@VERSION), or each set among the files by itself when it is NULL, with what comes with the program; what it has to say that was not said
 * yet goes into p->diag. */
void policy_lint_sets(PolicyRules *p, const char *name);
/* Prints all of it on standard error with the lines of the files. */
void policy_rules_say(const PolicyRules *r);

/* --policy */
extern const Option policy_options[];
/* --policy-scope: where what is judged runs. */
extern const Option policy_scope_options[];

/* A policy as a command was asked for it by --policy, --rules and --rules-add. */
typedef struct PolicyChosen {
    Policy *policy;
    Str name;               /* of the set; NULL p: the own files decide */
    Vec(PolicyText) texts;  /* that it was made of, besides what comes with the program */
    PolicyContext context;  /* of --policy-scope */
    Arena arena;
    PolicyRules own;        /* files that it points into */
    Diag diag;
} PolicyChosen;

/* Prints messages with the lines that they are about. */
void policy_say(const Policy *p, const Diag *d);
/* Reads what the options name and chooses the set: without any of them POLICY_DEFAULT. 0, or an exit code with the messages printed; warnings are printed in any case. */
int policy_open(Cli *cli, int64_t as_of, PolicyChosen *ret);
/* The same for who evaluates rules of one source only: other sources' rules are not warned of. */
int policy_open_source(Cli *cli, const char *source, int64_t as_of, PolicyChosen *ret);
/* policy_open() with arguments of the command, which are as those of --rules. */
int policy_open_paths(Cli *cli, const char *const *paths, size_t n, int64_t as_of, PolicyChosen *ret);
/* What the policy says of a rule; of several scopes the last that it names. NULL: nothing. */
const PolicyRule *policy_chosen_rule(const PolicyChosen *c, const Rule *r);
void policy_chosen_done(PolicyChosen *c);
/* The same for commands that judge on request only: *ret_given is false when no option asks for it. */
int policy_open_options(Cli *cli, int64_t as_of, PolicyChosen *ret, bool *ret_given);

/* The object of a file as the reader of its source takes it: a text, or a tree for each document. -EINVAL with messages. */
int policy_parse_object(const Source *source, Str text, const char *path, Arena *a, Diag *d, Node **ret);
/* One line of `policy evaluate`, {"source": …, "objects": […]}, and its answer: of each object the rules that fire. Negative when the line is wrong, which is then the answer. */
int policy_judge_line(const PolicyChosen *c, Str line, uint32_t number, Evaluator *e, Buf *out);

/* Option.list_values: the sources of rules. */
void policy_list_sources(Buf *out);
/* "bool", "text", or the unit: "days". */
const char *policy_field_type(const Field *f);
/* "optional, list, [key]". */
void policy_field_flags(const Field *f, Buf *out);
