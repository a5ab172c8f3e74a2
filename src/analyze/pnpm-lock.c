/* SPDX-License-Identifier: Apache-2.0 */
/* pnpm-lock.yaml, lockfileVersion 5 to 9 (github.com/pnpm/spec). Up to 6 packages are marked as dev and optional; from 9 on what needs them
 * has to be followed from the importers. */
#include "analyze/language.h"
#include "analyze/lock-graph.h"

static bool wants(Str path) {
    return path.n >= 14 && path.p[path.n - 1] == 'l' && str_eqz(path_base(path), "pnpm-lock.yaml") && !path_in_package(path);
}

/* What stands before the peers: "1.0.0(react@18.0.0)"; in version 5 "1.0.0_react@18.0.0". */
static Str without_peers(Str s, bool old) {
    ssize_t at = str_chr(s, '(');
    if (at < 0 && old)
        at = str_chr(s, '_');
    return at < 0 ? s : str_head(s, (size_t) at);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The key of a package: "/name/1.0.0" (5), "/name@1.0.0" (6), "name@1.0.0" (9), each with peers behind it. False for what comes from elsewhere: a
 * directory ("file:…", "link:…"), a repository ("github.com/…", "https://…"), whose entry names itself where it can. */
static bool cut_key(Str key, Str *ret_name, Str *ret_version) {
    bool rooted = key.n && key.p[0] == '/';
    Str s = without_peers(str_from_at(key, rooted), false);
    ssize_t slash = str_rchr(s, '/'), at = s.n ? str_chr(str_from_at(s, 1), '@') : -1;
    /* The version of version 5 stands behind the last slash, and no scope ends there. */
    if (rooted && slash > 0 && is_digit(s.p[(size_t) slash + 1 < s.n ? (size_t) slash + 1 : (size_t) slash])) {
        *ret_name = str_head(s, (size_t) slash);
        *ret_version = without_peers(str_from_at(s, (size_t) slash + 1), true);
        return true;
    }
    if (at < 0)
        return false;
    *ret_name = str_head(s, (size_t) at + 1);
    *ret_version = str_from_at(s, (size_t) at + 2);
    return ret_version->n && is_digit(ret_version->p[0]);
}

/* The snapshot that a dependency `name: reference` leads to: "name@reference", or the reference itself ("real@1.0.0" under another name, a URL). */
static bool resolve(LockGraph *g, const Node *dependency, uint32_t *ret) {
    Str reference = node_is(dependency, NODE_MAP) ? node_get_scalar(dependency, "version") : node_scalar(dependency);
    if (lock_graph_find(g, dependency->key, '@', reference, ret))
        return true;
    if (!map_has(&g->by_name, reference))
        return false;
    *ret = lock_graph_node(g, reference);
    return true;
}

static void add_edges(LockGraph *g, uint32_t from, const Node *dependencies, bool optional) {
    uint32_t to;
    node_each(d, dependencies)
        if (resolve(g, d, &to))
            lock_graph_edge(g, from, to, optional);
}

static void add_roots(LockGraph *g, const Node *dependencies, uint32_t flags) {
    uint32_t to;
    node_each(d, dependencies)
        if (resolve(g, d, &to))
            lock_graph_root(g, to, flags);
}

static void build(LockGraph *g, const Node *root) {
    const Node *snapshots = node_get(root, "snapshots"), *importers = node_get(root, "importers");
    node_each(s, snapshots)
        lock_graph_node(g, s->key);
    node_each(s, snapshots) {
        uint32_t from = lock_graph_node(g, s->key);
        add_edges(g, from, node_get(s, "dependencies"), false);
        add_edges(g, from, node_get(s, "optionalDependencies"), true);
    }
    node_each(i, importers) {
        add_roots(g, node_get(i, "dependencies"), 0);
        add_roots(g, node_get(i, "optionalDependencies"), PACKAGE_OPTIONAL);
        add_roots(g, node_get(i, "devDependencies"), PACKAGE_DEV);
    }
    lock_graph_solve(g);
}

static void add(LockSet *set, const Node *entry, uint32_t flags) {
    Arena *a = set->log->in->scratch;
    PackageFact p = {.flags = flags, .line = entry->key_line, .digest = digest_sri(a, node_get_str(node_get(entry, "resolution"), "integrity"))};
    bool known = cut_key(entry->key, &p.name, &p.version);
    Str name = node_get_str(entry, "name"), version = node_get_scalar(entry, "version");
    if (str_starts(entry->key, STR("file:")) || node_is(node_path(entry, "resolution", "directory", NULL), NODE_STRING))
        return;
    if (name.n)
        p.name = name;
    if (version.n)
        p.version = version;
    /* "name@https://…" of a repository or an archive: named, but of no version. */
    if (known || version.n)
        lock_add(set, &p);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_pnpm_lock, in, sink, 0};
    LockSet set = LOCK_SET(&log, NPM);
    LockGraph graph = LOCK_GRAPH;
    const Node *root = language_yaml(&log);
    const Node *snapshots = node_get(root, "snapshots");
    if (root && !node_get(root, "lockfileVersion"))
        problem_log(&log, root->line, "expected a lock file of pnpm with lockfileVersion");
    build(&graph, root);
    node_each(entry, node_get(root, "packages"))
        if (!snapshots)
            add(&set, entry, (node_true(node_get(entry, "dev")) ? PACKAGE_DEV : 0) | (node_true(node_get(entry, "optional")) ? PACKAGE_OPTIONAL : 0));
        else if (!map_has(&graph.by_name, entry->key))
            /* Only with peers: its snapshots follow. */
            add(&set, entry, PACKAGE_DEV | PACKAGE_OPTIONAL);
        else
            add(&set, entry, lock_graph_flags(&graph, lock_graph_node(&graph, entry->key)));
    /* One package with several sets of peers is one package: the most needed counts. */
    Str name, version;
    node_each(s, snapshots)
        if (str_chr(s->key, '(') >= 0 && cut_key(s->key, &name, &version))
            lock_add(&set, &(PackageFact) {.name = name, .version = version, .line = s->key_line, .flags = lock_graph_flags(&graph, lock_graph_node(&graph, s->key))});
    lock_put(&set);
    lock_graph_done(&graph);
    problem_log_end(&log);
}

const Analyzer analyzer_pnpm_lock = {
    .name = "pnpm-lock",
    .version = 1,
    .doc = "pnpm-lock.yaml, versions 5 to 9",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "pnpm-lock",
};
