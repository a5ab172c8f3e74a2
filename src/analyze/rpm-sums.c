/* SPDX-License-Identifier: Apache-2.0 */
/* What rpm packages state of their files' content (RPMTAG_FILEDIGESTS), looked at on request. What rpm --verify does not compare, or what administrators change, may have any:
 * configuration files, ghosts, files that another package replaced. What was not installed (--nodocs, another colour) is not there. */
#include "analyze/rpm-database.h"

typedef struct Sums {
    RpmDatabase database;
    Buf out;
    Fact *fact;
} Sums;

static void on_file(void *userdata, const RpmFile *f) {
    enum { STATE_REPLACED = 1 };
    Sums *s = userdata;
    const bool free = f->flags & (RPM_FILE_CONFIG | RPM_FILE_MISSING_OK | RPM_FILE_GHOST) || !(f->verify & RPM_VERIFY_DIGEST) || f->state == STATE_REPLACED;
    if (f->state != RPM_STATE_NORMAL && f->state != STATE_REPLACED)
        return;
    /* Links and devices have none. */
    if (str_empty(f->digest) && !free)
        return;
    buf_printf(&s->out, "%.*s  %.*s%.*s\n", STR_FMT(free ? STR("-") : f->digest), STR_FMT(f->dir), STR_FMT(f->base));
    s->fact->files.n_files++;
}

static void on_package(void *userdata, RpmHeader *h) {
    Sums *s = userdata;
    if (h->file_digests.n == 0)
        return;
    Fact f = {.kind = FACT_PACKAGE_SUMS, .files = {.type = PACKAGE_RPM, .name = h->name, .arch = h->arch}};
    buf_clear(&s->out);
    s->fact = &f;
    rpm_database_files(&s->database, h, on_file, s);
    f.files.files = buf_view(&s->out);
    analyzer_put(&analyzer_rpm_sums, s->database.problems.in, s->database.problems.sink, &f);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    Sums s = {.database = {.problems = {&analyzer_rpm_sums, in, sink, 0}, .package = on_package}, .out = buf_new(BUF_OWN_MAX)};
    s.database.userdata = &s;
    rpm_database_read(&s.database);
    buf_done(&s.out);
}

const Analyzer analyzer_rpm_sums = {
    .name = "rpm-sums",
    .version = 1,
    .doc = "On request (--integrity): digests that rpm packages state of their files",
    .roots = rpm_database_roots,
    .wants = rpm_database_wants,
    .run = run,
    .fuzzer = "rpm-sums",
};
