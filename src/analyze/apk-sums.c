/* SPDX-License-Identifier: Apache-2.0 */
/* What Alpine packages state of their files' content, looked at on request: Z: lines of apk-tools' "installed" database (wiki.alpinelinux.org/wiki/Apk_spec), of links the
 * digest of their target. What lies in etc/ is protected: apk leaves there what administrators wrote. */
#include "analyze/apk.h"
#include "analyze/table.h"

typedef struct Sums {
    ProblemLog problems;
    Str name, arch, dir;
    Str path;          /* of the R: line at hand, in `file`; empty: there is none, or its sum was told */
    Buf file, out;
    uint64_t n;
} Sums;

static void put_file(Sums *s, Str sum) {
    if (str_empty(s->path))
        return;
    const bool free = str_empty(sum) || str_starts(s->path, STR("etc/"));
    buf_printf(&s->out, "%.*s  %.*s\n", STR_FMT(free ? STR("-") : sum), STR_FMT(s->path));
    s->n++;
    s->path = STR_NULL;
}

static void put_package(Sums *s) {
    put_file(s, STR_NULL);
    Fact f = {.kind = FACT_PACKAGE_SUMS, .files = {.type = PACKAGE_APK, .name = s->name, .arch = s->arch, .files = buf_view(&s->out), .n_files = s->n}};
    if (s->n && s->name.n)
        analyzer_put(&analyzer_apk_sums, s->problems.in, s->problems.sink, &f);
    buf_clear(&s->out);
    s->name = s->arch = s->dir = STR_NULL;
    s->n = 0;
}

static void take_line(Sums *s, char key, Str value, uint32_t line) {
    Str sum, kind;
    switch (key) {
    case 'P':
        s->name = value;
        break;
    case 'A':
        s->arch = value;
        break;
    case 'F':
        put_file(s, STR_NULL);
        s->dir = value;
        break;
    case 'R':
        put_file(s, STR_NULL);
        if (str_empty(value) || s->dir.n + value.n + 1 > s->problems.in->limits->path_bytes) {
            problem_log(&s->problems, line, "a path of %zu bytes, from 1 to %u are allowed", s->dir.n + value.n, s->problems.in->limits->path_bytes);
            break;
        }
        buf_clear(&s->file);
        buf_printf(&s->file, "%.*s%s%.*s", STR_FMT(s->dir), s->dir.n ? "/" : "", STR_FMT(value));
        s->path = buf_view(&s->file);
        break;
    case 'Z':
        sum = apk_checksum(s->problems.in->scratch, value);
        if (!str_cut(sum, ':', &kind, &sum))
            problem_log(&s->problems, line, "digest \"%.*s\" is neither Q1 with a SHA-1 nor Q2 with a SHA-256", STR_FMT(str_head(value, 60)));
        put_file(s, sum);
        break;
    default:
        break;
    }
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    /* As for the paths alone (apk.c), and a digest for each line. */
    Sums s = {.problems = {&analyzer_apk_sums, in, sink, 0}, .file = buf_new(in->limits->path_bytes + 2), .out = buf_new(in->bytes.n * 32 + 64)};
    Str rest = in->bytes, line;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        if (str_empty(line))
            put_package(&s);
        else if (line.n > 1 && line.p[1] == ':')
            take_line(&s, line.p[0], str_from_at(line, 2), n);
    }
    put_package(&s);
    problem_log_end(&s.problems);
    buf_done(&s.file);
    buf_done(&s.out);
}

const Analyzer analyzer_apk_sums = {
    .name = "apk-sums",
    .version = 1,
    .doc = "On request (--integrity): digests that Alpine packages state of their files",
    .roots = (const char *const[]) {"lib/apk/db/installed", "usr/lib/apk/db/installed", NULL},
    .wants = apk_is_installed,
    .run = run,
    .fuzzer = "apk-sums",
};
