/* SPDX-License-Identifier: Apache-2.0 */
/* Go's go.mod and go.sum (go.dev/ref/mod). Since Go 1.17 go.mod names all modules that a build needs. go.sum has hashes of everything that was ever looked at: its
 * modules are given as optional, because nothing says that they are built. */
#include "analyze/language.h"

static bool wants(Str path) {
    if (path.n < 6 || path.p[path.n - 4] != '.')
        return false;
    Str base = path_base(path);
    return (str_eqz(base, "go.mod") || str_eqz(base, "go.sum")) && !path_in_package(path) && !path_has_dir(path, "vendor") && !path_has_dir(path, "testdata");
}

static bool word(Str *rest, Str *ret) {
    *rest = str_trim(*rest);
    size_t n = 0;
    /* Strings with quotes are allowed, and hold no spaces in any valid path. */
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    *ret = str_head(*rest, n);
    *rest = str_from_at(*rest, n);
    if (ret->n >= 2 && (ret->p[0] == '"' || ret->p[0] == '`') && ret->p[ret->n - 1] == ret->p[0])
        *ret = str_n(ret->p + 1, ret->n - 2);
    return n > 0;
}

typedef struct Replace {
    Str version;           /* empty: any */
    Str name, to_version;  /* without a version: a directory */
} Replace;

typedef struct GoMod {
    ProblemLog *log;
    Vec(PackageFact) required;
    Vec(Replace) replaced;
    Map by_name;           /* old path -> index + 1 into `replaced`; "path version" where it is for one version */
} GoMod;

static void take_require(GoMod *m, Str rest, uint32_t line) {
    PackageFact p = {.line = line};
    if (!word(&rest, &p.name) || !word(&rest, &p.version))
        problem_log(m->log, line, "expected a module and its version");
    else
        vec_push(&m->required, p);
}

/* "old [v1] => new [v2]" */
static void take_replace(GoMod *m, Str rest, uint32_t line) {
    Replace r = {0};
    Str old, arrow;
    if (!word(&rest, &old) || !word(&rest, &arrow))
        goto bad;
    if (!str_eqz(arrow, "=>")) {
        r.version = arrow;
        if (!word(&rest, &arrow) || !str_eqz(arrow, "=>"))
            goto bad;
    }
    if (!word(&rest, &r.name))
        goto bad;
    word(&rest, &r.to_version);
    vec_push(&m->replaced, r);
    Str key = str_empty(r.version) ? old : arena_printf(m->log->in->scratch, "%.*s %.*s", STR_FMT(old), STR_FMT(r.version));
    map_set(&m->by_name, key, (void *) (uintptr_t) m->replaced.n);
    return;
bad:
    problem_log(m->log, line, "expected \"replace MODULE [VERSION] => MODULE VERSION\" or a directory");
}

static void take(GoMod *m, Str verb, Str rest, uint32_t line) {
    if (str_eqz(verb, "require"))
        take_require(m, rest, line);
    else if (str_eqz(verb, "replace"))
        take_replace(m, rest, line);
}

static void put_required(GoMod *m, LockSet *set) {
    for (size_t i = 0; i < m->required.n; i++) {
        PackageFact p = m->required.p[i];
        uintptr_t at = (uintptr_t) map_get(&m->by_name, arena_printf(m->log->in->scratch, "%.*s %.*s", STR_FMT(p.name), STR_FMT(p.version)));
        if (!at)
            at = (uintptr_t) map_get(&m->by_name, p.name);
        if (at) {
            p.name = m->replaced.p[at - 1].name;
            p.version = m->replaced.p[at - 1].to_version;
            if (str_empty(p.version))
                continue;
        }
        lock_add(set, &p);
    }
}

static void run_mod(ProblemLog *log, LockSet *set) {
    GoMod m = {.log = log};
    Str rest = log->in->bytes, line, block = STR_NULL, verb;
    bool module = false;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        ssize_t comment = str_find(line, STR("//"));
        /* A path may hold no "//": what follows is a comment. */
        line = str_trim(comment < 0 ? line : str_head(line, (size_t) comment));
        if (str_empty(line))
            continue;
        if (block.n) {
            if (str_eqz(line, ")"))
                block = STR_NULL;
            else
                take(&m, block, line, n);
            continue;
        }
        word(&line, &verb);
        line = str_trim(line);
        module |= str_eqz(verb, "module");
        if (str_eqz(line, "("))
            block = verb;
        else
            take(&m, verb, line, n);
    }
    if (!module)
        problem_log(log, 1, "expected a go.mod with a module line");
    put_required(&m, set);
    vec_done(&m.required);
    vec_done(&m.replaced);
    map_done(&m.by_name);
}

/* "MODULE VERSION[/go.mod] HASH": of modules that were only looked at for their requirements there is the line with /go.mod alone. */
static void run_sum(ProblemLog *log, LockSet *set) {
    Str rest = log->in->bytes, line, hash;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        PackageFact p = {.line = n, .flags = PACKAGE_OPTIONAL};
        if (str_empty(str_trim(line)))
            continue;
        if (!word(&line, &p.name) || !word(&line, &p.version) || !word(&line, &hash))
            problem_log(log, n, "expected a module, its version and a hash");
        else if (!str_ends(p.version, STR("/go.mod")))
            lock_add(set, &p);
    }
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_go_mod, in, sink, 0};
    LockSet set = LOCK_SET(&log, GOLANG);
    if (str_ends(in->path, STR(".sum")))
        run_sum(&log, &set);
    else
        run_mod(&log, &set);
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_go_mod = {
    .name = "go-mod",
    .version = 1,
    .doc = "Go's go.mod with its replacements, and go.sum",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "go-mod",
};
