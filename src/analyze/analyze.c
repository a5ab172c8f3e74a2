/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "analyze/table.h"
#include "secret/engine.h"
#include "yara/engine.h"

static const Analyzer *const table[] = {
#define ANALYZER(symbol) &analyzer_##symbol,
#include "analyze/analyze.list.h"
#undef ANALYZER
};

const Analyzer *const *analyzers(size_t *ret_n) {
    *ret_n = ARRAY_SIZE(table);
    return table;
}

const Analyzer *analyzer_by_name(Str name) {
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (str_eqz(name, table[i]->name))
            return table[i];
    return NULL;
}

_Static_assert(sizeof(table) / sizeof(table[0]) <= 64, "sets of analyzers are 64 bits");

static bool is_in(uint64_t which, size_t i) {
    return which >> i & 1;
}

uint64_t analyzers_wanting(uint64_t which, Str path) {
    uint64_t ret = 0;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (is_in(which, i) && table[i]->wants && table[i]->wants(path))
            ret |= (uint64_t) 1 << i;
    return ret;
}

uint64_t analyzers_by_content(uint64_t which) {
    uint64_t ret = 0;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (is_in(which, i) && table[i]->wants_content)
            ret |= (uint64_t) 1 << i;
    return ret;
}

uint64_t analyzers_by_entry(uint64_t which) {
    uint64_t ret = 0;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (is_in(which, i) && table[i]->entry)
            ret |= (uint64_t) 1 << i;
    return ret;
}

void analyzers_entry(uint64_t which, const EntryInfo *e, FactSink *sink) {
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (is_in(which, i) && table[i]->entry)
            table[i]->entry(e, sink);
}

uint64_t analyzers_wanting_content(uint64_t which, const FileInfo *f) {
    uint64_t ret = 0;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (is_in(which, i) && table[i]->wants_content && table[i]->wants_content(f))
            ret |= (uint64_t) 1 << i;
    return ret;
}

uint64_t analyzers_everywhere(uint64_t which) {
    uint64_t ret = 0;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        for (const char *const *root = table[i]->roots; is_in(which, i) && *root; root++)
            if (!**root)
                ret |= (uint64_t) 1 << i;
    return ret;
}

void analyzer_context_done(AnalyzerContext *c) {
    if (c->secrets)
        secret_engine_free(c->secrets);
    c->secrets = NULL;
    if (c->yara)
        yara_engine_free(c->yara);
    c->yara = NULL;
}

void analyzers_run(uint64_t which, const AnalyzerInput *in, FactSink *sink) {
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        if (!is_in(which, i) || !table[i]->run)
            continue;
        Arena scratch = {0};
        AnalyzerInput own = *in;
        own.scratch = &scratch;
        table[i]->run(&own, sink);
        arena_done(&scratch);
    }
}

/* What a report shows and advisories are matched with is short. A longer text is left out and told, not the package with it. */
static void check_package(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, PackageFact *p) {
    enum { WORD = 4096, TEXT = 1 << 20 };
    const struct {
        Str *text;
        const char *what;
        size_t max;
        Str instead;
    } fields[] = {
        {&p->name, "name", WORD, STR_NULL},
        {&p->version, "version", WORD, STR_NULL},
        {&p->arch, "architecture", WORD, STR_NULL},
        {&p->source_name, "source package", WORD, p->name},
        {&p->source_version, "source version", WORD, p->version},
        {&p->vendor, "vendor", WORD, STR_NULL},
        {&p->module, "module", WORD, STR_NULL},
        {&p->digest, "digest", WORD, STR_NULL},
        {&p->license, "licence", TEXT, STR_NULL},
        {&p->maintainer, "maintainer", TEXT, STR_NULL},
        {&p->depends, "list of dependencies", TEXT, STR_NULL},
    };
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        if (fields[i].text->n > fields[i].max) {
            analyzer_problem(a, in, sink, p->line, "package %.*s: its %s has %zu bytes, more than the %zu that are read: left out", STR_FMT(str_head(p->name, 100)),
                             fields[i].what, fields[i].text->n, fields[i].max);
            *fields[i].text = fields[i].instead.n <= fields[i].max ? fields[i].instead : STR_NULL;
        }
}

void analyzer_put(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, Fact *f) {
    f->analyzer = str_from(a->name);
    f->path = in->path;
    if (f->kind == FACT_PACKAGE)
        check_package(a, in, sink, &f->package);
    sink->put(sink->userdata, f);
}

void analyzer_put_entry(const Analyzer *a, const EntryInfo *e, FactSink *sink, Fact *f) {
    f->analyzer = str_from(a->name);
    f->path = e->path;
    sink->put(sink->userdata, f);
}

enum { REASON_MAX = 1024 };

_printf_(6, 0) static void put_problem(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, ProblemKind kind, uint32_t line, const char *fmt, va_list args) {
    /* A reason quotes the input at most in part. */
    char reason[REASON_MAX];
    int n = vsnprintf(reason, sizeof(reason), fmt, args);
    if (n < 0)
        n = 0;
    Fact f = {.kind = FACT_PROBLEM, .problem = {.kind = kind, .reason = str_n(reason, MIN((size_t) n, sizeof(reason) - 1)), .line = line}};
    analyzer_put(a, in, sink, &f);
}

void analyzer_problem(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, uint32_t line, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    put_problem(a, in, sink, PROBLEM_FILE, line, fmt, args);
    va_end(args);
}

void problem_log(ProblemLog *log, uint32_t line, const char *fmt, ...) {
    if (++log->n > PROBLEM_LOG_KEEP)
        return;
    va_list args;
    va_start(args, fmt);
    put_problem(log->analyzer, log->in, log->sink, PROBLEM_FILE, line, fmt, args);
    va_end(args);
}

void problem_log_limit(ProblemLog *log, const char *fmt, ...) {
    if (++log->n > PROBLEM_LOG_KEEP)
        return;
    va_list args;
    va_start(args, fmt);
    put_problem(log->analyzer, log->in, log->sink, PROBLEM_LIMIT, 0, fmt, args);
    va_end(args);
}

void problem_log_diag(ProblemLog *log, const Diag *d) {
    size_t kept = 0;
    for (size_t i = 0; i < d->items.n; i++)
        if (d->items.p[i].level == DIAG_ERROR) {
            problem_log(log, d->items.p[i].line, "%s", d->items.p[i].message);
            kept++;
        }
    log->n += d->errors - kept;
}

void problem_log_end(ProblemLog *log) {
    if (log->n > PROBLEM_LOG_KEEP)
        analyzer_problem(log->analyzer, log->in, log->sink, 0, "%zu more problems in this file", log->n - PROBLEM_LOG_KEEP);
}

Str uri_without_userinfo(Arena *a, Str uri) {
    ssize_t scheme = str_find(uri, STR("://"));
    if (scheme < 0)
        return uri;
    size_t start = (size_t) scheme + 3, end = start;
    while (end < uri.n && !strchr("/?# \t", uri.p[end]))
        end++;
    ssize_t at = str_rchr(str_n(uri.p + start, end - start), '@');
    if (at < 0)
        return uri;
    return arena_printf(a, "%.*s%.*s", STR_FMT(str_head(uri, start)), STR_FMT(str_from_at(uri, start + (size_t) at + 1)));
}

Str path_base(Str path) {
    ssize_t slash = str_rchr(path, '/');
    return slash < 0 ? path : str_from_at(path, (size_t) slash + 1);
}

bool path_in_dir(Str path, Str dir, Str suffix, Str *ret_stem) {
    if (!str_starts(path, dir) || path.n <= dir.n || path.p[dir.n] != '/' || !str_ends(path, suffix))
        return false;
    Str name = str_from_at(path, dir.n + 1);
    if (name.n <= suffix.n || memchr(name.p, '/', name.n))
        return false;
    if (ret_stem)
        *ret_stem = str_head(name, name.n - suffix.n);
    return true;
}
