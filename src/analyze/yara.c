/* SPDX-License-Identifier: Apache-2.0 */
/* Files in which YARA rules find what they look for, on request: the rules are the user's. A fact names rule, string and offset, never what was found there. */
#include "yara/engine.h"

#include "analyze/table.h"

enum { MATCHES_MAX = 100 };

typedef struct Run {
    const AnalyzerInput *in;
    FactSink *sink;
    size_t n;
} Run;

static bool wants(Str path) {
    return false;
}

static bool wants_content(const FileInfo *f) {
    return f->size > 0;
}

/* The words of vendors, or the scores that THOR and LOKI read: 100 is certain. Nothing stated: a rule for malware that matches is grave. */
static Severity severity_of(const YaraMatch *m) {
    Severity s;
    if (m->severity.n && severity_parse(m->severity, &s) == 0)
        return s;
    return m->score < 0 ? SEVERITY_HIGH : m->score >= 90 ? SEVERITY_CRITICAL : m->score >= 70 ? SEVERITY_HIGH : m->score >= 40 ? SEVERITY_MEDIUM : SEVERITY_LOW;
}

static void on_match(void *userdata, const YaraMatch *m) {
    Run *run = userdata;
    if (run->n++ >= MATCHES_MAX)
        return;
    Fact f = {.kind = FACT_YARA};
    f.yara = (YaraFact) {.rule = m->rule, .source = m->source, .tags = m->tags, .title = m->title, .string = m->string, .offset = m->offset, .severity = severity_of(m)};
    analyzer_put(&analyzer_yara, run->in, run->sink, &f);
}

static void run_yara(const AnalyzerInput *in, FactSink *sink) {
    AnalyzerContext *c = in->context;
    ProblemLog problems = {&analyzer_yara, in, sink, 0};
    _cleanup_error_ Error err = {0};
    Run run = {in, sink, 0};
    if (str_empty(c->yara_rules))
        return;
    int r = c->yara ? 0 : yara_engine_new(c->yara_rules, c->yara_seconds, &c->yara, &err);
    if (r == 0)
        r = yara_engine_scan(c->yara, in->path, in->bytes, on_match, &run, &err);
    if (r < 0)
        problem_log(&problems, 0, "%s: not all of them were tried", error_text(&err, r));
    if (run.n > MATCHES_MAX)
        problem_log(&problems, 0, "%zu YARA rules match: only %d are told", run.n, MATCHES_MAX);
}

const Analyzer analyzer_yara = {
    .name = "yara",
    .version = 1,
    .doc = "On request (--yara): files of every layer that YARA rules match",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .wants_content = wants_content,
    .run = run_yara,
    .fuzzer = "yara",
};
