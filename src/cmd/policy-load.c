/* SPDX-License-Identifier: Apache-2.0 */
/* Rules from files, directories and the program itself. */
#include <fts.h>
#include <stdio.h>

#include "base/fs.h"
#include "cmd/message.h"
#include "cmd/policy.h"
#include "policy/shipped.h"

const Option policy_rules_options[] = {
    {.name = "--rules", .arg = "PATH", .doc = "Rules of this file or directory instead of those that come with the program", .env = "PLIMSOLL_RULES", .config = "policy.rules",
     .repeat = true, .is_file = true},
    {0},
};

const Option policy_options[] = {
    {.name = "--policy", .arg = "NAME", .doc = "Policy set that judges: NAME or NAME@VERSION of those that come with the program, or the path of a set, a rules file or a directory of both",
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

enum { RULES_FILE_MAX = 64 << 20, RULES_FILES_MAX = 10000 };

static bool ends(const char *name, const char *end) {
    return str_ends(str_from(name), str_from(end));
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Rules files and cases of a path, which are not read yet. */
static int find(const char *path, PolicyRules *r) {
    _cleanup_free_ char *copy = xstrdup(path);
    FTS *fts = fts_open((char *const[]) {copy, NULL}, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    int rc = fts ? 0 : -errno;
    for (FTSENT *e; rc == 0 && (e = fts_read(fts));) {
        bool yaml = ends(e->fts_name, ".yaml") || ends(e->fts_name, ".yml");
        if (e->fts_info == FTS_DNR || e->fts_info == FTS_NS || e->fts_info == FTS_ERR) {
            message_error("%s: %s", e->fts_path, strerror(e->fts_errno));
            rc = EXIT_USAGE;
        } else if ((e->fts_info == FTS_F && yaml) || (e->fts_level == 0 && e->fts_info != FTS_D && e->fts_info != FTS_DP)) {
            PolicyFile file = {.path = xstrdup(e->fts_path)};
            if (ends(e->fts_name, ".test.yaml"))
                vec_push(&r->cases, file);
            else
                vec_push(&r->files, file);
        }
        if (rc == 0 && r->files.n + r->cases.n > RULES_FILES_MAX) {
            message_error("%s: more than %d rules files", path, RULES_FILES_MAX);
            rc = EXIT_USAGE;
        }
    }
    if (fts)
        fts_close(fts);
    if (rc < 0)
        message_error("%s: %s", path, strerror(-rc));
    return rc < 0 ? EXIT_USAGE : rc;
}

static int read_all(PolicyFile *files, size_t n) {
    for (size_t i = 0; i < n; i++) {
        _cleanup_error_ Error err = {0};
        int r = fs_read(files[i].path, RULES_FILE_MAX, &files[i].text, &files[i].n, &err);
        if (r < 0)
            return message_fail(EXIT_USAGE, &err, r);
    }
    return 0;
}

int policy_files_read(const char *const *paths, size_t n, PolicyRules *ret) {
    int x = 0;
    for (size_t i = 0; i < n && x == 0; i++)
        x = find(paths[i], ret);
    if (x == 0)
        x = read_all(ret->files.p, ret->files.n);
    return x ? x : read_all(ret->cases.p, ret->cases.n);
}

int policy_rules_load(const char *const *paths, size_t n, const RuleSetOptions *o, PolicyRules *ret) {
    *ret = (PolicyRules) {.set = rule_set_new(o)};
    int x = policy_files_read(paths, n, ret);
    if (x)
        return x;
    for (size_t i = 0; i < ret->files.n; i++) {
        Str text = str_n(ret->files.p[i].text, ret->files.p[i].n);
        if (policy_is_set(text)) {
            rule_set_remember(ret->set, text, ret->files.p[i].path);
            ret->n_sets++;
        } else {
            ret->failed |= rule_set_add(ret->set, text, ret->files.p[i].path, &ret->diag) < 0;
        }
    }
    for (const EmbeddedText *t = shipped_rules; n == 0 && t->name; t++)
        ret->failed |= rule_set_add(ret->set, embedded_text(t), t->name, &ret->diag) < 0;
    ret->failed |= rule_set_finish(ret->set, &ret->diag) < 0;
    return 0;
}

void policy_rules_say(const PolicyRules *r) {
    if (!r->diag.items.n)
        return;
    _cleanup_free_ char *text = rule_set_diag_text(r->set, &r->diag);
    fputs(text, stderr);
}

int policy_rules_load_good(const char *const *paths, size_t n, const RuleSetOptions *o, PolicyRules *ret) {
    int x = policy_rules_load(paths, n, o, ret);
    if (x)
        return x;
    policy_rules_say(ret);
    return ret->failed ? EXIT_USAGE : 0;
}

static void files_done(PolicyFile *files, size_t n) {
    for (size_t i = 0; i < n; i++) {
        free(files[i].path);
        free(files[i].text);
    }
}

void policy_rules_done(PolicyRules *r) {
    if (r->set)
        rule_set_free(r->set);
    diag_done(&r->diag);
    files_done(r->files.p, r->files.n);
    files_done(r->cases.p, r->cases.n);
    vec_done(&r->files);
    vec_done(&r->cases);
}

bool policy_is_path(const char *name) {
    return strchr(name, '/') || ends(name, ".yaml") || ends(name, ".yml") || access(name, F_OK) == 0;
}

int policy_open(const char *name, int64_t as_of, PolicyChosen *ret) {
    RuleSetOptions o = {.as_of = as_of};
    bool path = policy_is_path(name);
    *ret = (PolicyChosen) {.policy = policy_new(&o)};
    int failed = policy_add_shipped(ret->policy, &ret->diag), x = path ? find(name, &ret->own) : 0;
    if (x == 0)
        x = read_all(ret->own.files.p, ret->own.files.n);
    if (x)
        return x;
    for (size_t i = 0; i < ret->own.files.n; i++) {
        const PolicyFile *f = &ret->own.files.p[i];
        int r = policy_add(ret->policy, str_n(f->text, f->n), f->path, true, &ret->diag);
        failed = r < 0 ? r : failed;
    }
    if (failed == 0)
        failed = policy_choose(ret->policy, path ? STR_NULL : str_from(name), &ret->diag);
    if (ret->diag.items.n) {
        _cleanup_free_ char *text = rule_set_diag_text(policy_rule_set(ret->policy), &ret->diag);
        fputs(text, stderr);
    }
    return failed < 0 ? EXIT_USAGE : 0;
}

void policy_chosen_done(PolicyChosen *c) {
    if (c->policy)
        policy_free(c->policy);
    policy_rules_done(&c->own);
    arena_done(&c->arena);
    diag_done(&c->diag);
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
        if (str_eqz(key, "cluster"))
            ret->cluster = value;
        else if (str_eqz(key, "namespace"))
            ret->namespace = value;
        else if (str_eqz(key, "environment"))
            ret->environment = value;
        else
            labels[ret->labels.n++] = all;
    }
    return 0;
}

int policy_open_or(Cli *cli, const char *otherwise, int64_t as_of, PolicyChosen *ret) {
    const char *name = cli_value(cli, "--policy");
    int x = policy_open(name ? name : otherwise, as_of, ret);
    return x ? x : read_scope(cli, &ret->arena, &ret->context);
}

int policy_open_options(Cli *cli, int64_t as_of, PolicyChosen *ret, bool *ret_given) {
    *ret = (PolicyChosen) {0};
    *ret_given = cli_value(cli, "--policy");
    return *ret_given ? policy_open_or(cli, NULL, as_of, ret) : 0;
}
