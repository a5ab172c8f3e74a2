/* SPDX-License-Identifier: Apache-2.0 */
/* The archives that apt is configured to use: sources.list(5), one-line and deb822 style. Source packages are left out. */
#include "analyze/table.h"
#include "parse/deb822.h"

#define LIST "etc/apt/sources.list"
#define LIST_D "etc/apt/sources.list.d"

/* Addresses times suites of one stanza; nobody has more, and it may not multiply without bound. */
enum { STANZA_MAX = 4096 };

static bool wants(Str path) {
    return str_starts(path, STR(LIST)) &&
           (str_eqz(path, LIST) || path_in_dir(path, STR(LIST_D), STR(".list"), NULL) || path_in_dir(path, STR(LIST_D), STR(".sources"), NULL));
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool next_word(Str *rest, Str *ret) {
    *rest = str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && !is_space(rest->p[n]))
        n++;
    *ret = str_head(*rest, n);
    *rest = str_from_at(*rest, n);
    return n > 0;
}

/* A discovered medium has its name, with spaces, between brackets: "cdrom:[Debian 12 - amd64]/". */
static bool next_uri(Str *rest, Str *ret) {
    Str s = str_trim(*rest);
    if (str_starts(s, STR("cdrom:["))) {
        ssize_t end = str_chr(s, ']');
        if (end < 0)
            return false;
        size_t n = (size_t) end + 1;
        while (n < s.n && !is_space(s.p[n]))
            n++;
        *ret = str_head(s, n);
        *rest = str_from_at(s, n);
        return true;
    }
    return next_word(rest, ret);
}

/* Words separated by single spaces, as one string. */
static Str words(Arena *a, Str s) {
    char *p = arena_bytes(a, s.n);
    size_t n = 0;
    Str word;
    if (!p)
        return STR_NULL;
    while (next_word(&s, &word)) {
        if (n)
            p[n++] = ' ';
        memcpy(p + n, word.p, word.n);
        n += word.n;
    }
    return str_n(p, n);
}

/* deb [ option=value… ] uri suite [component…] */
static void one_line(const AnalyzerInput *in, FactSink *sink, ProblemLog *problems, Str line, uint32_t n) {
    Fact f = {.kind = FACT_ARCHIVE_SOURCE, .archive = {.kind = STR("apt"), .line = n}};
    Str word, whole = line, comment;
    if (str_cut(line, '#', &line, &comment))
        whole = line;
    if (!next_word(&line, &word) || str_eqz(word, "deb-src"))
        return;
    if (!str_eqz(word, "deb")) {
        problem_log(problems, n, "expected \"deb\" or \"deb-src\", found \"%.*s\"", STR_FMT(str_head(word, 40)));
        return;
    }
    line = str_trim(line);
    if (line.n && line.p[0] == '[') {
        Str options;
        if (!str_cut(str_from_at(line, 1), ']', &options, &line)) {
            problem_log(problems, n, "the options have no closing bracket");
            return;
        }
        while (next_word(&options, &word))
            if (word.n > 10 && str_ieq(str_head(word, 10), STR("signed-by=")))
                f.archive.signed_by = str_from_at(word, 10);
    }
    if (!next_uri(&line, &f.archive.uri) || !next_word(&line, &f.archive.suite)) {
        problem_log(problems, n, "expected an address and a suite in \"%.*s\"", STR_FMT(str_head(uri_without_userinfo(in->scratch, str_trim(whole)), 80)));
        return;
    }
    f.archive.uri = uri_without_userinfo(in->scratch, f.archive.uri);
    f.archive.components = words(in->scratch, line);
    analyzer_put(&analyzer_apt_sources, in, sink, &f);
}

static bool is_no(Str s) {
    static const char *const no[] = {"no", "false", "without", "off", "disable", "0"};
    for (size_t i = 0; i < ARRAY_SIZE(no); i++)
        if (str_ieq(s, str_from(no[i])))
            return true;
    return false;
}

typedef struct Stanza {
    Str types, uris, suites, components, signed_by, enabled;
} Stanza;

static void put_stanza(const AnalyzerInput *in, FactSink *sink, ProblemLog *problems, const Stanza *s, uint32_t line) {
    Str types = s->types, word;
    bool binary = false;
    while (next_word(&types, &word))
        binary |= str_eqz(word, "deb");
    if (is_no(s->enabled) || (s->types.n && !binary))
        return;
    const char *missing = str_empty(s->types) ? "Types" : str_empty(s->uris) ? "URIs" : str_empty(s->suites) ? "Suites" : NULL;
    if (missing) {
        problem_log(problems, line, "a source without %s", missing);
        return;
    }
    Fact f = {.kind = FACT_ARCHIVE_SOURCE, .archive = {.kind = STR("apt"), .signed_by = s->signed_by, .line = line}};
    f.archive.components = words(in->scratch, s->components);
    size_t n = 0;
    for (Str uris = s->uris; next_uri(&uris, &f.archive.uri);) {
        f.archive.uri = uri_without_userinfo(in->scratch, f.archive.uri);
        for (Str suites = s->suites; next_word(&suites, &f.archive.suite);) {
            if (++n > STANZA_MAX) {
                problem_log(problems, line, "more than %d combinations of address and suite", STANZA_MAX);
                return;
            }
            analyzer_put(&analyzer_apt_sources, in, sink, &f);
        }
    }
}

static void run_deb822(const AnalyzerInput *in, FactSink *sink, ProblemLog *problems) {
    Diag errors = {0};
    Deb822 d;
    int r;
    deb822_init(&d, in->bytes, NULL);
    while ((r = deb822_next(&d, &errors)) != 0) {
        if (r < 0 && d.n == 0)
            continue;
        const Stanza s = {deb822_get(&d, "Types"),      deb822_get(&d, "URIs"),      deb822_get(&d, "Suites"),
                          deb822_get(&d, "Components"), deb822_get(&d, "Signed-By"), deb822_get(&d, "Enabled")};
        put_stanza(in, sink, problems, &s, d.paragraph);
    }
    problem_log_diag(problems, &errors);
    diag_done(&errors);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_apt_sources, in, sink, 0};
    if (str_ends(in->path, STR(".sources"))) {
        run_deb822(in, sink, &problems);
    } else {
        Str rest = in->bytes, line;
        for (uint32_t n = 1; str_line(&rest, &line); n++)
            one_line(in, sink, &problems, line, n);
    }
    problem_log_end(&problems);
}

const Analyzer analyzer_apt_sources = {
    .name = "apt-sources",
    .version = 2,
    .doc = "The package archives that apt is configured to use",
    .roots = (const char *const[]) {LIST, LIST_D, NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "apt-sources",
};
