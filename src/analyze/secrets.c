/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in texts, by rules (docs/secret-rules.md). A fact says kind, place and size of a secret, and its first characters: no fact, and so no
 * cache and no report, holds the secret. */
#include "analyze/secrets.h"

#include "analyze/table.h"
#include "base/hash.h"
#include "secret/compile.h"

enum { HINT_MAX = 4 };

static bool wants(Str path) {
    return false;
}

static bool wants_content(const FileInfo *f) {
    return secret_is_text(f->head);
}

static SecretEngine *engine(const AnalyzerInput *in, FactSink *sink, int *ret_r) {
    AnalyzerContext *c = in->context;
    _cleanup_error_ Error err = {0};
    *ret_r = 0;
    if (!c->secrets)
        *ret_r = secret_engine_new(c->secret_rules.n ? c->secret_rules : secret_builtin_blob(), &c->secrets, &err);
    if (*ret_r < 0)
        analyzer_problem(&analyzer_secrets, in, sink, 0, "secrets were not looked for: %s", error_text(&err, *ret_r));
    return c->secrets;
}

static void put(const AnalyzerInput *in, FactSink *sink, const SecretMatch *m) {
    char fingerprint[65] = "";
    const SecretRule *r = m->rule;
    /* No more than a quarter, and nothing that would not print. */
    size_t hint = MIN(m->value.n / 4, (size_t) HINT_MAX);
    for (size_t i = 0; i < hint; i++)
        if (m->value.p[i] <= ' ' || m->value.p[i] > '~')
            hint = i;
    if (in->context->secret_key.n && m->value.n)
        hmac_sha256_hex(in->context->secret_key, m->value, fingerprint);
    Fact f = {.kind = FACT_SECRET};
    f.secret = (SecretFact) {.rule = r->id,
                             .title = r->title,
                             .kind = r->kind,
                             .severity = r->severity,
                             .hint = str_head(m->value, hint),
                             .fingerprint = str_from(fingerprint),
                             .length = m->value.n,
                             .line = m->line,
                             .col = m->col};
    analyzer_put(&analyzer_secrets, in, sink, &f);
}

int secrets_search(const AnalyzerInput *in, FactSink *sink, void (*each)(void *userdata, const SecretMatch *m), void *userdata) {
    int r;
    SecretMatches found;
    SecretEngine *e = engine(in, sink, &r);
    if (!e)
        return r;
    secret_engine_scan(e, in->path, in->bytes, &found);
    for (size_t i = 0; i < found.n; i++) {
        if (each)
            each(userdata, &found.p[i]);
        put(in, sink, &found.p[i]);
    }
    if (found.more)
        analyzer_problem(&analyzer_secrets, in, sink, 0, "more than %d secrets: the rest of the file was not searched", SECRET_MATCHES_MAX);
    if (found.limited)
        analyzer_problem(&analyzer_secrets, in, sink, 0, "%u searches for secrets took more steps than are allowed and were cut off (the first of rule %.*s)", found.limited,
                         STR_FMT(found.limited_rule));
    return 0;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    (void) secrets_search(in, sink, NULL, NULL);
}

const Analyzer analyzer_secrets = {
    .name = "secrets",
    .version = 1,
    .doc = "Secrets in text files of every layer and in the image's configuration: tokens, keys and passwords, by rules",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .wants_content = wants_content,
    .run = run,
    .fuzzer = "secret-scan",
};
