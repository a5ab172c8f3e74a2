/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that come with the program: each one's examples, and that no rule file looks like a secret itself. */
#include <dirent.h>

#include "base/fs.h"
#include "base/map.h"
#include "base/vec.h"
#include "secret/compile.h"
#include "secret/engine.h"
#include "secret/example.h"
#include "unit/tap.h"

static const char *top(void) {
    const char *t = getenv("TOP");
    return t ? t : ".";
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_yaml(const struct dirent *e) {
    return str_ends(str_from(e->d_name), STR(".yaml"));
}

typedef struct Tree {
    SecretSet set;
    Vec(char *) names, texts;
} Tree;

static void tree_done(Tree *t) {
    for (size_t i = 0; i < t->names.n; i++) {
        free(t->names.p[i]);
        free(t->texts.p[i]);
    }
    vec_done(&t->names);
    vec_done(&t->texts);
    secret_set_done(&t->set);
}

static Tree read_tree(void) {
    Tree t = {0};
    Limits l = limits_default();
    struct dirent **list;
    _cleanup_free_ char *dir = xasprintf("%s/rules/secret", top());
    int n = scandir(dir, &list, is_yaml, by_name);
    CHECK(n > 0);
    for (int i = 0; i < n; i++) {
        char *path = xasprintf("%s/%s", dir, list[i]->d_name), *text = NULL;
        size_t size;
        Diag d = {0};
        CHECK_INT(fs_read(path, 1 << 24, &text, &size, NULL), 0);
        int r = secret_rules_yaml(str_n(text, size), path, &l, &t.set, &d);
        _cleanup_free_ char *said = diag_text(&d);
        CHECK_MSG(r == 0, "%s", said);
        diag_done(&d);
        vec_push(&t.names, path);
        vec_push(&t.texts, text);
        free(list[i]);
    }
    free(list);
    return t;
}

static SecretEngine *builtin(void) {
    SecretEngine *e = NULL;
    Error err = {0};
    int r = secret_engine_new(secret_builtin_blob(), &e, &err);
    if (r < 0) {
        printf("Bail out! %s\n", error_text(&err, r));
        exit(1);
    }
    return e;
}

/* Does the rule find something in the template's text? */
static bool finds(SecretEngine *e, const SecretRule *r, Str template, uint64_t seed, Buf *text) {
    Error err = {0};
    SecretMatches m;
    buf_clear(text);
    int x = secret_example(template, seed, text, &err);
    CHECK_MSG(x == 0, "%.*s: %s", STR_FMT(r->id), error_text(&err, x));
    error_done(&err);
    secret_engine_scan(e, STR("srv/app/settings"), buf_view(text), &m);
    for (size_t i = 0; i < m.n; i++)
        if (str_eq(m.p[i].rule->id, r->id))
            return true;
    return false;
}

TEST(examples_match_and_near_misses_do_not) {
    _cleanup_(tree_done) Tree t = read_tree();
    _cleanup_(secret_engine_freep) SecretEngine *e = builtin();
    _cleanup_(buf_done) Buf text = buf_new(1 << 20);
    for (size_t i = 0; i < t.set.n_rules; i++) {
        const SecretRule *r = &t.set.rules[i];
        CHECK_MSG(r->match.n >= 2, "%.*s has %zu positive examples", STR_FMT(r->id), r->match.n);
        CHECK_MSG(r->no_match.n >= 3, "%.*s has %zu near misses", STR_FMT(r->id), r->no_match.n);
        for (uint64_t seed = 0; seed < 5; seed++) {
            for (size_t k = 0; k < r->match.n; k++)
                CHECK_MSG(finds(e, r, r->match.p[k], i * 5 + seed, &text), "%.*s does not find \"%.*s\" (%s)", STR_FMT(r->id), STR_FMT(r->match.p[k]), text.p);
            for (size_t k = 0; k < r->no_match.n; k++)
                CHECK_MSG(!finds(e, r, r->no_match.p[k], i * 5 + seed, &text), "%.*s finds the near miss \"%.*s\" (%s)", STR_FMT(r->id), STR_FMT(r->no_match.p[k]), text.p);
        }
    }
}

TEST(the_program_has_the_rules_of_the_tree) {
    _cleanup_(tree_done) Tree t = read_tree();
    _cleanup_(secret_set_done) SecretSet built = {0};
    CHECK_INT(secret_blob_rules(secret_builtin_blob(), &built), 0);
    CHECK_INT(built.n_rules, t.set.n_rules);
    CHECK(secret_blob_usable(secret_builtin_blob()));
    Map ids = {0};
    for (size_t i = 0; i < built.n_rules; i++)
        map_set(&ids, built.rules[i].id, &ids);
    for (size_t i = 0; i < t.set.n_rules; i++)
        CHECK_MSG(map_has(&ids, t.set.rules[i].id), "the program has no %.*s", STR_FMT(t.set.rules[i].id));
    map_done(&ids);
}

TEST(rule_files_hold_no_secrets) {
    _cleanup_(tree_done) Tree t = read_tree();
    _cleanup_(secret_engine_freep) SecretEngine *e = builtin();
    for (size_t i = 0; i < t.texts.n; i++) {
        SecretMatches m;
        secret_engine_scan(e, STR("rules.yaml"), str_from(t.texts.p[i]), &m);
        for (size_t k = 0; k < m.n; k++)
            CHECK_MSG(false, "%s:%u: looks like %.*s", t.names.p[i], m.p[k].line, STR_FMT(m.p[k].rule->id));
        CHECK_INT(m.limited, 0);
    }
}

TEST_MAIN()
