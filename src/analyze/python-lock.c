/* SPDX-License-Identifier: Apache-2.0 */
/* Lock files of Python: Pipfile.lock (pipenv), poetry.lock, uv.lock, pdm.lock, and pylock.toml (PEP 751). */
#include "analyze/language.h"
#include "analyze/lock-graph.h"

typedef void Reader(ProblemLog *log, LockSet *set);

static void add(LockSet *set, const Node *p, uint32_t flags) {
    lock_add(set, &(PackageFact) {.name = pypi_name(set->log->in->scratch, node_get_str(p, "name")),
                                  .version = node_get_str(p, "version"),
                                  .flags = flags,
                                  .line = p->line});
}

/* A list of strings that has `word`? */
static bool has_word(const Node *list, const char *word) {
    node_each(item, list)
        if (str_eqz(node_str(item), word))
            return true;
    return false;
}

/* By its name a group of development: "dev", "dev-tools", "test", "docs", "lint" … */
static bool is_dev_group(Str name) {
    static const char *const words[] = {"dev", "test", "doc", "lint", "typing", "format"};
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (str_find(name, str_from(words[i])) >= 0)
            return true;
    return false;
}

/* ---- Pipfile.lock ---- */

static void pipfile_section(LockSet *set, const Node *section, uint32_t flags) {
    node_each(p, section) {
        Str version = node_get_str(p, "version");
        /* Repositories and directories have no version. */
        if (!str_starts(version, STR("==")))
            continue;
        version = str_from_at(version, str_starts(version, STR("===")) ? 3 : 2);
        lock_add(set, &(PackageFact) {.name = pypi_name(set->log->in->scratch, p->key), .version = version, .flags = flags, .line = p->key_line});
    }
}

static void read_pipfile(ProblemLog *log, LockSet *set) {
    const Node *root = language_json(log, 0);
    if (root && !node_get(root, "_meta") && !node_get(root, "default"))
        problem_log(log, root->line, "expected a Pipfile.lock with _meta and default");
    /* Further categories are named as their authors like. */
    node_each(section, root)
        if (!str_eqz(section->key, "_meta") && node_is(section, NODE_MAP))
            pipfile_section(set, section, str_eqz(section->key, "default") ? 0 : str_eqz(section->key, "develop") || is_dev_group(section->key) ? PACKAGE_DEV : PACKAGE_OPTIONAL);
}

/* ---- poetry.lock ---- */

/* `groups` since Poetry 2, `category` before 1.5; between them nothing tells. */
static uint32_t poetry_flags(const Node *p) {
    const Node *groups = node_get(p, "groups");
    bool dev = groups ? !has_word(groups, "main") : str_eqz(node_get_str(p, "category"), "dev");
    return (dev ? PACKAGE_DEV : 0) | (node_true(node_get(p, "optional")) ? PACKAGE_OPTIONAL : 0);
}

static const Node *packages_of(ProblemLog *log, const Node *root, const char *key) {
    const Node *list = node_get(root, key);
    /* A project without dependencies has no list. */
    if (list && !node_is(list, NODE_LIST))
        problem_log(log, list->line, "%s is %s, expected a list of tables", key, node_type_name(list->type));
    return node_is(list, NODE_LIST) ? list : NULL;
}

static void read_poetry(ProblemLog *log, LockSet *set) {
    const Node *root = language_toml(log);
    node_each(p, packages_of(log, root, "package")) {
        Str type = node_str(node_path(p, "source", "type", NULL));
        if (!str_eqz(type, "directory") && !str_eqz(type, "file"))
            add(set, p, poetry_flags(p));
    }
}

/* ---- pdm.lock ---- */

static void read_pdm(ProblemLog *log, LockSet *set) {
    const Node *root = language_toml(log);
    node_each(p, packages_of(log, root, "package")) {
        const Node *groups = node_get(p, "groups");
        bool dev = false;
        if (node_get(p, "path") || node_true(node_get(p, "editable")))
            continue;
        node_each(g, groups)
            dev |= is_dev_group(node_str(g));
        add(set, p, !groups || has_word(groups, "default") ? 0 : dev ? PACKAGE_DEV : PACKAGE_OPTIONAL);
    }
}

/* ---- pylock.toml ---- */

static void read_pylock(ProblemLog *log, LockSet *set) {
    const Node *root = language_toml(log);
    if (root && !node_get(root, "lock-version"))
        problem_log(log, root->line, "expected lock-version, as PEP 751 wants");
    node_each(p, packages_of(log, root, "packages")) {
        Str marker = node_get_str(p, "marker");
        /* Without a version: a source tree, whose version is not fixed. */
        if (node_get(p, "directory") || !node_get(p, "version"))
            continue;
        add(set, p, (str_find(marker, STR("dependency_groups")) >= 0 ? PACKAGE_DEV : 0) | (str_find(marker, STR("extras")) >= 0 ? PACKAGE_OPTIONAL : 0));
    }
}

/* ---- uv.lock ---- */

/* Projects of the workspace: what is locked is locked for them. */
static bool is_project(const Node *p) {
    const Node *source = node_get(p, "source");
    return node_get(source, "virtual") || node_get(source, "editable") || node_get(source, "directory");
}

/* Several versions of one package are told apart by `version` in what depends on them. */
static bool uv_find(LockGraph *g, const Node *dependency, uint32_t *ret) {
    Str name = node_get_str(dependency, "name"), version = node_get_str(dependency, "version");
    return (version.n && lock_graph_find(g, name, '\n', version, ret)) || lock_graph_find(g, name, '\n', STR_NULL, ret);
}

static uint32_t uv_node(LockGraph *g, const Node *p) {
    uint32_t node;
    Str name = node_get_str(p, "name"), version = node_get_str(p, "version");
    if (lock_graph_find(g, name, '\n', version, &node))
        return node;
    Buf b = buf_new(LOCK_NAME_MAX);
    buf_str(&b, name);
    buf_putc(&b, '\n');
    uint32_t any = lock_graph_node(g, buf_view(&b));
    buf_str(&b, version);
    node = lock_graph_node(g, buf_view(&b));
    buf_done(&b);
    /* Who names no version leads to each. */
    if (node != any)
        lock_graph_edge(g, any, node, false);
    return node;
}

static void uv_edges(LockGraph *g, uint32_t from, const Node *dependencies, bool optional) {
    uint32_t to;
    node_each(d, dependencies)
        if (uv_find(g, d, &to))
            lock_graph_edge(g, from, to, optional);
}

static void uv_roots(LockGraph *g, const Node *dependencies, uint32_t flags) {
    uint32_t to;
    node_each(d, dependencies)
        if (uv_find(g, d, &to))
            lock_graph_root(g, to, flags);
}

static void read_uv(ProblemLog *log, LockSet *set) {
    const Node *root = language_toml(log), *packages = packages_of(log, root, "package");
    LockGraph g = LOCK_GRAPH;
    node_each(p, packages)
        uv_node(&g, p);
    node_each(p, packages) {
        uint32_t node = uv_node(&g, p);
        uv_edges(&g, node, node_get(p, "dependencies"), false);
        node_each(extra, node_get(p, "optional-dependencies"))
            uv_edges(&g, node, extra, true);
        if (!is_project(p))
            continue;
        uv_roots(&g, node_get(p, "dependencies"), 0);
        node_each(extra, node_get(p, "optional-dependencies"))
            uv_roots(&g, extra, PACKAGE_OPTIONAL);
        /* The field was called dev-dependencies before groups had a standard. */
        node_each(group, node_get(p, "dev-dependencies"))
            uv_roots(&g, group, PACKAGE_DEV);
    }
    lock_graph_solve(&g);
    node_each(p, packages)
        if (!is_project(p) && !node_get(node_get(p, "source"), "path"))
            add(set, p, lock_graph_flags(&g, uv_node(&g, p)));
    lock_graph_done(&g);
}

/* ---- */

static Reader *reader_of(Str base) {
    if (str_eqz(base, "Pipfile.lock"))
        return read_pipfile;
    if (str_eqz(base, "poetry.lock"))
        return read_poetry;
    if (str_eqz(base, "uv.lock"))
        return read_uv;
    if (str_eqz(base, "pdm.lock"))
        return read_pdm;
    return str_eqz(base, "pylock.toml") || (str_starts(base, STR("pylock.")) && str_ends(base, STR(".toml"))) ? read_pylock : NULL;
}

static bool wants(Str path) {
    if (path.n < 7 || (path.p[path.n - 1] != 'k' && path.p[path.n - 1] != 'l'))
        return false;
    return reader_of(path_base(path)) && !path_in_package(path);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_python_lock, in, sink, 0};
    LockSet set = LOCK_SET(&log, PYPI);
    Reader *read = reader_of(path_base(in->path));
    if (read)
        read(&log, &set);
    else
        problem_log(&log, 0, "the name says none of the known lock files of Python");
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_python_lock = {
    .name = "python-lock",
    .version = 1,
    .doc = "Lock files of Python: Pipfile.lock, poetry.lock, uv.lock, pdm.lock, pylock.toml",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "python-lock",
};
