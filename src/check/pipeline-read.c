/* SPDX-License-Identifier: Apache-2.0 */
#include "check/pipeline-private.h"

static void index_lines(PipelineReader *r) {
    vec_push(&r->lines, 0);
    for (size_t i = 0; i < r->text.n; i++)
        if (r->text.p[i] == '\n')
            vec_push(&r->lines, i + 1);
}

/* What all jobs call and use together. */
static void whole(PipelineReader *r) {
    _cleanup_(names_done) Names programs = {0};
    _cleanup_(names_done) Names actions = {0};
    for (size_t i = 0; i < r->jobs.n; i++) {
        names_add_all(r, &programs, r->jobs.p[i]->programs);
        names_add_all(r, &actions, r->jobs.p[i]->actions);
    }
    for (size_t i = 0; i < r->includes.n; i++)
        if (r->includes.p[i]->kind == INCLUDE_TEMPLATE || r->includes.p[i]->kind == INCLUDE_COMPONENT)
            names_add(r, &actions, r->includes.p[i]->location);
    r->p->programs = names_list(r, &programs);
    r->p->actions = names_list(r, &actions);
    r->p->job = pipeline_array(r, r->jobs.p, r->jobs.n);
    r->p->n_jobs = r->jobs.n;
    r->p->include = pipeline_array(r, r->includes.p, r->includes.n);
    r->p->n_includes = r->includes.n;
    r->p->variable = pipeline_array(r, r->variables.p, r->variables.n);
    r->p->n_variables = r->variables.n;
}

static int read_documents(PipelineReader *r, const Limits *limits) {
    Limits l = *limits;
    l.document_bytes = MIN(l.document_bytes, (uint64_t) PIPELINE_BYTES);
    Node *documents = NULL;
    size_t n = 0;
    unsigned flags = r->p->kind == PIPELINE_GITLAB ? YAML_REPEATED_MERGE : 0;
    int e = yaml_parse_with(r->text, r->file, flags, &l, r->arena, r->diag, &documents, &n);
    if (e < 0)
        return e;
    if (n == 0)
        return diag_add(r->diag, DIAG_ERROR, r->file, 1, 1, "the file is empty");
    if (r->p->kind == PIPELINE_GITLAB)
        return pipeline_read_gitlab(r, documents, n);
    if (n > 1)
        return diag_add(r->diag, DIAG_ERROR, r->file, documents->next->line, documents->next->col, "expected one document, found %zu", n);
    r->p->root = documents;
    return pipeline_read_github(r, documents);
}

int pipeline_read(PipelineKind kind, Str text, const char *file, const Limits *limits, Arena *a, Diag *d, Pipeline **ret) {
    Pipeline *p = arena_new(a, Pipeline);
    if (!p)
        return -E2BIG;
    /* Places count from behind a byte order mark, as the YAML reader does. */
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_from_at(text, 3);
    *p = (Pipeline) {.kind = kind, .file = file, .text = text};
    _cleanup_(diag_done) Diag own = {0};
    PipelineReader r = {.p = p, .file = file, .text = text, .arena = a, .diag = d ? d : &own};
    size_t errors = r.diag->errors;
    index_lines(&r);
    int e = read_documents(&r, limits);
    if (e >= 0)
        whole(&r);
    vec_done(&r.lines);
    vec_done(&r.jobs);
    vec_done(&r.variables);
    vec_done(&r.includes);
    if (e < 0 || r.failed)
        return r.failed ? r.failed : e;
    if (r.diag->errors > errors)
        return -EINVAL;
    *ret = p;
    return 0;
}
