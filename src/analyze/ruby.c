/* SPDX-License-Identifier: Apache-2.0 */
/* Ruby: the gemspecs of installed gems, which RubyGems writes itself (guides.rubygems.org, "Specification reference"; its first lines hold a stub for quick
 * reading), and Gemfile.lock (bundler.io). */
#include "analyze/language.h"

static bool is_gemspec(Str path) {
    if (!str_ends(path, STR(".gemspec")))
        return false;
    Str dir = path_dir(path), base = path_base(dir);
    return str_eqz(base, "specifications") || (str_eqz(base, "default") && str_eqz(path_base(path_dir(dir)), "specifications"));
}

static bool is_lock(Str path) {
    Str base = path_base(path);
    return (str_eqz(base, "Gemfile.lock") || str_eqz(base, "gems.locked")) && !path_in_package(path);
}

static bool wants(Str path) {
    if (path.n < 11)
        return false;
    char last = path.p[path.n - 1];
    return (last == 'c' && is_gemspec(path)) || ((last == 'k' || last == 'd') && is_lock(path));
}

/* ---- Installed gems ---- */

/* The text of the first Ruby string literal: `"MIT".freeze`. */
static Str literal(Str s) {
    s = str_trim(s);
    if (s.n < 2 || (s.p[0] != '"' && s.p[0] != '\''))
        return STR_NULL;
    ssize_t end = str_chr(str_from_at(s, 1), s.p[0]);
    return end < 0 ? STR_NULL : str_n(s.p + 1, (size_t) end);
}

/* `["MIT".freeze, "Ruby".freeze]` */
static Str literals(Arena *a, Str s) {
    Buf b = buf_new(512);
    Str item;
    s = str_trim(s);
    if (s.n && s.p[0] == '[')
        s = str_from_at(s, 1);
    while (str_split(&s, ',', &item)) {
        Str one = literal(item);
        if (one.n && b.n)
            buf_putz(&b, " OR ");
        buf_str(&b, one);
    }
    Str text = b.failed || !b.n ? STR_NULL : arena_str(a, buf_view(&b));
    buf_done(&b);
    return text;
}

/* "# stub: NAME VERSION PLATFORM REQUIRE_PATHS"; a second such line lists extensions. */
static void take_stub(Str line, PackageFact *p) {
    Str rest = str_from_at(line, strlen("# stub: ")), platform;
    if (str_split(&rest, ' ', &p->name) && str_split(&rest, ' ', &p->version) && str_split(&rest, ' ', &platform) && !str_eqz(platform, "ruby"))
        p->arch = platform;
}

static void run_gemspec(ProblemLog *log) {
    PackageFact p = {.type = PACKAGE_GEM};
    Str rest = log->in->bytes, line, key, value;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        if (str_starts(line, STR("# stub: ")) && str_empty(p.name)) {
            take_stub(line, &p);
            p.line = n;
        }
        if (!str_cut(str_trim(line), '=', &key, &value))
            continue;
        key = str_trim(key);
        /* Each writer has a variable of its own: s.name, spec.name, gem.name. */
        ssize_t dot = str_chr(key, '.');
        Str field = dot > 0 && dot < 8 ? str_from_at(key, (size_t) dot + 1) : STR_NULL;
        if (str_eqz(field, "name") && str_empty(p.name)) {
            p.name = literal(value);
            p.line = n;
        } else if (str_eqz(field, "version") && str_empty(p.version)) {
            ssize_t open = str_find(value, STR("Gem::Version.new("));
            p.version = literal(open < 0 ? value : str_from_at(value, (size_t) open + strlen("Gem::Version.new(")));
        } else if (str_eqz(field, "licenses") || str_eqz(field, "license")) {
            p.license = literals(log->in->scratch, value);
        }
    }
    language_put(log, &p);
}

/* ---- Gemfile.lock ---- */

/* "    nokogiri (1.15.4-x86_64-linux)": four spaces; six are what it depends on. */
static bool take_spec(Str line, PackageFact *p) {
    Str name, version;
    if (!str_starts(line, STR("    ")) || line.n < 5 || line.p[4] == ' ' || !str_cut(str_from_at(line, 4), ' ', &name, &version))
        return false;
    version = str_trim(version);
    if (version.n < 3 || version.p[0] != '(' || version.p[version.n - 1] != ')')
        return false;
    p->name = name;
    p->version = str_n(version.p + 1, version.n - 2);
    /* Behind a dash stands the platform. */
    ssize_t dash = str_chr(p->version, '-');
    if (dash > 0)
        p->version = str_head(p->version, (size_t) dash);
    return true;
}

static void run_lock(ProblemLog *log) {
    LockSet set = LOCK_SET(log, GEM);
    Str rest = log->in->bytes, line, section = STR_NULL;
    bool known = false;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        if (line.n && line.p[0] != ' ') {
            section = str_trim(line);
            known |= str_eqz(section, "GEM") || str_eqz(section, "GIT") || str_eqz(section, "PATH") || str_eqz(section, "DEPENDENCIES");
            continue;
        }
        PackageFact p = {.line = n};
        /* What stands in PATH is part of the project. */
        if ((str_eqz(section, "GEM") || str_eqz(section, "GIT")) && take_spec(line, &p))
            lock_add(&set, &p);
    }
    if (!known)
        problem_log(log, 1, "expected a lock file of Bundler with sections GEM and DEPENDENCIES");
    lock_put(&set);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_ruby, in, sink, 0};
    if (str_ends(in->path, STR(".gemspec")))
        run_gemspec(&log);
    else
        run_lock(&log);
    problem_log_end(&log);
}

const Analyzer analyzer_ruby = {
    .name = "ruby",
    .version = 1,
    .doc = "Ruby gems: gemspecs of what is installed, and Gemfile.lock",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "ruby",
};
