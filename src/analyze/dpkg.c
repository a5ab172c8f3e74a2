/* SPDX-License-Identifier: Apache-2.0 */
/* Installed Debian packages: dpkg's status file, the one-file-per-package status.d of distroless images, and the lists of
 * owned files. */
#include "analyze/table.h"
#include "parse/deb822.h"

#define STATUS "var/lib/dpkg/status"
#define STATUS_D "var/lib/dpkg/status.d"
#define INFO "var/lib/dpkg/info"

static bool wants(Str path) {
    if (!str_starts(path, STR("var/lib/dpkg/")))
        return false;
    return str_eqz(path, STATUS) || path_in_dir(path, STR(STATUS_D), STR(""), NULL) || path_in_dir(path, STR(INFO), STR(".list"), NULL);
}

/* Third word of Status: in which states are the package's files (at least partly) on disk? dpkg(1), "Package states".
 * 1, 0, or -EINVAL for a word that is no state. */
static int is_installed(Str status) {
    static const struct {
        const char *name;
        bool installed;
    } states[] = {
        {"installed", true},        {"half-installed", true},  {"unpacked", true},      {"half-configured", true},
        {"triggers-awaited", true}, {"triggers-pending", true}, {"config-files", false}, {"not-installed", false},
    };
    ssize_t space = str_rchr(status, ' ');
    Str state = space < 0 ? status : str_from_at(status, (size_t) space + 1);
    for (size_t i = 0; i < ARRAY_SIZE(states); i++)
        if (str_eqz(state, states[i].name))
            return states[i].installed;
    return -EINVAL;
}

/* "glibc (2.36-9)": a source package of another version than the binary's. */
static void set_source(PackageFact *p, Str source) {
    Str name, rest;
    p->source_name = p->name;
    p->source_version = p->version;
    if (str_empty(source))
        return;
    p->source_name = source;
    if (!str_cut(source, '(', &name, &rest))
        return;
    p->source_name = str_trim(name);
    ssize_t end = str_chr(rest, ')');
    Str version = str_trim(end < 0 ? rest : str_head(rest, (size_t) end));
    if (version.n)
        p->source_version = version;
}

typedef struct Stanza {
    Str status, source, size, depends, pre_depends, essential, protected_;
    PackageFact package;
} Stanza;

/* Every field of every package passes here: the first letter and the length rule out nearly all of those not wanted. */
static void take_field(Stanza *s, Str name, Str value) {
#define TAKE(literal, place)                                         \
    if (name.n == STR(literal).n && str_ieq(name, STR(literal))) { \
        (place) = value;                                             \
        return;                                                      \
    }
    switch (name.p[0] | 0x20) {
    case 'a':
        TAKE("Architecture", s->package.arch)
        break;
    case 'd':
        TAKE("Depends", s->depends)
        break;
    case 'e':
        TAKE("Essential", s->essential)
        break;
    case 'i':
        TAKE("Installed-Size", s->size)
        break;
    case 'm':
        TAKE("Maintainer", s->package.maintainer)
        break;
    case 'o':
        TAKE("Origin", s->package.vendor)
        break;
    case 'p':
        TAKE("Package", s->package.name)
        TAKE("Pre-Depends", s->pre_depends)
        TAKE("Protected", s->protected_)
        TAKE("Provides", s->package.provides)
        break;
    case 's':
        TAKE("Status", s->status)
        TAKE("Source", s->source)
        break;
    case 'v':
        TAKE("Version", s->package.version)
        break;
    default:
        break;
    }
#undef TAKE
}

static void put_stanza(Stanza *s, uint32_t line, ProblemLog *problems) {
    Arena *a = problems->in->scratch;
    PackageFact *p = &s->package;
    /* status.d has no Status: what is listed there is installed. */
    int installed = s->status.n ? is_installed(s->status) : 1;
    if (installed == 0)
        return;
    if (installed < 0)
        problem_log(problems, line, "package %.*s is in the unknown state \"%.*s\"; taken as installed", STR_FMT(p->name), STR_FMT(str_head(s->status, 60)));
    if (str_empty(p->name) || str_empty(p->version)) {
        problem_log(problems, line, "a package without %s", str_empty(p->name) ? "a Package field" : "a Version field");
        if (str_empty(p->name))
            return;
    }
    p->type = PACKAGE_DEB;
    set_source(p, s->source);
    uint64_t kib;
    if (str_to_u64(s->size, UINT64_MAX / 1024, &kib) == 0)
        p->installed_size = kib * 1024;
    p->flags = str_ieq(s->essential, STR("yes")) || str_ieq(s->protected_, STR("yes")) ? PACKAGE_ESSENTIAL : 0;
    p->depends = s->depends.n && s->pre_depends.n ? arena_printf(a, "%.*s, %.*s", STR_FMT(s->depends), STR_FMT(s->pre_depends))
               : s->depends.n                     ? s->depends
                                                  : s->pre_depends;
    Fact f = {.kind = FACT_PACKAGE, .package = *p};
    analyzer_put(&analyzer_dpkg, problems->in, problems->sink, &f);
}

static void run_status(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_dpkg, in, sink, 0};
    Diag errors = {0};
    Deb822 d;
    size_t stanzas = 0;
    int r;
    deb822_init(&d, in->bytes, NULL);
    while ((r = deb822_next(&d, &errors)) != 0) {
        Stanza s = {0};
        for (size_t i = 0; i < d.n; i++)
            take_field(&s, d.fields[i].name, d.fields[i].value);
        stanzas++;
        /* A paragraph without any field was told about already. */
        if (r > 0 || d.n > 0)
            put_stanza(&s, d.paragraph, &problems);
    }
    problem_log_diag(&problems, &errors);
    diag_done(&errors);
    if (stanzas == 0 && in->bytes.n && !str_eqz(in->path, STATUS))
        problem_log(&problems, 0, "no package in this file");
    problem_log_end(&problems);
}

/* Paths of *.list ("/usr/bin/x", directories too) or *.md5sums ("<hash>  usr/bin/x"). A directory is left out where the next
 * line lies in it: dpkg lists depth first. */
static void run_files(const AnalyzerInput *in, FactSink *sink, Str stem, bool sums) {
    ProblemLog problems = {&analyzer_dpkg, in, sink, 0};
    Fact f = {.kind = FACT_PACKAGE_FILES, .files = {.type = PACKAGE_DEB, .name = stem}};
    str_cut(stem, ':', &f.files.name, &f.files.arch);
    Buf files = buf_new(in->bytes.n + 64);
    Str rest = in->bytes, line, last = STR_NULL;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        if (sums) {
            if (line.n < 35 || line.p[32] != ' ') {
                problem_log(&problems, n, "expected an MD5 sum and a path, found \"%.*s\"", STR_FMT(str_head(line, 60)));
                continue;
            }
            line = str_from_at(line, 34);
        }
        if (line.n && line.p[0] == '/')
            line = str_from_at(line, 1);
        if (str_empty(line) || str_eqz(line, "."))
            continue;
        if (line.n > in->limits->path_bytes) {
            problem_log(&problems, n, "a path of %zu bytes, at most %u are allowed", line.n, in->limits->path_bytes);
            continue;
        }
        if (last.n && !(line.n > last.n && line.p[last.n] == '/' && str_starts(line, last))) {
            buf_str(&files, last);
            buf_putc(&files, '\n');
            f.files.n_files++;
        }
        last = line;
    }
    if (last.n) {
        buf_str(&files, last);
        buf_putc(&files, '\n');
        f.files.n_files++;
    }
    f.files.files = buf_view(&files);
    if (files.n)
        analyzer_put(&analyzer_dpkg, in, sink, &f);
    buf_done(&files);
    problem_log_end(&problems);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    Str stem;
    if (path_in_dir(in->path, STR(INFO), STR(".list"), &stem))
        run_files(in, sink, stem, false);
    else if (path_in_dir(in->path, STR(STATUS_D), STR(".md5sums"), &stem))
        run_files(in, sink, stem, true);
    else
        run_status(in, sink);
}

const Analyzer analyzer_dpkg = {
    .name = "dpkg",
    .version = 1,
    .doc = "Installed Debian packages and the files they own: dpkg status, status.d of distroless images",
    .roots = (const char *const[]) {STATUS, STATUS_D, INFO, NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "dpkg-status",
};
