/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions against pipeline files: where the subjects stand for which they hold. */
#pragma once

#include "base/buf.h"
#include "check/pipeline.h"
#include "policy/program.h"
#include "unit/tap.h"

typedef struct Walk {
    const Source *source;
    const Program *program;
    Evaluator *evaluator;
    Buf *out;
} Walk;

static void walk(const Walk *w, const Subject *s) {
    if (s->source == w->source) {
        int r = program_evaluate(w->program, s, w->evaluator);
        PipelinePlace p = pipeline_place(s->source, s->object);
        if (r == 1)
            buf_printf(w->out, "%s%u:%u", w->out->n ? " " : "", p.line, p.col);
        else if (r < 0)
            buf_printf(w->out, "error %d", r);
    }
    Str rest = s->source->children ? str_from(s->source->children) : STR_NULL, name;
    while (str_split(&rest, ' ', &name)) {
        Subject child = {.source = source_by_name(name), .parent = s};
        for (size_t i = 0; (child.object = s->ops->child(s->object, child.source, i, &child.ops)); i++)
            walk(w, &child);
    }
}

/* The places, or the messages when the condition or the text is wrong. */
static void fires(PipelineKind kind, const char *source, const char *condition, Str text, Buf *out) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    Limits l = limits_default();
    AstNode *n;
    Program *p;
    Pipeline *pipeline = NULL;
    AstText written = {.text = str_from(condition), .file = "c"};
    Walk w = {.source = source_by_name(str_from(source)), .evaluator = e, .out = out};
    int r = ast_parse(&written, &l, &a, &d, &n);
    if (r == 0)
        r = program_compile(w.source, n, &l, &a, &d, &p);
    if (r == 0)
        r = pipeline_read(kind, text, "p", &l, &a, &d, &pipeline);
    if (r < 0) {
        _cleanup_free_ char *all = diag_text(&d);
        buf_str(out, str_trim(str_from(all)));
        return;
    }
    w.program = p;
    walk(&w, &(Subject) {.source = source_by_name(STR("pipeline")), .ops = &pipeline_ops, .object = pipeline});
}

static void fires_in(const char *file, int line, PipelineKind kind, const char *source, const char *condition, const char *text, const char *want) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    fires(kind, source, condition, str_from(text), &b);
    tap_checks++;
    if (!str_eqz(buf_view(&b), want)) {
        tap_failures++;
        printf("# %s:%d: %s: \"%.*s\", expected \"%s\"\n", file, line, condition, STR_FMT(buf_view(&b)), want);
    }
}
/* Places of the subjects of `source` in `text` for which the condition holds, in order. */
#define FIRES(kind, source, condition, text, want) fires_in(__FILE__, __LINE__, PIPELINE_##kind, source, condition, text, want)
/* What is wrong with the text. */
#define WRONG(kind, text, want) fires_in(__FILE__, __LINE__, PIPELINE_##kind, "pipeline", "pipeline.kind exists", text, want)
