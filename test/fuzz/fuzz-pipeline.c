/* SPDX-License-Identifier: Apache-2.0 */
/* Pipeline files: what is refused has a reason, what is accepted can be asked for every field, and stands inside of its file. First byte: the kind. */
#include <stdlib.h>

#include "check/pipeline.h"
#include "policy/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void ask(const Subject *s, uint32_t lines, Evaluator *e, Buf *out) {
    for (const Field *f = s->source->fields; f->name; f++) {
        if (f->flags & FIELD_ARG_CONDITION)
            continue;
        char format[128];
        snprintf(format, sizeof(format), "%%%s%s ", f->name, f->flags & FIELD_ARG_REQUIRED ? "[contents]" : "");
        output_text(s->source, str_from(format), s, e, out);
    }
    PipelinePlace place = pipeline_place(s->source, s->object);
    if (place.line == 0 || place.line > lines || place.col == 0)
        abort();
    buf_clear(out);
    Str rest = s->source->children ? str_from(s->source->children) : STR_NULL, name;
    while (str_split(&rest, ' ', &name)) {
        Subject child = {.source = source_by_name(name), .parent = s};
        for (size_t i = 0; (child.object = s->ops->child(s->object, child.source, i, &child.ops)); i++)
            ask(&child, lines, e, out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static Evaluator *e;
    if (!e)
        e = evaluator_new();
    Limits limits = limits_default();
    limits.document_nodes = 20000;
    Arena a = {0};
    Diag d = {0};
    Pipeline *pipeline = NULL;
    PipelineKind kind = n ? p[0] % 3 : 0;
    Str text = n ? str_n((const char *) p + 1, n - 1) : STR("");
    uint32_t lines = 1;
    for (size_t i = 0; i < text.n; i++)
        lines += text.p[i] == '\n';
    int r = pipeline_read(kind, text, "fuzz", &limits, &a, &d, &pipeline);
    if ((r < 0) != (d.errors > 0))
        abort();
    if (r == 0) {
        Buf out = buf_new(BUF_OWN_MAX);
        ask(&(Subject) {.source = source_by_name(STR("pipeline")), .ops = &pipeline_ops, .object = pipeline}, lines, e, &out);
        buf_done(&out);
    }
    diag_done(&d);
    arena_done(&a);
    return 0;
}
