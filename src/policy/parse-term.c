/* SPDX-License-Identifier: Apache-2.0 */
/* Fields, transformers, values and lists. */
#include "policy/parser.h"

/* A quoted string: 1 with *ret, 0 when there is none here, -EINVAL. */
static int parse_quoted(Parser *p, Str *ret) {
    bool open;
    const char *at = p->x.p;
    Str raw = lex_quoted(&p->x, &open);
    if (open) {
        parser_fail(p, at, "this string does not end");
        p->x.p = p->x.end;
        p->stopped = true;
        return -EINVAL;
    }
    if (str_empty(raw))
        return 0;
    const char *wrong = lex_unescape(raw, p->arena, ret, &at);
    if (!wrong)
        return 1;
    parser_fail(p, at, wrong);
    return -EINVAL;
}

/* Fields whose last part says so hold a condition about children in their argument: "container: container.privileged = true". */
static bool is_quantifier(Str name) {
    return str_ends(name, STR(".any")) || str_ends(name, STR(".all")) || str_ends(name, STR(".count"));
}

/* Lines of the argument at their places in the file: exact where nothing is escaped. */
static const AstPlace *argument_lines(Parser *p, Str arg, const char *raw, size_t *ret_n) {
    size_t n = 1;
    for (size_t i = 0; i < arg.n; i++)
        n += arg.p[i] == '\n';
    AstPlace *lines = arena_alloc(p->arena, n * sizeof(*lines));
    if (!lines) {
        parser_stop(p, "the condition is too large");
        return NULL;
    }
    lines[0] = lex_place(&p->x, raw);
    for (size_t k = 1; k < n; k++) {
        const char *nl = memchr(raw, '\n', (size_t) (p->x.p - raw));
        raw = nl ? nl + 1 : raw; /* without one, the line ended in an escaped \n */
        lines[k] = lex_place(&p->x, raw);
    }
    *ret_n = n;
    return lines;
}

/* `raw`: the argument as written, behind its quote. */
static void parse_quantifier(Parser *p, AstTerm *t, const char *raw) {
    AstText outer = {.text = t->arg, .file = p->file};
    Lexer x = lexer(&outer);
    lex_blank(&x);
    Str child = lex_identifier(&x);
    lex_blank(&x);
    if (str_empty(child) || (x.p < x.end && !lex_take(&x, ":")))
        return; /* the check says what was expected */
    t->child = child;
    if (x.p == x.end)
        return;
    AstText inner = {.file = p->file, .text = t->arg};
    inner.lines = argument_lines(p, t->arg, raw, &inner.n_lines);
    if (!inner.lines)
        return;
    Parser q = {.x = lexer(&inner), .arena = p->arena, .diag = p->diag, .file = p->file, .nodes = p->nodes, .depth = p->depth + 1};
    q.x.p = x.p;
    lex_blank(&q.x);
    if (q.depth > PARSE_DEPTH_MAX)
        parser_stop(&q, "nested too deep: 100 levels are allowed");
    else if (q.x.p < q.x.end)
        t->condition = parse_condition(&q);
    if (q.x.p < q.x.end)
        parser_expected(&q, "\"and\", \"or\" or the end");
    p->failed |= q.failed;
    if (q.stopped) {
        p->stopped = true;
        p->x.p = p->x.end;
    }
}

/* "[…]" right behind a field. */
static int parse_arg(Parser *p, AstTerm *t) {
    if (!lex_take(&p->x, "["))
        return 0;
    const char *at = p->x.p;
    int r = parse_quoted(p, &t->arg);
    if (r < 0)
        return r;
    if (r == 0)
        t->arg = lex_bare_arg(&p->x);
    t->has_arg = true;
    t->arg_place = lex_place(&p->x, at);
    if (str_empty(t->arg)) {
        parser_expected(p, "an argument, \"…\" or without quotes");
        return -EINVAL;
    }
    if (r > 0 && t->kind == TERM_FIELD && is_quantifier(t->name))
        parse_quantifier(p, t, at + 1);
    if (!lex_take(&p->x, "]")) {
        parser_expected(p, "\"]\"");
        return -EINVAL;
    }
    return 0;
}

AstTerm *parse_field(Parser *p) {
    const char *at = p->x.p;
    Str name = lex_field(&p->x);
    if (str_empty(name))
        return NULL;
    AstTerm *t = parser_term(p, TERM_FIELD, at);
    if (!t)
        return NULL;
    t->name = name;
    return parse_arg(p, t) < 0 ? NULL : t;
}

AstTransform parse_transformer_name(Parser *p) {
    const char *from = p->x.p;
    for (AstTransform t = 0; t < TRANSFORM_N_; t++) {
        if (lex_take(&p->x, ast_transform_name(t)) && lex_take(&p->x, "("))
            return t;
        p->x.p = from;
    }
    return TRANSFORM_N_;
}

/* An argument of a transformer; `list`: whether "(a, b)" may stand here. */
static AstTerm *parse_term(Parser *p, bool list);

/* From behind "(" to behind ")". */
static int parse_terms(Parser *p, AstTerm **ret, bool list) {
    AstTerm **end = ret;
    lex_blank(&p->x);
    if (lex_take(&p->x, ")"))
        return 0;
    if (p->depth >= PARSE_DEPTH_MAX) {
        parser_stop(p, "nested too deep: 100 levels are allowed");
        return -EINVAL;
    }
    p->depth++;
    int r = 0;
    for (;;) {
        lex_blank(&p->x);
        AstTerm *t = parse_term(p, list);
        if (!t) {
            r = parser_leave_bracket(p);
            break;
        }
        *end = t;
        end = &t->next;
        lex_blank(&p->x);
        if (lex_take(&p->x, ","))
            continue;
        if (!lex_take(&p->x, ")")) {
            parser_expected(p, "\",\" or \")\"");
            r = parser_leave_bracket(p);
        }
        break;
    }
    p->depth--;
    return r;
}

static AstTerm *parse_term(Parser *p, bool list) {
    const char *at = p->x.p;
    AstTransform kind = parse_transformer_name(p);
    if (kind < TRANSFORM_N_)
        return parse_transformer(p, kind, at);
    AstTerm *t = parse_field(p);
    if (t || p->x.p > at)
        return t;
    Str text;
    int r = parse_quoted(p, &text);
    if (r < 0)
        return NULL;
    TermKind kind_of = r ? TERM_TEXT : TERM_NUMBER;
    if (!r && str_empty(text = lex_number(&p->x))) {
        if (list && lex_take(&p->x, "(")) {
            t = parser_term(p, TERM_LIST, at);
            return t && parse_terms(p, &t->args, false) == 0 ? t : NULL;
        }
        parser_expected(p, list ? "a field, a transformer, a number, a quoted string or a list" : "a field, a transformer, a number or a quoted string");
        return NULL;
    }
    t = parser_term(p, kind_of, at);
    if (t)
        t->name = text;
    return t;
}

AstTerm *parse_transformer(Parser *p, AstTransform kind, const char *at) {
    AstTerm *t = parser_term(p, TERM_TRANSFORM, at);
    if (!t)
        return NULL;
    t->transform = kind;
    if (parse_terms(p, &t->args, true) < 0)
        return NULL;
    if (!t->args) {
        parser_fail(p, at, "this transformer needs an argument");
        return NULL;
    }
    return parse_arg(p, t) < 0 ? NULL : t;
}

/* val(field) or a transformer on the right side; NULL with nothing taken when there is none. */
AstTerm *parse_right(Parser *p) {
    const char *at = p->x.p;
    if (!lex_take(&p->x, "val(")) {
        AstTransform kind = parse_transformer_name(p);
        return kind < TRANSFORM_N_ ? parse_transformer(p, kind, at) : NULL;
    }
    lex_blank(&p->x);
    const char *field = p->x.p;
    AstTerm *t = parse_field(p);
    if (!t) {
        if (p->x.p == field)
            parser_expected(p, "a field inside val()");
        parser_leave_bracket(p);
        return NULL;
    }
    lex_blank(&p->x);
    if (!lex_take(&p->x, ")")) {
        parser_expected(p, "\")\"");
        parser_leave_bracket(p);
        return NULL;
    }
    if (!t->has_arg && parse_arg(p, t) < 0)
        return NULL;
    return t;
}

AstItem *parse_value(Parser *p, const char *what) {
    const char *at = p->x.p;
    Str text;
    int r = parse_quoted(p, &text);
    if (r < 0)
        return NULL;
    if (r == 0 && str_empty(text = lex_bare(&p->x))) {
        parser_expected(p, what);
        return NULL;
    }
    AstItem *item = parser_make(p, sizeof(*item));
    if (item)
        *item = (AstItem) {.text = text, .quoted = r > 0, .place = lex_place(&p->x, at)};
    return item;
}

/* "(a, b)" or the name of a list. */
int parse_list(Parser *p, AstNode *n) {
    lex_blank(&p->x);
    if (!lex_take(&p->x, "(")) {
        n->list = lex_identifier(&p->x);
        if (!str_empty(n->list))
            return 0;
        n->list = STR_NULL;
        parser_expected(p, "a list \"(…)\" or the name of one");
        return -EINVAL;
    }
    AstItem **end = &n->items;
    lex_blank(&p->x);
    if (lex_take(&p->x, ")"))
        return 0;
    for (;;) {
        lex_blank(&p->x);
        AstItem *item = parse_value(p, "a value of the list");
        if (!item)
            return parser_leave_bracket(p);
        *end = item;
        end = &item->next;
        lex_blank(&p->x);
        if (lex_take(&p->x, ","))
            continue;
        if (lex_take(&p->x, ")"))
            return 0;
        parser_expected(p, "\",\" or \")\" in the list");
        return parser_leave_bracket(p);
    }
}

int ast_parse_term(const AstText *text, size_t at, const Limits *limits, Arena *a, Diag *d, AstTerm **ret, size_t *ret_n) {
    uint32_t nodes = limits->condition_nodes;
    Parser p = {.x = lexer(text), .arena = a, .diag = d, .file = text->file, .nodes = &nodes};
    const char *from = p.x.p += at;
    AstTransform kind = parse_transformer_name(&p);
    AstTerm *t = kind < TRANSFORM_N_ ? parse_transformer(&p, kind, from) : parse_field(&p);
    *ret_n = (size_t) (p.x.p - from);
    if (!t)
        return p.failed ? -EINVAL : -ENOENT;
    *ret = t;
    return 0;
}
