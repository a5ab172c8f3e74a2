/* SPDX-License-Identifier: Apache-2.0 */
/* What Debian packages state of their files' content, looked at on request: info/PACKAGE.md5sums (deb-md5sums(5)), the same beside status.d of distroless images, and
 * what must not be compared with it: info/PACKAGE.conffiles (deb-conffiles(5)), which administrators change, and paths that dpkg-divert(1) gave to another package. */
#include "analyze/table.h"

#define INFO "var/lib/dpkg/info"
#define STATUS_D "var/lib/dpkg/status.d"
#define DIVERSIONS "var/lib/dpkg/diversions"

enum { SUM_N = 32 };

static bool wants(Str path) {
    if (!str_starts(path, STR("var/lib/dpkg/")))
        return false;
    return str_eqz(path, DIVERSIONS) || path_in_dir(path, STR(INFO), STR(".md5sums"), NULL) || path_in_dir(path, STR(STATUS_D), STR(".md5sums"), NULL) ||
           path_in_dir(path, STR(INFO), STR(".conffiles"), NULL);
}

static bool is_sum(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
            return false;
    return s.n == SUM_N;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_dpkg_sums, in, sink, 0};
    Str stem = STR(""), rest = in->bytes, line;
    const bool diversions = str_eqz(in->path, DIVERSIONS);
    const bool sums = path_in_dir(in->path, STR(INFO), STR(".md5sums"), &stem) || path_in_dir(in->path, STR(STATUS_D), STR(".md5sums"), &stem);
    if (!sums)
        (void) path_in_dir(in->path, STR(INFO), STR(".conffiles"), &stem);
    Fact f = {.kind = FACT_PACKAGE_SUMS, .files = {.type = PACKAGE_DEB, .name = stem}};
    str_cut(stem, ':', &f.files.name, &f.files.arch);
    Buf out = buf_new(in->bytes.n * 4 + 64);
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        Str sum = STR("-");
        /* Three lines each: the path, where it lies now, who has it. */
        if (diversions && n % 3 != 1)
            continue;
        if (str_empty(line))
            continue;
        if (sums) {
            sum = str_head(line, SUM_N);
            if (line.n < SUM_N + 3 || line.p[SUM_N] != ' ' || !is_sum(sum)) {
                problem_log(&problems, n, "expected an MD5 sum and a path, found \"%.*s\"", STR_FMT(str_head(line, 60)));
                continue;
            }
            line = str_from_at(line, SUM_N + 2);
        } else if (str_starts(line, STR("remove-on-upgrade "))) {
            continue;
        }
        if (str_starts(line, STR("./")))
            line = str_from_at(line, 2);
        else if (str_starts(line, STR("/")))
            line = str_from_at(line, 1);
        if (line.n == 0)
            continue;
        buf_printf(&out, "%.*s  %.*s\n", STR_FMT(sum), STR_FMT(line));
        f.files.n_files++;
    }
    problem_log_end(&problems);
    f.files.files = buf_view(&out);
    if (f.files.n_files)
        analyzer_put(&analyzer_dpkg_sums, in, sink, &f);
    buf_done(&out);
}

const Analyzer analyzer_dpkg_sums = {
    .name = "dpkg-sums",
    .version = 1,
    .doc = "On request (--integrity): MD5 sums that Debian packages state of their files, and files that may differ",
    .roots = (const char *const[]) {STATUS_D, INFO, DIVERSIONS, NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "dpkg-sums",
};
