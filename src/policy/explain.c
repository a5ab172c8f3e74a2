/* SPDX-License-Identifier: Apache-2.0 */
/* Why a condition held or not, for people. */
#include "policy/check.h"
#include "policy/evaluator.h"

enum { SHOWN_BYTES_MAX = 200, SHOWN_CHILDREN_MAX = 50 };

typedef struct Explainer {
    Pool pool;
    Evaluator *e;
    Buf *out;
} Explainer;

static void add_value(Explainer *x, const Value *v) {
    Str text = v->type == VALUE_NONE ? STR_NULL : value_text(&x->e->scratch, v);
    if (!text.p) {
        buf_putz(x->out, "absent");
        return;
    }
    bool quoted = v->type == VALUE_STRING || v->type == VALUE_BYTES;
    buf_putz(x->out, quoted ? "\"" : "");
    value_clean(x->out, str_head(text, SHOWN_BYTES_MAX));
    buf_putz(x->out, text.n > SHOWN_BYTES_MAX ? "…" : "");
    buf_putz(x->out, quoted ? "\"" : "");
}

static void explain(Explainer *x, const AstNode *n, const Subject *s, unsigned indent);

static void begin(Explainer *x, int r, unsigned indent) {
    buf_printf(x->out, "%*s%s  ", (int) indent * 2, "", r == 1 ? "yes" : r == 0 ? "no " : "?  ");
}

/* 1, 0, or negative when it is wrong or a limit ended it. A program of its own for each part: nobody waits for an explanation. */
static int decide(Explainer *x, const AstNode *n, const Subject *s) {
    Program *p;
    int r = compile_condition(&x->pool, s->source, n, 0, &p);
    return r < 0 ? r : program_evaluate(p, s, x->e);
}

/* What a quantifier says of each child. */
static void explain_children(Explainer *x, const AstTerm *t, const Operand *o, const Subject *s, unsigned indent) {
    for (unsigned up = o->ref.up; s && up; up--)
        s = s->parent;
    if (!s || !s->ops->child)
        return;
    Subject child = {.source = o->child, .parent = s};
    for (size_t i = 0; subject_child(s, o->child, i, &child); i++) {
        if (i == SHOWN_CHILDREN_MAX) {
            buf_printf(x->out, "%*s…\n", (int) indent * 2, "");
            return;
        }
        begin(x, decide(x, t->condition, &child), indent);
        buf_printf(x->out, "%s %zu\n", o->child->name, i + 1);
        explain(x, t->condition, &child, indent + 1);
    }
}

static void explain_check(Explainer *x, const AstNode *n, const Subject *s, unsigned indent) {
    Checker c = {.pool = &x->pool, .source = s->source, .file = n->file};
    Run run = {.e = x->e, .subject = s};
    const Test *t;
    ast_print(n, x->out);
    if (check_test(&c, n, &t) < 0) {
        buf_putc(x->out, '\n');
        return;
    }
    evaluator_reset(x->e);
    Value v = operand_value(&run, &t->left);
    buf_putz(x->out, "   # ");
    add_value(x, &v);
    if (t->right) {
        v = operand_value(&run, t->right);
        buf_putz(x->out, " and ");
        add_value(x, &v);
    }
    buf_putc(x->out, '\n');
    if (n->left->condition)
        explain_children(x, n->left, &t->left, s, indent + 1);
}

static void explain(Explainer *x, const AstNode *n, const Subject *s, unsigned indent) {
    static const char *const heads[] = {[AST_AND] = "all of:\n", [AST_OR] = "any of:\n", [AST_NOT] = "not:\n"};
    if (n->kind == AST_AND && n->child == n->last) {
        explain(x, n->child, s, indent); /* a macro that was put in */
        return;
    }
    begin(x, decide(x, n, s), indent);
    if (n->kind == AST_CHECK) {
        explain_check(x, n, s, indent);
        return;
    }
    if (n->kind == AST_MACRO)
        buf_printf(x->out, "%.*s\n", STR_FMT(n->name));
    else
        buf_putz(x->out, heads[n->kind]);
    for (const AstNode *c = n->child; c; c = c->next)
        explain(x, c, s, indent + 1);
}

void condition_explain(const AstNode *condition, const Subject *s, Evaluator *e, Buf *out) {
    _cleanup_(arena_done) Arena arena = {0};
    Limits limits = limits_default();
    Explainer x = {.pool = {.arena = &arena, .limits = &limits}, .e = e, .out = out};
    explain(&x, condition, s, 0);
    map_done(&x.pool.tests);
    map_done(&x.pool.failed);
    map_done(&x.pool.fields);
}
