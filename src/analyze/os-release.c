/* SPDX-License-Identifier: Apache-2.0 */
/* Which operating system it is: os-release(5), and the older one-line files where there is none. */
#include "analyze/os-release.h"

#include "analyze/table.h"

typedef enum Form { FORM_OS_RELEASE, FORM_VERSION, FORM_RELEASE_LINE } Form;

static const struct Source {
    const char *path;
    int rank;
    Form form;
    const char *id; /* FORM_VERSION: the family */
} sources[] = {
    {"etc/os-release", 0, FORM_OS_RELEASE, NULL},
    {"usr/lib/os-release", 1, FORM_OS_RELEASE, NULL},
    {"etc/alpine-release", 2, FORM_VERSION, "alpine"},
    {"etc/debian_version", 2, FORM_VERSION, "debian"},
    {"etc/almalinux-release", 3, FORM_RELEASE_LINE, NULL},
    {"etc/centos-release", 3, FORM_RELEASE_LINE, NULL},
    {"etc/fedora-release", 3, FORM_RELEASE_LINE, NULL},
    {"etc/oracle-release", 3, FORM_RELEASE_LINE, NULL},
    {"etc/rocky-release", 3, FORM_RELEASE_LINE, NULL},
    {"etc/system-release", 4, FORM_RELEASE_LINE, NULL},
    {"etc/redhat-release", 4, FORM_RELEASE_LINE, NULL},
};

/* What a "NAME release VERSION" line begins with, and the ID that os-release of that family has. */
static const struct {
    const char *name, *id;
} families[] = {
    {"AlmaLinux", "almalinux"},
    {"Amazon Linux", "amzn"},
    {"CentOS", "centos"},
    {"Fedora", "fedora"},
    {"Oracle Linux", "ol"},
    {"Red Hat Enterprise Linux", "rhel"},
    {"Rocky Linux", "rocky"},
};

static const struct Source *find_source(Str path) {
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++)
        if (str_eqz(path, sources[i].path))
            return &sources[i];
    return NULL;
}

int os_release_rank(Str path) {
    const struct Source *s = find_source(path);
    return s ? s->rank : -1;
}

static bool wants(Str path) {
    return (str_starts(path, STR("etc/")) || str_starts(path, STR("usr/lib/os-"))) && find_source(path);
}

static Str lower(Arena *a, Str s) {
    char *p = arena_bytes(a, s.n);
    if (!p)
        return STR_NULL;
    for (size_t i = 0; i < s.n; i++)
        p[i] = (char) (s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + ('a' - 'A') : s.p[i]);
    return str_n(p, s.n);
}

/* The value of an assignment by the shell's rules, as far as os-release(5) allows them: quotes, and backslashes
 * before anything outside of quotes, before " $ ` \ inside of double ones. False when a quote stays open. */
static bool unquote(Arena *a, Str s, Str *ret) {
    char *out = arena_bytes(a, s.n);
    size_t n = 0;
    char quote = 0;
    if (!out)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], next = i + 1 < s.n ? s.p[i + 1] : 0;
        if (quote && c == quote) {
            quote = 0;
        } else if (!quote && (c == '"' || c == '\'')) {
            quote = c;
        } else if (!quote && (c == ' ' || c == '\t')) {
            break; /* what follows would be a command to a shell */
        } else if (c == '\\' && next && (!quote || (quote == '"' && (next == '"' || next == '$' || next == '`' || next == '\\')))) {
            out[n++] = next;
            i++;
        } else {
            out[n++] = c;
        }
    }
    *ret = str_n(out, n);
    return quote == 0;
}

static void run_os_release(const AnalyzerInput *in, FactSink *sink) {
    Fact f = {.kind = FACT_OS};
    const struct {
        const char *name;
        Str *field;
    } keys[] = {
        {"ID", &f.os.id},
        {"ID_LIKE", &f.os.id_like},
        {"VERSION_ID", &f.os.version_id},
        {"VERSION_CODENAME", &f.os.codename},
        {"PRETTY_NAME", &f.os.pretty_name},
        {"CPE_NAME", &f.os.cpe_name},
        {"VARIANT_ID", &f.os.variant_id},
    };
    ProblemLog problems = {&analyzer_os_release, in, sink, 0};
    Str rest = in->bytes, line;
    size_t assignments = 0;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        line = str_trim(line);
        Str key, value;
        if (str_empty(line) || line.p[0] == '#')
            continue;
        if (!str_cut(line, '=', &key, &value)) {
            problem_log(&problems, n, "expected NAME=value, found \"%.*s\"", STR_FMT(str_head(line, 60)));
            continue;
        }
        assignments++;
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
            if (str_eqz(key, keys[i].name) && !unquote(in->scratch, value, keys[i].field))
                problem_log(&problems, n, "the quoted value of %s has no end on its line", keys[i].name);
    }
    if (assignments == 0) {
        problem_log(&problems, 0, "no NAME=value line: the operating system stays unknown");
    } else {
        /* os-release(5): "If not set, a default of ID=linux may be used." */
        f.os.id = str_empty(f.os.id) ? STR("linux") : lower(in->scratch, f.os.id);
        analyzer_put(&analyzer_os_release, in, sink, &f);
    }
    problem_log_end(&problems);
}

/* The older files are only looked at where there is no os-release, and administrators write into them what they like: what is not
 * understood there gives no fact, and the scan says itself when it knows no operating system.
 *
 * "3.20.3", "12.5", or Debian's "trixie/sid" before a release has its number. */
static void run_version(const AnalyzerInput *in, FactSink *sink, const char *id) {
    Str rest = in->bytes, line = STR_NULL;
    str_line(&rest, &line);
    line = str_trim(line);
    if (str_empty(line))
        return;
    Fact f = {.kind = FACT_OS, .os = {.id = str_from(id)}};
    Str codename, unused;
    if (line.p[0] >= '0' && line.p[0] <= '9')
        f.os.version_id = line;
    else
        f.os.codename = str_cut(line, '/', &codename, &unused) ? codename : line;
    analyzer_put(&analyzer_os_release, in, sink, &f);
}

/* "CentOS Linux release 7.9.2009 (Core)". */
static void run_release_line(const AnalyzerInput *in, FactSink *sink) {
    Str rest = in->bytes, line = STR_NULL;
    str_line(&rest, &line);
    line = str_trim(line);
    ssize_t at = str_find(line, STR(" release "));
    if (at <= 0)
        return;
    Fact f = {.kind = FACT_OS, .os = {.pretty_name = line}};
    Str name = str_head(line, (size_t) at);
    for (size_t i = 0; i < ARRAY_SIZE(families) && str_empty(f.os.id); i++)
        if (str_starts(name, str_from(families[i].name)))
            f.os.id = str_from(families[i].id);
    if (str_empty(f.os.id)) {
        Str first = name, unused;
        str_cut(name, ' ', &first, &unused);
        f.os.id = lower(in->scratch, first);
    }
    Str version = str_trim(str_from_at(line, (size_t) at + STR(" release ").n)), unused;
    str_cut(version, ' ', &version, &unused);
    f.os.version_id = version;
    analyzer_put(&analyzer_os_release, in, sink, &f);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    const struct Source *s = find_source(in->path);
    if (!s || s->form == FORM_OS_RELEASE)
        run_os_release(in, sink);
    else if (s->form == FORM_VERSION)
        run_version(in, sink, s->id);
    else
        run_release_line(in, sink);
}

const Analyzer analyzer_os_release = {
    .name = "os-release",
    .version = 1,
    .doc = "The operating system: os-release, or the older one-line release files",
    .roots = (const char *const[]) {"etc/os-release", "usr/lib/os-release", "etc/alpine-release", "etc/debian_version", "etc/almalinux-release",
                                    "etc/centos-release", "etc/fedora-release", "etc/oracle-release", "etc/rocky-release",
                                    "etc/system-release", "etc/redhat-release", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "os-release",
};
