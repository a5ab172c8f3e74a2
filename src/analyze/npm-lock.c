/* SPDX-License-Identifier: Apache-2.0 */
/* npm's lock files: package-lock.json and npm-shrinkwrap.json, lockfileVersion 1 to 3 (docs.npmjs.com, "package-lock.json"). Read member by member:
 * they reach tens of megabytes. */
#include "analyze/language.h"

static bool wants(Str path) {
    if (path.n < 17 || path.p[path.n - 1] != 'n')
        return false;
    Str base = path_base(path);
    return (str_eqz(base, "package-lock.json") || str_eqz(base, "npm-shrinkwrap.json")) && !path_in_package(path);
}

typedef struct NpmLock {
    LockSet packages; /* of "packages": version 2 and 3 */
    LockSet tree;     /* of "dependencies": version 1; version 2 repeats itself there */
    bool has_packages;
} NpmLock;

static uint32_t flags_of(const Node *entry) {
    /* devOptional: an optional dependency, and one of development, too. */
    return (node_true(node_get(entry, "dev")) ? PACKAGE_DEV : 0) |
           (node_true(node_get(entry, "optional")) || node_true(node_get(entry, "devOptional")) ? PACKAGE_OPTIONAL : 0);
}

static PackageFact fact_of(const NpmLock *l, const Node *entry, Str name, Str version) {
    Arena *a = l->packages.log->in->scratch;
    return (PackageFact) {
        .name = name,
        .version = version,
        .license = license_text(a, node_get(entry, "license")),
        .digest = digest_sri(a, node_get_str(entry, "integrity")),
        .flags = flags_of(entry),
        .line = entry->key_line,
    };
}

/* "node_modules/a/node_modules/@scope/b": the key is the place, what is installed there is its last part unless a name says otherwise. The root
 * and the members of a workspace lie outside of node_modules. */
static void take_package(NpmLock *l, const Node *entry) {
    static const Str inside = {"node_modules/", 13};
    Str name = STR_NULL;
    for (size_t i = entry->key.n; i-- > 0 && !name.p;)
        if (entry->key.p[i] == 'n' && (i == 0 || entry->key.p[i - 1] == '/') && str_starts(str_from_at(entry->key, i), inside))
            name = str_from_at(entry->key, i + inside.n);
    if (!name.p || node_true(node_get(entry, "link")))
        return;
    Str real = node_get_str(entry, "name");
    PackageFact p = fact_of(l, entry, real.n ? real : name, node_get_str(entry, "version"));
    /* Of an optional package of another platform npm may keep no more than its place. */
    if (p.version.n || !(p.flags & PACKAGE_OPTIONAL))
        lock_add(&l->packages, &p);
}

/* An entry of version 1, with those that only it can see. */
static void take_dependency(NpmLock *l, const Node *entry) {
    Str version = node_get_str(entry, "version"), name = entry->key;
    if (str_starts(version, STR("npm:"))) {
        /* Another package by this name: "npm:real@1.2.3". */
        Str real = str_from_at(version, 4);
        ssize_t at = str_rchr(real, '@');
        if (at > 0) {
            name = str_head(real, (size_t) at);
            version = str_from_at(real, (size_t) at + 1);
        }
    }
    /* A directory, an archive or a repository: this format does not tell its version. */
    if (str_chr(version, ':') < 0 && str_chr(version, '/') < 0) {
        PackageFact p = fact_of(l, entry, name, version);
        if (p.version.n || !(p.flags & PACKAGE_OPTIONAL))
            lock_add(&l->tree, &p);
    }
    node_each(child, node_get(entry, "dependencies"))
        take_dependency(l, child);
}

static int take(void *userdata, Str section, const Node *member) {
    NpmLock *l = userdata;
    if (str_eqz(section, "packages")) {
        l->has_packages = true;
        take_package(l, member);
    } else if (str_eqz(section, "dependencies") && !l->has_packages) {
        take_dependency(l, member);
    }
    return 0;
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_npm_lock, in, sink, 0};
    NpmLock l = {LOCK_SET(&log, NPM), LOCK_SET(&log, NPM), false};
    Limits limits = language_limits(in);
    Diag d = {0};
    Node *root = NULL;
    if (json_parse_with(in->bytes, NULL, &(JsonOptions) {.each = take, .userdata = &l}, &limits, in->scratch, &d, &root) < 0) {
        problem_log_diag(&log, &d);
    } else if (!node_is(root, NODE_MAP) || (!node_get(root, "lockfileVersion") && !node_get(root, "packages") && !node_get(root, "dependencies"))) {
        problem_log(&log, 1, "expected a lock file of npm with lockfileVersion, found %s without it", node_type_name(root->type));
    }
    diag_done(&d);
    lock_put(l.has_packages ? &l.packages : &l.tree);
    lock_done(&l.packages);
    lock_done(&l.tree);
    problem_log_end(&log);
}

const Analyzer analyzer_npm_lock = {
    .name = "npm-lock",
    .version = 1,
    .doc = "npm's lock files: package-lock.json and npm-shrinkwrap.json, versions 1 to 3",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "npm-lock",
};
