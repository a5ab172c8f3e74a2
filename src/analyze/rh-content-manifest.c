/* SPDX-License-Identifier: Apache-2.0 */
/* Red Hat's content manifests: which repositories (content sets) the packages of an image layer came from. */
#include "analyze/table.h"
#include "parse/node.h"

static const char *const roots[] = {"root/buildinfo/content_manifests", "usr/share/buildinfo", NULL};

static bool wants(Str path) {
    return path_in_dir(path, str_from(roots[0]), STR(".json"), NULL) || path_in_dir(path, str_from(roots[1]), STR(".json"), NULL);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    ProblemLog problems = {&analyzer_rh_content_manifest, in, sink, 0};
    Diag d = {0};
    Node *root = NULL;
    if (json_parse(in->bytes, NULL, in->limits, in->scratch, &d, &root) < 0) {
        problem_log_diag(&problems, &d);
        if (problems.n == 0)
            problem_log(&problems, 0, "not JSON, or over a limit");
    }
    diag_done(&d);
    const Node *list = node_get(root, "content_sets");
    if (list && !node_is(list, NODE_LIST) && !node_is(list, NODE_NULL))
        problem_log(&problems, list->line, "content_sets is %s, expected a list", node_type_name(list->type));
    Buf sets = buf_new(in->bytes.n + 64);
    node_each(set, list) {
        Str name = node_str(set);
        if (str_empty(name) || memchr(name.p, '\n', name.n)) {
            problem_log(&problems, set->line, "a content set is %s, expected its name", node_type_name(set->type));
            continue;
        }
        buf_str(&sets, name);
        buf_putc(&sets, '\n');
    }
    /* Other build information lies in the same directory: without content sets there is nothing to say. */
    if (sets.n) {
        Fact f = {.kind = FACT_CONTENT_SETS, .content_sets = {.sets = buf_view(&sets)}};
        /* The file is named after the image's name-version-release; the newer place has one name for all. */
        path_in_dir(in->path, str_from(roots[0]), STR(".json"), &f.content_sets.from_nvr);
        if (str_eqz(f.content_sets.from_nvr, "content-sets"))
            f.content_sets.from_nvr = STR_NULL;
        analyzer_put(&analyzer_rh_content_manifest, in, sink, &f);
    }
    buf_done(&sets);
    problem_log_end(&problems);
}

const Analyzer analyzer_rh_content_manifest = {
    .name = "rh-content-manifest",
    .version = 1,
    .doc = "Red Hat content manifests: the repositories that a layer's packages came from",
    .roots = roots,
    .wants = wants,
    .run = run,
    .fuzzer = "content-manifest",
};
