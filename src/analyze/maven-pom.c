/* SPDX-License-Identifier: Apache-2.0 */
/* pom.xml (maven.apache.org/pom.html): the dependencies that a project declares, with the properties and the dependencyManagement of the same file. Parents and
 * imported files lie elsewhere: what they decide stays without a version. */
#include "analyze/language.h"

/* How deep properties may name properties, how many of them one value may need, and how long it may become. */
enum { PROPERTY_DEPTH = 8, PROPERTIES_MAX = 100, VALUE_MAX = 1024 };

static bool wants(Str path) {
    return path.n >= 7 && path.p[path.n - 1] == 'l' && str_eqz(path_base(path), "pom.xml") && !path_has_dir(path, "META-INF");
}

typedef struct Pom {
    ProblemLog *log;
    const Node *project, *parent;
    Map properties;  /* name -> Node */
    Map managed;     /* "group:artifact" -> Node of dependencyManagement */
} Pom;

static Str text(const Node *element, const char *child) {
    return node_get_str(node_get(element, child), "");
}

/* The value of a property; STR_NULL when this file does not say it. */
static Str property(const Pom *p, Str name) {
    static const char *const prefixes[] = {"project.", "pom."};
    const Node *own = map_get(&p->properties, name);
    if (own)
        return node_get_str(own, "");
    for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
        Str prefix = str_from(prefixes[i]);
        if (!str_starts(name, prefix))
            continue;
        Str field = str_from_at(name, prefix.n);
        bool of_parent = str_starts(field, STR("parent."));
        if (of_parent)
            field = str_from_at(field, strlen("parent."));
        for (size_t k = 0; k < 3; k++) {
            const char *known = (const char *const[]) {"version", "groupId", "artifactId"}[k];
            if (!str_eqz(field, known))
                continue;
            Str value = of_parent ? STR_NULL : text(p->project, known);
            /* Group and version are the parent's where the project says none. */
            return value.n ? value : text(p->parent, known);
        }
    }
    return STR_NULL;
}

static bool expand(const Pom *p, Str s, Buf *out, unsigned depth, unsigned *used) {
    ssize_t at;
    while ((at = str_find(s, STR("${"))) >= 0) {
        Str name = str_from_at(s, (size_t) at + 2);
        ssize_t end = str_chr(name, '}');
        if (end < 0 || depth >= PROPERTY_DEPTH || ++*used > PROPERTIES_MAX)
            return false;
        buf_str(out, str_head(s, (size_t) at));
        Str value = property(p, str_head(name, (size_t) end));
        if (!value.p || !expand(p, value, out, depth + 1, used) || out->failed)
            return false;
        s = str_from_at(name, (size_t) end + 1);
    }
    buf_str(out, s);
    return !out->failed;
}

/* With its properties; empty when one of them is not known here. */
static Str value_of(const Pom *p, Str s) {
    if (str_find(s, STR("${")) < 0)
        return s;
    Buf b = buf_new(VALUE_MAX);
    unsigned used = 0;
    Str value = expand(p, s, &b, 0, &used) ? arena_str(p->log->in->scratch, buf_view(&b)) : STR_NULL;
    buf_done(&b);
    return value;
}

static Str name_of(const Pom *p, const Node *dependency) {
    Str group = value_of(p, text(dependency, "groupId")), artifact = value_of(p, text(dependency, "artifactId"));
    return group.n && artifact.n ? arena_printf(p->log->in->scratch, "%.*s:%.*s", STR_FMT(group), STR_FMT(artifact)) : STR_NULL;
}

/* Of a range ("[1.0,2.0)") only one version ("[1.0]") is a version. */
static Str pinned(Str version) {
    if (version.n >= 3 && version.p[0] == '[' && version.p[version.n - 1] == ']' && str_chr(version, ',') < 0)
        return str_n(version.p + 1, version.n - 2);
    return version.n && (version.p[0] == '[' || version.p[0] == '(') ? STR_NULL : version;
}

static void take_dependency(Pom *p, LockSet *set, const Node *dependency) {
    Str name = name_of(p, dependency);
    const Node *managed = name.n ? map_get(&p->managed, name) : NULL;
    Str version = text(dependency, "version"), scope = text(dependency, "scope");
    if (str_empty(version))
        version = text(managed, "version");
    if (str_empty(scope))
        scope = text(managed, "scope");
    if (str_empty(name)) {
        problem_log(p->log, dependency->line, "a dependency whose groupId or artifactId is missing or names a property that this file does not have");
        return;
    }
    PackageFact f = {.name = name, .version = pinned(value_of(p, version)), .line = dependency->line};
    if (str_eqz(scope, "test"))
        f.flags |= PACKAGE_DEV;
    if (str_eqz(text(dependency, "optional"), "true"))
        f.flags |= PACKAGE_OPTIONAL;
    /* A system dependency is a file of this machine. */
    if (!str_eqz(scope, "system"))
        lock_add(set, &f);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_maven_pom, in, sink, 0};
    LockSet set = LOCK_SET(&log, MAVEN);
    Limits limits = language_limits(in);
    Diag d = {0};
    Node *root = NULL;
    if (xml_parse(in->bytes, NULL, &limits, in->scratch, &d, &root) < 0)
        problem_log_diag(&log, &d);
    else if (!str_eqz(root->key, "project"))
        problem_log(&log, root->line, "expected the element project, found %.*s", STR_FMT(str_head(root->key, 60)));
    diag_done(&d);
    set.unversioned = true;
    Pom p = {.log = &log, .project = root, .parent = node_get(root, "parent")};
    /* Of a property that is given twice the last one counts. */
    node_each(property, node_get(root, "properties"))
        map_set(&p.properties, property->key, (void *) (uintptr_t) property);
    node_each(m, node_path(root, "dependencyManagement", "dependencies", NULL)) {
        Str name = str_eqz(m->key, "dependency") ? name_of(&p, m) : STR_NULL;
        if (name.n && !str_eqz(text(m, "scope"), "import"))
            map_set(&p.managed, name, (void *) (uintptr_t) m);
    }
    node_each(dependency, node_get(root, "dependencies"))
        if (str_eqz(dependency->key, "dependency"))
            take_dependency(&p, &set, dependency);
    map_done(&p.properties);
    map_done(&p.managed);
    lock_put(&set);
    problem_log_end(&log);
}

const Analyzer analyzer_maven_pom = {
    .name = "maven-pom",
    .version = 1,
    .doc = "pom.xml of Maven: declared dependencies, as far as the file itself fixes their versions",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "maven-pom",
};
