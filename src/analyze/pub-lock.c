/* SPDX-License-Identifier: Apache-2.0 */
/* pubspec.lock of Dart (dart.dev/tools/pub/glossary, "lockfile"). Which transitive dependencies only development needs it does not tell. */
#include "analyze/language.h"

static bool wants(Str path) {
    return path.n >= 12 && path.p[path.n - 1] == 'k' && str_eqz(path_base(path), "pubspec.lock");
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_pub_lock, in, sink, 0};
    LockSet set = LOCK_SET(&log, PUB);
    const Node *root = language_yaml(&log), *packages = node_get(root, "packages");
    if (root && !node_is(packages, NODE_MAP)) {
        problem_log(&log, root->line, "expected a map of packages");
        packages = NULL;
    }
    node_each(p, packages) {
        Str source = node_get_str(p, "source");
        /* Parts of the project, and of the SDK, which have its version. */
        if (str_eqz(source, "path") || str_eqz(source, "sdk"))
            continue;
        lock_add(&set, &(PackageFact) {.name = p->key,
                                       .version = node_get_scalar(p, "version"),
                                       .digest = digest_hex(in->scratch, "sha256", node_get_scalar(node_get(p, "description"), "sha256")),
                                       .flags = str_eqz(node_get_str(p, "dependency"), "direct dev") ? PACKAGE_DEV : 0,
                                       .line = p->key_line});
    }
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_pub_lock = {
    .name = "pub-lock",
    .version = 1,
    .doc = "pubspec.lock of Dart",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "pub-lock",
};
