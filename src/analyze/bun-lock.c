/* SPDX-License-Identifier: Apache-2.0 */
/* bun.lock (bun.sh/docs/install/lockfile): JSON with commas behind the last member. "packages" maps a place in the tree ("a", "a/b": b as a sees it)
 * to a list of "name@version", registry, metadata with dependencies, and integrity. */
#include "analyze/language.h"
#include "analyze/lock-graph.h"

static bool wants(Str path) {
    return path.n >= 8 && path.p[path.n - 1] == 'k' && str_eqz(path_base(path), "bun.lock") && !path_in_package(path);
}

/* The place one package up: "a/@s/b" is "a", "a" is the top (empty). */
static Str parent(Str place) {
    ssize_t slash = str_rchr(place, '/');
    if (slash < 0)
        return STR_NULL;
    Str up = str_head(place, (size_t) slash);
    slash = str_rchr(up, '/');
    if (slash < 0)
        return up.n && up.p[0] == '@' ? STR_NULL : up;
    return up.p[(size_t) slash + 1] == '@' ? str_head(up, (size_t) slash) : up;
}

/* Where node finds `name` from `place`: below it, else below what it lies in, up to the top. */
static bool resolve(LockGraph *g, Str place, Str name, uint32_t *ret) {
    if (place.n > LOCK_NAME_MAX)
        return false;
    for (; !str_empty(place); place = parent(place))
        if (lock_graph_find(g, place, '/', name, ret))
            return true;
    void **slot = map_find(&g->by_name, name);
    if (slot)
        *ret = (uint32_t) (uintptr_t) *slot;
    return slot != NULL;
}

static void add_edges(LockGraph *g, Str place, uint32_t from, const Node *dependencies, bool optional) {
    uint32_t to;
    node_each(d, dependencies)
        if (resolve(g, place, d->key, &to))
            lock_graph_edge(g, from, to, optional);
}

static void add_roots(LockGraph *g, Str place, const Node *dependencies, uint32_t flags) {
    uint32_t to;
    node_each(d, dependencies)
        if (resolve(g, place, d->key, &to))
            lock_graph_root(g, to, flags);
}

static bool is_map(const Node *n) {
    return node_is(n, NODE_MAP);
}

/* The metadata of an entry: the only map in its list. */
static const Node *metadata(const Node *entry) {
    for (const Node *i = node_first(entry); i; i = i->next)
        if (is_map(i))
            return i;
    return NULL;
}

static void build(LockGraph *g, const Node *root) {
    const Node *packages = node_get(root, "packages");
    node_each(p, packages)
        lock_graph_node(g, p->key);
    node_each(p, packages) {
        const Node *m = metadata(p);
        uint32_t from = lock_graph_node(g, p->key);
        add_edges(g, p->key, from, node_get(m, "dependencies"), false);
        add_edges(g, p->key, from, node_get(m, "peerDependencies"), false);
        add_edges(g, p->key, from, node_get(m, "optionalDependencies"), true);
    }
    node_each(w, node_get(root, "workspaces")) {
        Str name = node_get_str(w, "name");
        add_roots(g, name, node_get(w, "dependencies"), 0);
        add_roots(g, name, node_get(w, "peerDependencies"), 0);
        add_roots(g, name, node_get(w, "optionalDependencies"), PACKAGE_OPTIONAL);
        add_roots(g, name, node_get(w, "devDependencies"), PACKAGE_DEV);
    }
    lock_graph_solve(g);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_bun_lock, in, sink, 0};
    LockSet set = LOCK_SET(&log, NPM);
    LockGraph graph = LOCK_GRAPH;
    const Node *root = language_json(&log, JSON_COMMENTS);
    if (root && !is_map(node_get(root, "packages")))
        problem_log(&log, root->line, "expected a lock file of bun with packages");
    build(&graph, root);
    node_each(entry, node_get(root, "packages")) {
        Str id = node_str(node_item(entry, 0));
        ssize_t at = id.n ? str_chr(str_from_at(id, 1), '@') : -1;
        if (at < 0) {
            problem_log(&log, entry->key_line, "expected a list that begins with \"name@version\"");
            continue;
        }
        PackageFact p = {.name = str_head(id, (size_t) at + 1), .version = str_from_at(id, (size_t) at + 2), .line = entry->key_line};
        /* Directories, archives and repositories: "workspace:…", "github:…", "https://…". */
        if (p.version.n && (p.version.p[0] < '0' || p.version.p[0] > '9'))
            continue;
        p.digest = digest_sri(in->scratch, node_str(node_item(entry, 3)));
        p.flags = lock_graph_flags(&graph, lock_graph_node(&graph, entry->key));
        lock_add(&set, &p);
    }
    lock_put(&set);
    lock_graph_done(&graph);
    problem_log_end(&log);
}

const Analyzer analyzer_bun_lock = {
    .name = "bun-lock",
    .version = 1,
    .doc = "bun.lock, the text lock file of bun",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "bun-lock",
};
