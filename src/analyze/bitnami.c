/* SPDX-License-Identifier: Apache-2.0 */
/* Components of Bitnami images: the SPDX document of each component (/opt/bitnami/NAME/.spdx-NAME.spdx) and, in older images, the list of all of them
 * (/opt/bitnami/.bitnami_components.json). */
#include "analyze/language.h"

static bool is_list(Str path) {
    return str_eqz(path_base(path), ".bitnami_components.json");
}

static bool wants(Str path) {
    if (path.n < 12)
        return false;
    Str base = path_base(path);
    return base.n > 12 && base.p[0] == '.' && ((str_starts(base, STR(".spdx-")) && str_ends(base, STR(".spdx"))) || is_list(path));
}

/* "7.0.8-1" is 7.0.8 as Bitnami packed it the second time: its advisories speak of 7.0.8. */
static Str without_revision(Str version) {
    ssize_t dash = str_rchr(version, '-');
    uint64_t n;
    return dash > 0 && str_to_u64(str_from_at(version, (size_t) dash + 1), UINT32_MAX, &n) == 0 ? str_head(version, (size_t) dash) : version;
}

static void run_list(ProblemLog *log) {
    const Node *root = language_json(log, 0);
    if (root && !node_is(root, NODE_MAP))
        problem_log(log, root->line, "expected a map of components");
    node_each(component, root) {
        PackageFact p = {.type = PACKAGE_BITNAMI,
                         .name = component->key,
                         .version = without_revision(node_get_str(component, "version")),
                         .arch = node_get_str(component, "arch"),
                         .line = component->key_line};
        language_put(log, &p);
    }
}

/* pkg:bitnami/NAME@VERSION?arch=ARCH&distro=DISTRO */
static bool take_purl(Str purl, PackageFact *p) {
    Str prefix = STR("pkg:bitnami/"), rest, qualifiers = STR_NULL, one, key, value;
    if (!str_starts(purl, prefix))
        return false;
    rest = str_from_at(purl, prefix.n);
    str_cut(rest, '?', &rest, &qualifiers);
    if (!str_cut(rest, '@', &p->name, &p->version))
        return false;
    p->version = without_revision(p->version);
    while (str_split(&qualifiers, '&', &one))
        if (str_cut(one, '=', &key, &value) && str_eqz(key, "arch"))
            p->arch = value;
    return true;
}

static Str stated(Str license) {
    return str_eqz(license, "NOASSERTION") || str_eqz(license, "NONE") ? STR_NULL : license;
}

static void run_spdx(ProblemLog *log) {
    const Node *root = language_json(log, 0), *packages = node_get(root, "packages");
    if (root && !node_is(packages, NODE_LIST))
        problem_log(log, root->line, "expected an SPDX document with a list of packages");
    node_each(package, packages) {
        PackageFact p = {.type = PACKAGE_BITNAMI, .line = package->line};
        bool named = false;
        /* What is built into a component is seen by the analyzers of its own kind. */
        node_each(reference, node_get(package, "externalRefs"))
            named = named || take_purl(node_get_str(reference, "referenceLocator"), &p);
        if (!named)
            continue;
        p.license = stated(node_get_str(package, "licenseConcluded"));
        if (str_empty(p.license))
            p.license = stated(node_get_str(package, "licenseDeclared"));
        language_put(log, &p);
    }
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog log = {&analyzer_bitnami, in, sink, 0};
    if (is_list(in->path))
        run_list(&log);
    else
        run_spdx(&log);
    problem_log_end(&log);
}

const Analyzer analyzer_bitnami = {
    .name = "bitnami",
    .version = 1,
    .doc = "Components of Bitnami images: their SPDX documents, and the list of older images",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .run = run,
    .fuzzer = "bitnami",
};
