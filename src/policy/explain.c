/* SPDX-License-Identifier: Apache-2.0 */
/* What people read: the output of a rule, and why its condition held or not. */
#include "policy/check.h"
#include "policy/evaluator.h"
#include "policy/lex.h"

enum { SHOWN_BYTES_MAX = 200 };

/* Text of a value without what would break a line. */
static void add_clean(Buf *out, Str text) {
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char) text.p[i];
        buf_putc(out, c < 0x20 || c == 0x7f ? ' ' : text.p[i]);
    }
}

/* A term at the start of `text`, "proc.aname[2]" or "tolower(proc.name)"; NULL when there is none. *ret_n: bytes that it takes. */
static const AstTerm *leading_term(Str text, const Limits *l, Arena *a, size_t *ret_n) {
    AstTerm *t = NULL;
    return ast_parse_term(&(AstText) {.text = text}, l, a, &t, ret_n) == 0 ? t : NULL;
}

void output_text(const Source *source, Str format, const Subject *s, Evaluator *e, Buf *out) {
    Limits limits = limits_default();
    if (str_starts(format, STR("*")))
        format = str_from_at(format, 1); /* sinsp's mark for what is done here in any case: a missing field does not suppress the line */
    evaluator_reset(e);
    while (!str_empty(format)) {
        ssize_t at = str_chr(format, '%');
        if (at < 0)
            break;
        buf_str(out, str_head(format, (size_t) at));
        format = str_from_at(format, (size_t) at);
        _cleanup_(arena_done) Arena arena = {.max = 1 << 20};
        size_t n = 0;
        const AstTerm *t = leading_term(str_from_at(format, 1), &limits, &arena, &n);
        Pool pool = {.arena = &arena, .limits = &limits};
        Checker c = {.pool = &pool, .source = source};
        Operand o;
        if (!t || check_operand(&c, t, &o) < 0) {
            buf_str(out, str_head(format, n + 1));
            format = str_from_at(format, n + 1);
            map_done(&pool.tests);
            map_done(&pool.failed);
            continue;
        }
        Run run = {.e = e, .subject = s};
        Value v = operand_value(&run, &o);
        Str text = v.type == VALUE_NONE ? STR_NULL : value_text(&e->scratch, &v);
        add_clean(out, text.p ? text : STR("<NA>"));
        e->scratch.n = 0;
        format = str_from_at(format, n + 1);
        map_done(&pool.tests);
        map_done(&pool.failed);
    }
    buf_str(out, format);
}

void rule_output(const Rule *r, const Subject *s, Evaluator *e, Buf *out) {
    output_text(r->source, r->output, s, e, out);
}

typedef struct Explainer {
    Pool pool;
    const Subject *subject;
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
    add_clean(x->out, str_head(text, SHOWN_BYTES_MAX));
    buf_putz(x->out, text.n > SHOWN_BYTES_MAX ? "…" : "");
    buf_putz(x->out, quoted ? "\"" : "");
}

/* 1 holds, 0 not, -E2BIG. Children first, for what stands above them depends on it: so a tree is walked twice. */
static int decide(Explainer *x, const Source *source, const AstNode *n) {
    Program *p;
    if (compile_condition(&x->pool, source, n, 0, &p) < 0)
        return -EINVAL;
    return program_evaluate(p, x->subject, x->e);
}

static void explain(Explainer *x, const AstNode *n, unsigned indent) {
    static const char *const heads[] = {[AST_AND] = "all of:", [AST_OR] = "any of:", [AST_NOT] = "not:"};
    const Source *source = x->subject->source;
    int r = decide(x, source, n);
    buf_printf(x->out, "%*s%s  ", (int) indent * 2, "", r == 1 ? "yes" : r == 0 ? "no " : "?  ");
    if (n->kind == AST_CHECK || n->kind == AST_MACRO) {
        ast_print(n, x->out);
        Checker c = {.pool = &x->pool, .source = source, .file = n->file};
        const Test *t;
        if (n->kind == AST_CHECK && r >= 0 && check_test(&c, n, &t) == 0) {
            Run run = {.e = x->e, .subject = x->subject};
            evaluator_reset(x->e);
            Value v = operand_value(&run, &t->left);
            buf_putz(x->out, "   # ");
            add_value(x, &v);
            if (t->right) {
                v = operand_value(&run, t->right);
                buf_putz(x->out, " and ");
                add_value(x, &v);
            }
        }
    } else {
        buf_putz(x->out, heads[n->kind]);
    }
    buf_putc(x->out, '\n');
    for (const AstNode *c = n->child; c; c = c->next)
        explain(x, c, indent + 1);
}

void condition_explain(const AstNode *condition, const Subject *s, Evaluator *e, Buf *out) {
    _cleanup_(arena_done) Arena arena = {0};
    Limits limits = limits_default();
    Explainer x = {.pool = {.arena = &arena, .limits = &limits}, .subject = s, .e = e, .out = out};
    explain(&x, condition, 0);
    map_done(&x.pool.tests);
    map_done(&x.pool.failed);
}
