/* SPDX-License-Identifier: Apache-2.0 */
/* Rules from files, directories and the program itself. */
#include <stdio.h>

#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/policy.h"
#include "policy/shipped.h"

const Option policy_rules_options[] = {
    {.name = "--rules",
     .arg = "PATH",
     .doc = "Rules of this file, directory or policy bundle (oci://REGISTRY/NAME:TAG) instead of those that come with the program; several go together, as Falco's -r has it",
     .env = "PLIMSOLL_RULES",
     .config = "policy.rules",
     .repeat = true,
     .is_file = true},
    {0},
};

const Option policy_added_options[] = {
    {.name = "--rules-add",
     .arg = "PATH",
     .doc = "Rules of this file, directory or policy bundle besides those that hold anyway; one of the same name replaces, appends to or overrides the one that comes with the program",
     .env = "PLIMSOLL_RULES_ADD",
     .config = "policy.rules-add",
     .repeat = true,
     .is_file = true},
    {0},
};

const Option policy_options[] = {
    {.name = "--policy", .arg = "NAME", .doc = "Policy set that judges: NAME or NAME@VERSION of those that come with the program, or the path of a set, a rules file, a directory of both, or a policy bundle (oci://REGISTRY/NAME:TAG)",
     .env = "PLIMSOLL_POLICY", .config = "policy.set"},
    {0},
};

const Option policy_scope_options[] = {
    {.name = "--policy-scope", .arg = "KEY=VALUE", .doc = "Where what is judged runs, for sets and exceptions with a scope: cluster=, namespace=, environment=; any other key is a label",
     .env = "PLIMSOLL_POLICY_SCOPE", .config = "policy.scope", .repeat = true},
    {0},
};

#define READER(symbol) extern const ObjectReader symbol;
#include "cmd/policy-reader.list.h"
#undef READER

const ObjectReader *const object_readers[] = {
#define READER(symbol) &symbol,
#include "cmd/policy-reader.list.h"
#undef READER
    NULL,
};

int policy_rules_load(Cli *cli, const char *const *paths, size_t n, const RuleSetOptions *o, PolicyRules *ret) {
    const Limits limits = limits_default();
    size_t n_added = 0;
    const char *const *added = cli ? cli_values(cli, "--rules-add", &n_added) : NULL;
    *ret = (PolicyRules) {.set = rule_set_new(o)};
    int x = policy_files_read(cli, paths, n, POLICY_OWN, ret);
    if (x == 0)
        x = policy_files_read(cli, added, n_added, POLICY_ADDED, ret);
    if (x)
        return x;
    for (const EmbeddedText *t = shipped_rules; n == 0 && t->name; t++)
        ret->failed |= rule_set_add(ret->set, embedded_text(t), t->name, &ret->diag) < 0;
    for (size_t i = 0; i < ret->files.n; i++) {
        Str text = str_n(ret->files.p[i].text, ret->files.p[i].n);
        if (ret->files.p[i].secrets) {
            rule_set_remember(ret->set, text, ret->files.p[i].path);
            ret->failed |= secret_rules_yaml(text, ret->files.p[i].path, &limits, &ret->secrets, &ret->diag) < 0;
        } else if (policy_is_set(text)) {
            rule_set_remember(ret->set, text, ret->files.p[i].path);
            ret->n_sets++;
        } else {
            ret->failed |= rule_set_add(ret->set, text, ret->files.p[i].path, &ret->diag) < 0;
        }
    }
    ret->failed |= rule_set_finish(ret->set, &ret->diag) < 0;
    return 0;
}

void policy_rules_say(const PolicyRules *r) {
    if (!r->diag.items.n)
        return;
    _cleanup_free_ char *text = rule_set_diag_text(r->set, &r->diag);
    fputs(text, stderr);
}

int policy_rules_load_good(Cli *cli, const char *const *paths, size_t n, const RuleSetOptions *o, PolicyRules *ret) {
    int x = policy_rules_load(cli, paths, n, o, ret);
    if (x)
        return x;
    policy_rules_say(ret);
    return ret->failed ? EXIT_USAGE : 0;
}

static int read_scope(Cli *cli, Arena *a, PolicyContext *ret) {
    size_t n;
    const char *const *values = cli_values(cli, "--policy-scope", &n);
    Str *labels = arena_alloc(a, (n + 1) * sizeof(*labels));
    *ret = (PolicyContext) {.labels.p = labels};
    for (size_t i = 0; i < n; i++) {
        Str key, value, all = str_from(values[i]);
        if (!str_cut(all, '=', &key, &value) || !key.n)
            return message_usage(cli->command->name, "--policy-scope: expected KEY=VALUE, found '%s'", values[i]);
        Str *one = str_eqz(key, "cluster") ? &ret->cluster : str_eqz(key, "namespace") ? &ret->namespace : str_eqz(key, "environment") ? &ret->environment : NULL;
        /* A variable that is not set: rules with a scope would not hold, and nobody would know. */
        if (one && !value.n)
            return message_usage(cli->command->name, "--policy-scope: '%s' names no %.*s", values[i], STR_FMT(key));
        if (one && one->n)
            return message_usage(cli->command->name, "--policy-scope: %.*s is told twice, as '%.*s' and as '%.*s'", STR_FMT(key), STR_FMT(*one), STR_FMT(value));
        if (one)
            *one = value;
        else
            labels[ret->labels.n++] = all;
    }
    return 0;
}

static int open_files(Cli *cli, const char *const *paths, size_t n_paths, PolicyChosen *ret) {
    const char *policy = cli_value(cli, "--policy");
    size_t n, n_added;
    const char *const *rules = cli_values(cli, "--rules", &n), *const *added = cli_values(cli, "--rules-add", &n_added);
    bool path = policy && policy_is_path(policy);
    ret->name = path ? STR_NULL : str_from(policy);
    int x = policy_files_read(cli, rules, n, POLICY_OWN, &ret->own);
    if (x == 0)
        x = policy_files_read(cli, paths, n_paths, POLICY_OWN, &ret->own);
    if (x == 0 && path)
        x = policy_files_read(cli, &policy, 1, POLICY_OWN, &ret->own);
    return x ? x : policy_files_read(cli, added, n_added, POLICY_ADDED, &ret->own);
}

void policy_say(const Policy *p, const Diag *d) {
    if (d->items.n == 0)
        return;
    _cleanup_free_ char *text = rule_set_diag_text(policy_rule_set(p), d);
    fputs(text, stderr);
}

/* `evaluated`: RuleSetOptions.source. */
static int open_with(Cli *cli, const char *const *paths, size_t n, int64_t as_of, const char *evaluated, PolicyChosen *ret) {
    const char *matching = cli_value(cli, "--rule-matching");
    const RuleSetOptions o = {.as_of = as_of, .first_match = matching && strcmp(matching, "first") == 0, .source = evaluated};
    *ret = (PolicyChosen) {0};
    int x = open_files(cli, paths, n, ret);
    if (x == 0)
        x = read_scope(cli, &ret->arena, &ret->context);
    if (x)
        return x;
    for (size_t i = 0; i < ret->own.files.n; i++) {
        const PolicyFile *f = &ret->own.files.p[i];
        if (f->secrets) {
            message_warning("%s: it says what secrets look like, which --secret-rules of scan takes; it judges nothing", f->path);
            continue;
        }
        vec_push(&ret->texts, ((PolicyText) {f->path, str_n(f->text, f->n), f->role}));
    }
    int failed = policy_make(&o, ret->texts.p, ret->texts.n, ret->name, &ret->policy, &ret->diag);
    policy_say(ret->policy, &ret->diag);
    return failed < 0 ? EXIT_USAGE : 0;
}

int policy_open_paths(Cli *cli, const char *const *paths, size_t n, int64_t as_of, PolicyChosen *ret) {
    return open_with(cli, paths, n, as_of, NULL, ret);
}

int policy_open(Cli *cli, int64_t as_of, PolicyChosen *ret) {
    return open_with(cli, NULL, 0, as_of, NULL, ret);
}

int policy_open_source(Cli *cli, const char *source, int64_t as_of, PolicyChosen *ret) {
    return open_with(cli, NULL, 0, as_of, source, ret);
}

const PolicyRule *policy_chosen_rule(const PolicyChosen *c, const Rule *r) {
    size_t n;
    const PolicyRule *all = policy_rules(c->policy, &n);
    for (size_t i = n; i-- > 0;)
        if (all[i].rule == r)
            return &all[i];
    return NULL;
}

void policy_chosen_done(PolicyChosen *c) {
    if (c->policy)
        policy_free(c->policy);
    policy_rules_done(&c->own);
    vec_done(&c->texts);
    arena_done(&c->arena);
    diag_done(&c->diag);
}

int policy_open_options(Cli *cli, int64_t as_of, PolicyChosen *ret, bool *ret_given) {
    *ret = (PolicyChosen) {0};
    *ret_given = cli_value(cli, "--policy") || cli_is_set(cli, "--rules") || cli_is_set(cli, "--rules-add");
    return *ret_given ? policy_open(cli, as_of, ret) : 0;
}
