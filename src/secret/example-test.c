/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/example-test.h"

#include "secret/compile.h"
#include "secret/engine.h"
#include "secret/example.h"

enum { SEED = 1 };

/* Does its own rule find something in the text that the template stands for? Negative: it is no template. */
static int finds(SecretEngine *engine, const SecretRule *r, Str template, Error *err) {
    _cleanup_(buf_done) Buf text = buf_new(1 << 20);
    SecretMatches m;
    int x = secret_example(template, SEED, &text, err);
    if (x < 0)
        return x;
    secret_engine_scan(engine, STR("srv/app/settings"), buf_view(&text), &m);
    for (size_t i = 0; i < m.n; i++)
        if (str_eq(m.p[i].rule->id, r->id))
            return 1;
    return 0;
}

static void try_examples(SecretEngine *engine, const SecretRule *r, StrList templates, bool wanted, Diag *d, SecretExampleCounts *counts) {
    for (size_t i = 0; i < templates.n; i++) {
        _cleanup_error_ Error err = {0};
        int x = finds(engine, r, templates.p[i], &err);
        counts->examples++;
        if (x == wanted)
            continue;
        counts->failed++;
        if (x < 0)
            diag_add(d, DIAG_ERROR, r->file, r->line, 0, "rule %.*s: the example \"%.*s\" is no template: %s", STR_FMT(r->id), STR_FMT(templates.p[i]), error_text(&err, x));
        else
            diag_add(d, DIAG_ERROR, r->file, r->line, 0, "rule %.*s %s the example \"%.*s\"", STR_FMT(r->id), wanted ? "must find something in" : "must find nothing in", STR_FMT(templates.p[i]));
    }
}

int secret_examples_test(const SecretSet *own, Diag *d, SecretExampleCounts *counts, Error *err) {
    _cleanup_(secret_set_done) SecretSet all = {0};
    _cleanup_(buf_done) Buf blob = {0};
    _cleanup_(secret_engine_freep) SecretEngine *engine = NULL;
    int r = secret_blob_rules(secret_builtin_blob(), &all);
    for (size_t i = 0; i < own->n_rules; i++)
        secret_set_add(&all, &own->rules[i]);
    for (size_t i = 0; i < own->n_allow; i++)
        secret_set_allow(&all, &own->allow[i]);
    if (r == 0)
        r = secret_compile(&all, &blob, d, err);
    if (r == 0)
        r = secret_engine_new(buf_view(&blob), &engine, err);
    for (size_t i = 0; r == 0 && i < own->n_rules; i++) {
        const SecretRule *rule = &own->rules[i];
        counts->rules += rule->match.n + rule->no_match.n > 0;
        try_examples(engine, rule, rule->match, true, d, counts);
        try_examples(engine, rule, rule->no_match, false, d, counts);
    }
    return r;
}
