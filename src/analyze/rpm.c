/* SPDX-License-Identifier: Apache-2.0 */
/* Installed rpm packages, from each form of rpm's database. */
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "analyze/table.h"
#include "base/bytes.h"
#include "base/vec.h"
#include "parse/rpm-header.h"
#include "parse/rpmdb.h"

static const struct Form {
    const char *name;
    void (*read)(Str file, const RpmdbVisitor *v);
} forms[] = {
    {"rpmdb.sqlite", rpmdb_sqlite_read},
    {"Packages.db", rpmdb_ndb_read},
    {"Packages", rpmdb_bdb_read},
    {"rpmdb.sqlite-wal", NULL},
};
static const char *const roots[] = {"var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm", NULL};

static const struct Form *find_form(Str path) {
    Str name = path_base(path);
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++)
        if (str_eqz(name, forms[i].name))
            return &forms[i];
    return NULL;
}

static bool wants(Str path) {
    for (const char *const *r = roots; *r; r++)
        if (path_in_dir(path, str_from(*r), STR(""), NULL))
            return find_form(path) != NULL;
    return false;
}

typedef struct Run {
    const AnalyzerInput *in;
    FactSink *sink;
    ProblemLog problems;
    Buf files, depends, provides;
    Vec(Str) dirs;
    uint64_t left; /* bytes that owned paths may take in all */
} Run;

/* A database of n bytes names its paths as directory and base name; written out they are longer, but nowhere near this. */
enum { PATHS_RATIO = 16 };

static void add_path(Run *run, Str dir, Str base, uint64_t *n) {
    if (dir.n && dir.p[0] == '/')
        dir = str_from_at(dir, 1);
    else if (base.n && base.p[0] == '/')
        base = str_from_at(base, 1);
    size_t bytes = dir.n + base.n + 1;
    if (bytes == 1)
        return;
    if (bytes > run->in->limits->path_bytes || bytes > run->left) {
        problem_log(&run->problems, 0, "an owned path of %zu bytes passes a limit: one path may have %u, all of them %llu", bytes,
                    run->in->limits->path_bytes, (unsigned long long) run->in->bytes.n * PATHS_RATIO);
        return;
    }
    run->left -= bytes;
    buf_str(&run->files, dir);
    buf_str(&run->files, base);
    buf_putc(&run->files, '\n');
    (*n)++;
}

/* Paths of everything but directories. */
static void put_files(Run *run, RpmHeader *h, PackageFact *p) {
    Str s;
    buf_clear(&run->files);
    run->dirs.n = 0;
    while (rpm_strings_next(&h->dir_names, &s))
        vec_push(&run->dirs, s);
    size_t i = 0;
    while (rpm_strings_next(&h->base_names, &s)) {
        size_t dir = (i + 1) * 4 <= h->dir_indexes.n ? be32(h->dir_indexes.p + i * 4) : SIZE_MAX;
        uint16_t mode = (i + 1) * 2 <= h->modes.n ? be16(h->modes.p + i * 2) : S_IFREG;
        i++;
        if (dir >= run->dirs.n) {
            problem_log(&run->problems, 0, "package %.*s: file %zu lies in directory %zu of %zu", STR_FMT(h->name), i, dir, run->dirs.n);
            break;
        }
        if (!S_ISDIR(mode))
            add_path(run, run->dirs.p[dir], s, &p->n_files);
    }
    while (rpm_strings_next(&h->old_names, &s))
        add_path(run, STR_NULL, s, &p->n_files);
    p->files = buf_view(&run->files);
}

/* Each name once after another, but `own`. */
static Str joined(RpmStrings *names, Str own, Buf *out) {
    Str s, last = STR_NULL;
    buf_clear(out);
    while (rpm_strings_next(names, &s)) {
        /* rpm's own features, and the same name with another version bound. */
        if (str_starts(s, STR("rpmlib(")) || str_eq(s, last) || str_eq(s, own))
            continue;
        last = s;
        if (out->n)
            buf_putz(out, ", ");
        buf_str(out, s);
    }
    return buf_view(out);
}

static Str digest(Arena *a, const RpmHeader *h) {
    if (h->sha256_hex.n)
        return arena_printf(a, "sha256:%.*s", STR_FMT(h->sha256_hex));
    if (h->sha1_hex.n)
        return arena_printf(a, "sha1:%.*s", STR_FMT(h->sha1_hex));
    if (h->md5.n != 16)
        return STR_NULL;
    char hex[33];
    for (size_t i = 0; i < 16; i++)
        snprintf(hex + i * 2, 3, "%02x", (uint8_t) h->md5.p[i]);
    return arena_printf(a, "md5:%s", hex);
}

static Str version_text(Arena *a, uint32_t epoch, Str version, Str release) {
    const char *dash = release.n ? "-" : "";
    return epoch ? arena_printf(a, "%u:%.*s%s%.*s", epoch, STR_FMT(version), dash, STR_FMT(release))
                 : arena_printf(a, "%.*s%s%.*s", STR_FMT(version), dash, STR_FMT(release));
}

static void on_header(void *userdata, Str blob) {
    Run *run = userdata;
    _cleanup_error_ Error err = {0};
    RpmHeader h;
    int r = rpm_header_parse(blob, &h, &err);
    if (r < 0) {
        problem_log(&run->problems, 0, "%s", error_text(&err, r));
        return;
    }
    /* Keys of the keyring stand among the packages. */
    if (str_eqz(h.name, "gpg-pubkey"))
        return;
    if (str_empty(h.version))
        problem_log(&run->problems, 0, "package %.*s has no version", STR_FMT(h.name));
    Arena *a = run->in->scratch;
    Fact f = {.kind = FACT_PACKAGE};
    PackageFact *p = &f.package;
    *p = (PackageFact) {
        .type = PACKAGE_RPM,
        .name = h.name,
        .version = version_text(a, h.epoch, h.version, h.release),
        .arch = h.arch,
        .license = h.license,
        .maintainer = h.packager,
        .vendor = h.vendor,
        .module = h.modularity,
        .digest = digest(a, &h),
        .installed_size = h.size,
    };
    /* rpm writes "(none)" into headers of packages that were built without one. */
    if (str_eqz(p->module, "(none)"))
        p->module = STR_NULL;
    Str version, release;
    p->source_name = p->name;
    p->source_version = p->version;
    if (rpm_source_split(h.source_rpm, &p->source_name, &version, &release))
        /* A source package's file name has no epoch: it is that of its packages. */
        p->source_version = str_eq(version, h.version) && str_eq(release, h.release) ? p->version : version_text(a, h.epoch, version, release);
    put_files(run, &h, p);
    p->depends = joined(&h.requires, STR_NULL, &run->depends);
    p->provides = joined(&h.provides, p->name, &run->provides);
    analyzer_put(&analyzer_rpm, run->in, run->sink, &f);
}

_printf_(2, 3) static void on_problem(void *userdata, const char *fmt, ...) {
    Run *run = userdata;
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    problem_log(&run->problems, 0, "%s", text);
}

static void run_rpm(const AnalyzerInput *in, FactSink *sink) {
    const struct Form *form = find_form(in->path);
    if (form && !form->read) {
        uint64_t frames = rpmdb_sqlite_wal_frames(in->bytes);
        if (frames)
            analyzer_problem(&analyzer_rpm, in, sink, 0,
                             "%llu pages stand in the write-ahead log beside rpmdb.sqlite: what the last transactions installed or removed may be missing "
                             "(`rpm --rebuilddb` writes them into the database)", (unsigned long long) frames);
        return;
    }
    Run run = {
        .in = in,
        .sink = sink,
        .problems = {&analyzer_rpm, in, sink, 0},
        .files = buf_new(BUF_OWN_MAX),
        .depends = buf_new(in->bytes.n * 2 + 64),
        .provides = buf_new(in->bytes.n * 2 + 64),
        .left = in->bytes.n * PATHS_RATIO,
    };
    RpmdbVisitor v = {&run, on_header, on_problem};
    void (*read)(Str, const RpmdbVisitor *) = form ? form->read : NULL;
    /* Forced onto a file of another name: by its first bytes. */
    if (!read)
        read = str_starts(in->bytes, STR("SQLite format 3")) ? rpmdb_sqlite_read : str_starts(in->bytes, STR("RpmP")) ? rpmdb_ndb_read : rpmdb_bdb_read;
    if (in->bytes.n)
        read(in->bytes, &v);
    else
        problem_log(&run.problems, 0, "an empty file, expected a package database");
    problem_log_end(&run.problems);
    buf_done(&run.files);
    buf_done(&run.depends);
    buf_done(&run.provides);
    vec_done(&run.dirs);
}

const Analyzer analyzer_rpm = {
    .name = "rpm",
    .version = 1,
    .doc = "Installed rpm packages: SQLite, ndb and Berkeley DB databases",
    .roots = roots,
    .wants = wants,
    .run = run_rpm,
    .fuzzer = "rpmdb-sqlite",
};
