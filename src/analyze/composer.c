/* SPDX-License-Identifier: Apache-2.0 */
/* PHP: composer.lock, and installed.json of Composer 1 (a list) and 2 (a map) beside what is installed (getcomposer.org/doc/). */
#include "analyze/language.h"

static bool is_installed(Str path) {
    return str_eqz(path_base(path), "installed.json") && str_eqz(path_base(path_dir(path)), "composer");
}

static bool wants(Str path) {
    if (path.n < 13)
        return false;
    /* Packages ship lock files of their own, for their tests. */
    return path.p[path.n - 1] == 'k' ? str_eqz(path_base(path), "composer.lock") && !path_has_dir(path, "vendor") && !path_in_package(path)
                                     : path.p[path.n - 1] == 'n' && is_installed(path);
}

static bool take(ProblemLog *log, const Node *entry, uint32_t flags, PackageFact *ret) {
    Arena *a = log->in->scratch;
    const Node *name = node_get(entry, "name"), *dist = node_get(entry, "dist");
    if (str_eqz(node_get_str(dist, "type"), "path"))
        return false;
    *ret = (PackageFact) {
        .type = PACKAGE_COMPOSER,
        .name = ascii_lower(a, node_str(name)),
        .version = node_get_str(entry, "version"),
        .license = license_text(a, node_get(entry, "license")),
        .digest = digest_hex(a, "sha1", node_get_str(dist, "shasum")),
        .flags = flags,
        .line = name ? name->line : entry->line,
    };
    return true;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_composer, in, sink, 0};
    const Node *root = language_json(&log, JSON_REPEATS);
    PackageFact p;
    if (is_installed(in->path)) {
        const Node *list = node_is(root, NODE_LIST) ? root : node_get(root, "packages");
        if (root && !node_is(list, NODE_LIST))
            problem_log(&log, root->line, "expected a list of packages");
        node_each(entry, list)
            if (take(&log, entry, 0, &p))
                language_put(&log, &p);
    } else {
        LockSet set = LOCK_SET(&log, COMPOSER);
        const Node *packages = node_get(root, "packages");
        if (root && !node_is(packages, NODE_LIST))
            problem_log(&log, root->line, "expected a lock file of Composer with a list of packages");
        node_each(entry, packages)
            if (take(&log, entry, 0, &p))
                lock_add(&set, &p);
        node_each(entry, node_get(root, "packages-dev"))
            if (take(&log, entry, PACKAGE_DEV, &p))
                lock_add(&set, &p);
        lock_put(&set);
    }
    problem_log_end(&log);
}

const Analyzer analyzer_composer = {
    .name = "composer",
    .version = 1,
    .doc = "PHP packages: Composer's installed.json and composer.lock",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "composer",
};
