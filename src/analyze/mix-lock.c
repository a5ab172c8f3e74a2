/* SPDX-License-Identifier: Apache-2.0 */
/* mix.lock of Elixir (hexdocs.pm/mix): a map of tuples in Elixir's own syntax, one package a line: `"name": {:hex, :package, "1.0.0", "hash", …},`.
 * It does not tell what only development needs. */
#include "analyze/language.h"

static bool wants(Str path) {
    return path.n >= 8 && path.p[path.n - 1] == 'k' && str_eqz(path_base(path), "mix.lock");
}

/* Takes `literal` off the front. */
static bool skip(Str *s, const char *literal) {
    *s = str_trim(*s);
    if (!str_starts(*s, str_from(literal)))
        return false;
    *s = str_from_at(*s, strlen(literal));
    return true;
}

/* A string in quotes. */
static bool quoted(Str *s, Str *ret) {
    if (!skip(s, "\""))
        return false;
    ssize_t end = str_chr(*s, '"');
    if (end < 0)
        return false;
    *ret = str_head(*s, (size_t) end);
    *s = str_from_at(*s, (size_t) end + 1);
    return true;
}

/* `:name` or `:"na-me"` */
static bool atom(Str *s, Str *ret) {
    if (!skip(s, ":"))
        return false;
    if (s->n && s->p[0] == '"')
        return quoted(s, ret);
    size_t n = 0;
    while (n < s->n && s->p[n] != ',' && s->p[n] != ' ' && s->p[n] != '}')
        n++;
    *ret = str_head(*s, n);
    *s = str_from_at(*s, n);
    return n > 0;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_mix_lock, in, sink, 0};
    LockSet set = LOCK_SET(&log, HEX);
    Str rest = in->bytes, line, key, source;
    bool map = false;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        PackageFact p = {.line = n};
        map |= skip(&line, "%{");
        line = str_trim(line);
        /* A conflict of a merge is not a package either. */
        if (str_empty(line) || line.p[0] == '}' || line.p[0] == '#')
            continue;
        if (!quoted(&line, &key) || !(skip(&line, ":") || skip(&line, "=>")) || !skip(&line, "{") || !atom(&line, &source)) {
            problem_log(&log, n, "expected \"name\": {:hex, :name, \"version\", …}, found \"%.*s\"", STR_FMT(str_head(line, 60)));
            continue;
        }
        /* {:git, "url", "commit", []} has no version, {:path, …} is the project's. */
        if (!str_eqz(source, "hex"))
            continue;
        if (!skip(&line, ",") || !atom(&line, &p.name) || !skip(&line, ",") || !quoted(&line, &p.version)) {
            problem_log(&log, n, "the entry of %.*s has no package and version", STR_FMT(str_head(key, 60)));
            continue;
        }
        lock_add(&set, &p);
    }
    if (!map)
        problem_log(&log, 1, "expected a map (\"%%{\")");
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_mix_lock = {
    .name = "mix-lock",
    .version = 1,
    .doc = "mix.lock of Elixir",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "mix-lock",
};
