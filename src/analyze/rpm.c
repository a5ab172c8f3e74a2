/* SPDX-License-Identifier: Apache-2.0 */
/* Installed rpm packages, from each form of rpm's database. */
#include <stdio.h>

#include "analyze/rpm-database.h"

typedef struct Run {
    RpmDatabase database;
    Buf files, depends, provides;
    uint64_t n_files;
} Run;

static void on_file(void *userdata, const RpmFile *f) {
    Run *run = userdata;
    buf_printf(&run->files, "%.*s%.*s\n", STR_FMT(f->dir), STR_FMT(f->base));
    run->n_files++;
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

static void on_package(void *userdata, RpmHeader *h) {
    Run *run = userdata;
    const AnalyzerInput *in = run->database.problems.in;
    if (str_empty(h->version))
        problem_log(&run->database.problems, 0, "package %.*s has no version", STR_FMT(h->name));
    Arena *a = in->scratch;
    Fact f = {.kind = FACT_PACKAGE};
    PackageFact *p = &f.package;
    *p = (PackageFact) {
        .type = PACKAGE_RPM,
        .name = h->name,
        .version = version_text(a, h->epoch, h->version, h->release),
        .arch = h->arch,
        .license = h->license,
        .maintainer = h->packager,
        .vendor = h->vendor,
        .module = h->modularity,
        .digest = digest(a, h),
        .installed_size = h->size,
    };
    /* rpm writes "(none)" into headers of packages that were built without one. */
    if (str_eqz(p->module, "(none)"))
        p->module = STR_NULL;
    Str version, release;
    p->source_name = p->name;
    p->source_version = p->version;
    if (rpm_source_split(h->source_rpm, &p->source_name, &version, &release))
        /* A source package's file name has no epoch: it is that of its packages. */
        p->source_version = str_eq(version, h->version) && str_eq(release, h->release) ? p->version : version_text(a, h->epoch, version, release);
    buf_clear(&run->files);
    run->n_files = 0;
    rpm_database_files(&run->database, h, on_file, run);
    p->files = buf_view(&run->files);
    p->n_files = run->n_files;
    p->depends = joined(&h->requires, STR_NULL, &run->depends);
    p->provides = joined(&h->provides, p->name, &run->provides);
    analyzer_put(&analyzer_rpm, in, run->database.problems.sink, &f);
}

static void run_rpm(const AnalyzerInput *in, FactSink *sink) {
    Run run = {
        .database = {.problems = {&analyzer_rpm, in, sink, 0}, .package = on_package},
        .files = buf_new(BUF_OWN_MAX),
        .depends = buf_new(in->bytes.n * 2 + 64),
        .provides = buf_new(in->bytes.n * 2 + 64),
    };
    run.database.userdata = &run;
    rpm_database_read(&run.database);
    buf_done(&run.files);
    buf_done(&run.depends);
    buf_done(&run.provides);
}

const Analyzer analyzer_rpm = {
    .name = "rpm",
    .version = 1,
    .doc = "Installed rpm packages: SQLite, ndb and Berkeley DB databases",
    .roots = rpm_database_roots,
    .wants = rpm_database_wants,
    .run = run_rpm,
    .fuzzer = "rpmdb-sqlite",
};
