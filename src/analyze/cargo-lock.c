/* SPDX-License-Identifier: Apache-2.0 */
/* Cargo.lock, versions 1 to 4 (doc.rust-lang.org/cargo, "Cargo.toml vs Cargo.lock"). It does not tell what only development needs. */
#include "analyze/language.h"

static bool wants(Str path) {
    return path.n >= 10 && path.p[path.n - 1] == 'k' && str_eqz(path_base(path), "Cargo.lock") && !path_in_package(path);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_cargo_lock, in, sink, 0};
    LockSet set = LOCK_SET(&log, CARGO);
    const Node *root = language_toml(&log), *packages = node_get(root, "package");
    if (packages && !node_is(packages, NODE_LIST))
        problem_log(&log, packages->line, "package is %s, expected a list of tables", node_type_name(packages->type));
    node_each(p, packages)
        /* Without a source: the project itself and its workspace. */
        if (node_get(p, "source") || !node_is(p, NODE_MAP))
            lock_add(&set, &(PackageFact) {.name = node_get_str(p, "name"),
                                           .version = node_get_str(p, "version"),
                                           .digest = digest_hex(in->scratch, "sha256", node_get_str(p, "checksum")),
                                           .line = p->line});
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_cargo_lock = {
    .name = "cargo-lock",
    .version = 1,
    .doc = "Cargo.lock of Rust",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "cargo-lock",
};
