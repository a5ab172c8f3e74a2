/* SPDX-License-Identifier: Apache-2.0 */
/* .NET: NAME.deps.json beside what is published (github.com/dotnet/sdk, "runtime configuration files"), packages.lock.json, and packages.config
 * (learn.microsoft.com/nuget). */
#include "analyze/language.h"

typedef enum Kind { KIND_NONE, KIND_DEPS, KIND_LOCK, KIND_CONFIG } Kind;

static Kind kind_of(Str path) {
    if (path.n < 11)
        return KIND_NONE;
    if (path.p[path.n - 1] == 'n' && str_ends(path, STR(".json")))
        return str_ends(path, STR(".deps.json")) ? KIND_DEPS : str_eqz(path_base(path), "packages.lock.json") ? KIND_LOCK : KIND_NONE;
    return path.p[path.n - 1] == 'g' && str_ieq(path_base(path), STR("packages.config")) ? KIND_CONFIG : KIND_NONE;
}

static bool wants(Str path) {
    return kind_of(path) != KIND_NONE && !path_in_package(path);
}

/* ---- NAME.deps.json: what the program was published with ---- */

/* The files that a library brings, over all targets: of a library for reference only nothing is there at run time. */
static void find_empty(Map *empty, const Node *targets) {
    static const char *const files[] = {"runtime", "runtimeTargets", "native", "resources"};
    node_each(target, targets)
        node_each(library, target) {
            bool any = false;
            for (size_t i = 0; i < ARRAY_SIZE(files); i++)
                any |= node_count(node_get(library, files[i])) > 0;
            bool fresh;
            void **slot = map_slot(empty, library->key, &fresh);
            if (any || fresh)
                *slot = any ? NULL : empty;
        }
}

static void run_deps(ProblemLog *log) {
    const Node *root = language_json(log, JSON_REPEATS), *libraries = node_get(root, "libraries");
    Arena *a = log->in->scratch;
    Map empty = {0};
    if (root && !node_is(libraries, NODE_MAP))
        problem_log(log, root->line, "expected a map of libraries");
    find_empty(&empty, node_get(root, "targets"));
    node_each(library, libraries) {
        Str type = node_get_str(library, "type"), prefix = STR("runtimepack.");
        PackageFact p = {.type = PACKAGE_NUGET, .line = library->key_line};
        bool pack = str_ieq(type, STR("runtimepack"));
        /* "project" is the program itself, "reference" a file of the project. */
        if ((!pack && !str_ieq(type, STR("package"))) || map_get(&empty, library->key))
            continue;
        if (!str_cut(library->key, '/', &p.name, &p.version)) {
            problem_log(log, library->key_line, "expected \"name/version\", found \"%.*s\"", STR_FMT(str_head(library->key, 60)));
            continue;
        }
        if (pack && str_starts(p.name, prefix))
            p.name = str_from_at(p.name, prefix.n);
        p.digest = digest_sri(a, node_get_str(library, "sha512"));
        language_put(log, &p);
    }
    map_done(&empty);
}

/* ---- packages.lock.json ---- */

static void run_lock(ProblemLog *log) {
    LockSet set = LOCK_SET(log, NUGET);
    const Node *root = language_json(log, JSON_REPEATS), *frameworks = node_get(root, "dependencies");
    if (root && !node_is(frameworks, NODE_MAP))
        problem_log(log, root->line, "expected a map of dependencies");
    node_each(framework, frameworks)
        node_each(p, framework)
            if (!str_ieq(node_get_str(p, "type"), STR("Project")))
                lock_add(&set, &(PackageFact) {.name = p->key, .version = node_get_str(p, "resolved"), .line = p->key_line});
    lock_put(&set);
}

/* ---- packages.config ---- */

static void run_config(ProblemLog *log) {
    LockSet set = LOCK_SET(log, NUGET);
    Limits limits = language_limits(log->in);
    Diag d = {0};
    Node *root = NULL;
    if (xml_parse(log->in->bytes, NULL, &limits, log->in->scratch, &d, &root) < 0)
        problem_log_diag(log, &d);
    else if (!str_eqz(root->key, "packages"))
        problem_log(log, root->line, "expected the element packages, found %.*s", STR_FMT(str_head(root->key, 60)));
    diag_done(&d);
    node_each(p, root)
        if (str_eqz(p->key, "package"))
            lock_add(&set, &(PackageFact) {.name = node_get_str(p, "@id"),
                                           .version = node_get_str(p, "@version"),
                                           .flags = str_ieq(node_get_str(p, "@developmentDependency"), STR("true")) ? PACKAGE_DEV : 0,
                                           .line = p->line});
    lock_put(&set);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_nuget, in, sink, 0};
    switch (kind_of(in->path)) {
    case KIND_LOCK:
        run_lock(&log);
        break;
    case KIND_CONFIG:
        run_config(&log);
        break;
    default:
        run_deps(&log);
    }
    problem_log_end(&log);
}

const Analyzer analyzer_nuget = {
    .name = "nuget",
    .version = 1,
    .doc = ".NET packages: *.deps.json of published programs, packages.lock.json, packages.config",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "nuget",
};
