/* SPDX-License-Identifier: Apache-2.0 */
/* Installed npm packages: the package.json of every directory that a package manager made (docs.npmjs.com, "package.json" and "folders"). */
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
        return part.p[0] == '.' || is_package_dir(dir);
    }
    return false;
}

static bool wants(Str path) {
    return path.n > 12 && path.p[path.n - 1] == 'n' && str_ends(path, STR("/package.json")) && is_package_dir(path_dir(path));
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_node_modules, in, sink, 0};
    const Node *root = language_json(&log, JSON_REPEATS);
    const Node *name = node_get(root, "name");
    /* Some packages have a package.json without a name in directories that tools make; npm lists none of them. */
    if (!str_empty(node_str(name))) {
        const Node *license = node_get(root, "license");
        PackageFact p = {.type = PACKAGE_NPM, .name = name->text, .version = str_trim(node_get_str(root, "version"))};
        p.license = license_text(in->scratch, license ? license : node_get(root, "licenses"));
        p.line = name->line;
        if (!str_empty(p.version))
            language_put(&log, &p);
    }
    problem_log_end(&log);
}

const Analyzer analyzer_node_modules = {
    .name = "node-modules",
    .version = 1,
    .doc = "Installed npm packages: package.json of node_modules directories and of Debian's nodejs directory",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "node-modules",
};
