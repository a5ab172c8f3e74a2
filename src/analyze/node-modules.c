/* SPDX-License-Identifier: Apache-2.0 */
/* npm packages: the package.json of every directory that a package manager made (docs.npmjs.com, "package.json" and "folders"), of copies that packages bring
 * along, and, marked as private, of projects and what packages carry besides. */
#include "analyze/language.h"

/* Takes the last directory off *path into *ret; false at the top. */
static bool pop(Str *path, Str *ret) {
    if (str_empty(*path))
        return false;
    ssize_t slash = str_rchr(*path, '/');
    *ret = slash < 0 ? *path : str_from_at(*path, (size_t) slash + 1);
    *path = slash < 0 ? STR_NULL : str_head(*path, (size_t) slash);
    return true;
}

/* Is `dir` a package's directory: node_modules/NAME or node_modules/@SCOPE/NAME, and that node_modules the project's, a package's, or one of
 * a store that begins with a dot (pnpm's .pnpm, bun's .bun)? Test data that packages carry lies elsewhere. */
static bool is_package_dir(Str dir) {
    Str name, up;
    if (!pop(&dir, &name) || !pop(&dir, &up) || str_empty(name) || name.p[0] == '.' || name.p[0] == '@')
        return false;
    if (up.n && up.p[0] == '@' && !pop(&dir, &up))
        return false;
    if (str_eqz(up, "nodejs") && str_eqz(dir, "usr/share"))
        return true;
    if (!str_eqz(up, "node_modules")) {
        /* yarn's store without node_modules of its own: node_modules/.store/ID/package */
        Str store;
        return str_eqz(name, "package") && pop(&dir, &store) && str_eqz(store, ".store") && str_eqz(path_base(dir), "node_modules");
    }
    /* `dir` is now what the node_modules directory belongs to. */
    if (!path_has_dir(dir, "node_modules"))
        return true;
    for (Str rest = dir, part; pop(&rest, &part);) {
        if (!str_eqz(path_base(rest), "node_modules"))
            continue;
        return str_starts(part, STR(".")) || is_package_dir(dir);
    }
    return false;
}

/* Directories whose content is about a package and not of it. */
static bool is_about(Str part) {
    static const char *const names[] = {"test", "tests", "__tests__", "spec", "fixtures", "__fixtures__", "example", "examples", "demo", "benchmark", "benchmarks", "bench"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (str_eqz(part, names[i]))
            return true;
    return false;
}

/* A copy that a package brought along (next/dist/compiled/react-is): below a package's directory, in one of its own name, and no test data. */
static bool is_copy(Str dir, Str name) {
    if (!str_ends(dir, name) || dir.n <= name.n || dir.p[dir.n - name.n - 1] != '/')
        return false;
    bool within = false, about = false;
    for (Str rest = str_head(dir, dir.n - name.n - 1), part; pop(&rest, &part);) {
        about = about || is_about(part);
        if (!str_eqz(part, "node_modules") && !(str_eqz(part, "nodejs") && str_eqz(rest, "usr/share")))
            continue;
        if (about)
            return false;
        within = true;
    }
    return within;
}

/* Templates have placeholders where a package has name and version. */
static bool is_plain(Str name, Str version) {
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && !strchr("-._~@/", c))
            return false;
    }
    return version.p[0] >= '0' && version.p[0] <= '9';
}

static bool wants(Str path) {
    return path.n > 12 && path.p[path.n - 1] == 'n' && str_ends(path, STR("/package.json"));
}

static const Node *read_elsewhere(const AnalyzerInput *in) {
    Diag d = {0};
    Node *root = NULL;
    /* What lies outside of packages' directories may be anything; it is no problem when it is no JSON. */
    (void) json_parse_with(in->bytes, NULL, &(JsonOptions) {.flags = JSON_REPEATS}, in->limits, in->scratch, &d, &root);
    diag_done(&d);
    return root;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_node_modules, in, sink, 0};
    Str dir = path_dir(in->path);
    bool installed = is_package_dir(dir);
    const Node *root = installed ? language_json(&log, JSON_REPEATS) : read_elsewhere(in);
    const Node *name = node_get(root, "name");
    Str version = str_trim(node_get_str(root, "version"));
    /* Some packages have a package.json without a name in directories that tools make; npm lists none of them. */
    if (!str_empty(node_str(name)) && !str_empty(version) && (installed || is_plain(name->text, version))) {
        const Node *license = node_get(root, "license");
        PackageFact p = {.type = PACKAGE_NPM, .name = name->text, .version = version};
        p.license = license_text(in->scratch, license ? license : node_get(root, "licenses"));
        p.line = name->line;
        if (!installed && (node_true(node_get(root, "private")) || !is_copy(dir, name->text)))
            p.flags = PACKAGE_PRIVATE;
        language_put(&log, &p);
    }
    problem_log_end(&log);
}

const Analyzer analyzer_node_modules = {
    .name = "node-modules",
    .version = 2,
    .doc = "npm packages: package.json of node_modules directories and of Debian's nodejs directory, of copies within packages, and of projects",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "node-modules",
};
