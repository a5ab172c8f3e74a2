/* SPDX-License-Identifier: Apache-2.0 */
/* conan.lock of Conan 1 (a graph of nodes) and 2 (lists of references) (docs.conan.io, "Lockfiles"). */
#include "analyze/language.h"

static bool wants(Str path) {
    return path.n >= 10 && path.p[path.n - 1] == 'k' && str_eqz(path_base(path), "conan.lock");
}

/* "name/version@user/channel#revision%timestamp", all behind the version optional. */
static void add(LockSet *set, Str reference, uint32_t flags, uint32_t line) {
    PackageFact p = {.flags = flags, .line = line};
    for (size_t i = 0; i < reference.n; i++)
        if (memchr("@#%:", reference.p[i], 4)) {
            reference = str_head(reference, i);
            break;
        }
    if (!str_cut(reference, '/', &p.name, &p.version))
        problem_log(set->log, line, "expected name/version, found \"%.*s\"", STR_FMT(str_head(reference, 60)));
    else
        lock_add(set, &p);
}

static void add_list(LockSet *set, const Node *list, uint32_t flags) {
    node_each(item, list) {
        /* Conan 2 may write ["reference", {…}]. */
        Str reference = node_str(node_is(item, NODE_LIST) ? node_item(item, 0) : item);
        add(set, reference, flags, item->line);
    }
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_conan_lock, in, sink, 0};
    LockSet set = LOCK_SET(&log, CONAN);
    const Node *root = language_json(&log, 0), *nodes = node_path(root, "graph_lock", "nodes", NULL);
    if (root && !nodes && !node_get(root, "requires") && !node_get(root, "version"))
        problem_log(&log, root->line, "expected graph_lock or requires");
    node_each(node, nodes) {
        const Node *reference = node_get(node, "ref");
        /* The node that is the project itself has a path, and maybe a reference. */
        if (reference && !node_get(node, "path"))
            add(&set, node_str(reference), str_eqz(node_get_str(node, "context"), "build") ? PACKAGE_DEV : 0, node->key_line);
    }
    add_list(&set, node_get(root, "requires"), 0);
    /* Tools and scripts of the build. */
    add_list(&set, node_get(root, "build_requires"), PACKAGE_DEV);
    add_list(&set, node_get(root, "python_requires"), PACKAGE_DEV);
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_conan_lock = {
    .name = "conan-lock",
    .version = 1,
    .doc = "conan.lock of Conan 1 and 2",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "conan-lock",
};
