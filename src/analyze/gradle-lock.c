/* SPDX-License-Identifier: Apache-2.0 */
/* gradle.lockfile (docs.gradle.org, "Locking versions"): "group:artifact:version=configuration,configuration". */
#include "analyze/language.h"

static bool wants(Str path) {
    if (path.n < 15 || path.p[path.n - 1] != 'e')
        return false;
    Str base = path_base(path);
    return str_eqz(base, "gradle.lockfile") || str_eqz(base, "buildscript-gradle.lockfile");
}

/* "testRuntimeClasspath", "integrationTestCompileClasspath" */
static bool is_test(Str configuration) {
    return str_starts(configuration, STR("test")) || str_find(configuration, STR("Test")) >= 0;
}

static bool only_tests(Str configurations) {
    Str one;
    bool any = false;
    while (str_split(&configurations, ',', &one)) {
        any = true;
        if (!is_test(str_trim(one)))
            return false;
    }
    return any;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_gradle_lock, in, sink, 0};
    LockSet set = LOCK_SET(&log, MAVEN);
    /* What the build itself is made with. */
    bool script = str_starts(path_base(in->path), STR("buildscript"));
    Str rest = in->bytes, line, module, configurations;
    for (uint32_t n = 1; str_line(&rest, &line); n++) {
        line = str_trim(line);
        if (str_empty(line) || line.p[0] == '#' || str_starts(line, STR("empty=")))
            continue;
        ssize_t colon;
        if (!str_cut(line, '=', &module, &configurations) || (colon = str_rchr(module, ':')) <= 0 || str_chr(str_head(module, (size_t) colon), ':') < 0) {
            problem_log(&log, n, "expected group:artifact:version=configurations, found \"%.*s\"", STR_FMT(str_head(line, 60)));
            continue;
        }
        lock_add(&set, &(PackageFact) {.name = str_head(module, (size_t) colon),
                                       .version = str_from_at(module, (size_t) colon + 1),
                                       .flags = script || only_tests(configurations) ? PACKAGE_DEV : 0,
                                       .line = n});
    }
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_gradle_lock = {
    .name = "gradle-lock",
    .version = 1,
    .doc = "gradle.lockfile of Gradle",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "gradle-lock",
};
