/* SPDX-License-Identifier: Apache-2.0 */
/* A world from a text, and conditions asked of all its subjects. */
#pragma once

#include "base/alloc.h"
#include "kube/compose.h"
#include "kube/example.h"
#include "kube/subject.h"
#include "policy/program.h"
#include "unit/tap.h"

typedef struct World {
    Arena arena;
    Diag diag;
    KubeWorld world;
    int r;
} World;

static void world_done(World *w) {
    kube_world_done(&w->world);
    arena_done(&w->arena);
    diag_done(&w->diag);
}
#define _world_ _cleanup_(world_done)

_unused_ static void world_read(World *w, const char *text) {
    Limits limits = limits_default();
    Node *documents = NULL;
    size_t n;
    w->world = kube_world(&w->arena);
    w->r = yaml_parse(str_from(text), "t.yaml", &limits, &w->arena, &w->diag, &documents, &n);
    if (w->r == 0)
        w->r = documents && compose_looks(documents) ? compose_add(&w->world, documents, "t.yaml", &w->diag) : kube_world_add(&w->world, documents, "t.yaml", &w->diag);
}

typedef struct Asked {
    const Source *source;
    const Program *program;
    Evaluator *evaluator;
    size_t holds, of;
} Asked;

_unused_ static int ask_one(void *userdata, const Subject *s, const Node *at) {
    Asked *a = userdata;
    if (s->source != a->source)
        return 0;
    a->of++;
    a->holds += program_evaluate(a->program, s, a->evaluator) == 1;
    return 0;
}

/* Of how many subjects of the source does the condition hold? -1: the condition is wrong. */
_unused_ static long ask(const World *w, const char *source, const char *condition) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    Limits limits = limits_default();
    AstPlace line = {1, 1};
    AstText text = {.text = str_from(condition), .file = "condition", .lines = &line, .n_lines = 1};
    AstNode *tree = NULL;
    Program *p = NULL;
    Asked asked = {.source = source_by_name(str_from(source))};
    if (!asked.source || ast_parse(&text, &limits, &a, &d, &tree) < 0 || program_compile(asked.source, tree, &limits, &a, &d, &p) < 0) {
        _cleanup_free_ char *all = diag_text(&d);
        printf("# %s: %s", condition, all);
        return -1;
    }
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    asked.program = p;
    asked.evaluator = e;
    for (size_t i = 0; i < w->world.all.n; i++)
        kube_each_subject(w->world.all.p[i], &a, ask_one, &asked);
    return (long) asked.holds;
}
#define HOLDS(w, source, condition, n) CHECK_MSG(ask(&(w), source, condition) == (n), "%s: \"%s\" holds for %ld, expected %d", source, condition, ask(&(w), source, condition), n)
