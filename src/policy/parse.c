/* SPDX-License-Identifier: Apache-2.0 */
/* Text to tree, by recursive descent. After an error it goes on behind the next "and", "or" or ")", so that one reading tells all there is to tell. */
#include "base/nearest.h"
#include "policy/lex.h"

enum { DEPTH_MAX = 100, MESSAGE_TEXT_MAX = 40 };

typedef struct Parser {
    Lexer x;
    Arena *arena;
    Diag *diag;
    const char *file;
    uint32_t *nodes;     /* left */
    unsigned depth;
    bool failed, stopped; /* stopped: a limit was passed, there is nothing more to say */
} Parser;

static AstNode *parse_or(Parser *p);

static void fail_at(Parser *p, const char *at, const char *message) {
    AstPlace place = lex_place(&p->x, at);
    if (!p->stopped)
        diag_add(p->diag, DIAG_ERROR, p->file, place.line, place.col, "%s", message);
    p->failed = true;
}

static void stop(Parser *p, const char *message) {
    fail_at(p, p->x.p, message);
    p->stopped = true;
    p->x.p = p->x.end;
}

/* "expected …, found …" */
static void expected(Parser *p, const char *what) {
    if (p->stopped)
        return;
    AstPlace place = lex_place(&p->x, p->x.p);
    Str found = str_head(lex_found(&p->x), MESSAGE_TEXT_MAX);
    p->failed = true;
    if (str_empty(found))
        diag_add(p->diag, DIAG_ERROR, p->file, place.line, place.col, "expected %s, found the end of the condition", what);
    else
        diag_add(p->diag, DIAG_ERROR, p->file, place.line, place.col, "expected %s, found \"%.*s\"", what, STR_FMT(found));
}

/* To the next "and", "or" or ")" that belongs to the group at hand. */
static void resync(Parser *p) {
    Lexer *x = &p->x;
    unsigned deep = 0;
    for (const char *from = x->p; x->p < x->end;) {
        bool open, start = x->p == from || lex_is_blank(x->p[-1]) || x->p[-1] == ')';
        char c = *x->p;
        if (!deep && start && (c == 'a' || c == 'o') && (lex_at_keyword(x, "and") || lex_at_keyword(x, "or")))
            return;
        if (c == ')' && !deep)
            return;
        deep += c == '(';
        deep -= c == ')';
        if ((c == '"' || c == '\'') && !str_empty(lex_quoted(x, &open)))
            continue;
        x->p++;
    }
}

/* Behind the ")" of a list or of arguments that failed. */
static int leave_bracket(Parser *p) {
    Lexer *x = &p->x;
    bool open;
    for (unsigned deep = 1; x->p < x->end && deep;) {
        deep += *x->p == '(';
        deep -= *x->p == ')';
        if (str_empty(lex_quoted(x, &open)))
            x->p++;
    }
    return -EINVAL;
}

static void *make(Parser *p, size_t n) {
    if (p->stopped)
        return NULL;
    void *o = *p->nodes > 0 ? arena_alloc(p->arena, n) : NULL;
    if (!o)
        stop(p, "the condition has too many parts");
    else
        --*p->nodes;
    return o;
}

static AstNode *make_node(Parser *p, AstKind kind, const char *at) {
    AstNode *n = make(p, sizeof(*n));
    if (n) {
        n->kind = kind;
        n->file = p->file;
        n->place = lex_place(&p->x, at);
    }
    return n;
}

static AstTerm *make_term(Parser *p, TermKind kind, const char *at) {
    AstTerm *t = make(p, sizeof(*t));
    if (t) {
        t->kind = kind;
        t->place = lex_place(&p->x, at);
    }
    return t;
}

/* A quoted string: 1 with *ret, 0 when there is none here, -EINVAL. */
static int parse_quoted(Parser *p, Str *ret) {
    bool open;
    const char *at = p->x.p;
    Str raw = lex_quoted(&p->x, &open);
    if (open) {
        fail_at(p, at, "this string does not end");
        p->x.p = p->x.end;
        p->stopped = true;
        return -EINVAL;
    }
    if (str_empty(raw))
        return 0;
    const char *wrong = lex_unescape(raw, p->arena, ret, &at);
    if (!wrong)
        return 1;
    fail_at(p, at, wrong);
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
        stop(p, "the condition is too large");
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
    if (q.depth > DEPTH_MAX)
        stop(&q, "nested too deep: 100 levels are allowed");
    else if (q.x.p < q.x.end)
        t->condition = parse_or(&q);
    if (q.x.p < q.x.end)
        expected(&q, "\"and\", \"or\" or the end");
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
        expected(p, "an argument, \"…\" or without quotes");
        return -EINVAL;
    }
    if (r > 0 && t->kind == TERM_FIELD && is_quantifier(t->name))
        parse_quantifier(p, t, at + 1);
    if (!lex_take(&p->x, "]")) {
        expected(p, "\"]\"");
        return -EINVAL;
    }
    return 0;
}

static AstTerm *parse_field(Parser *p) {
    const char *at = p->x.p;
    Str name = lex_field(&p->x);
    if (str_empty(name))
        return NULL;
    AstTerm *t = make_term(p, TERM_FIELD, at);
    if (!t)
        return NULL;
    t->name = name;
    return parse_arg(p, t) < 0 ? NULL : t;
}

static AstTransform at_transformer(Parser *p) {
    const char *from = p->x.p;
    for (AstTransform t = 0; t < TRANSFORM_N_; t++) {
        if (lex_take(&p->x, ast_transform_name(t)) && lex_take(&p->x, "("))
            return t;
        p->x.p = from;
    }
    return TRANSFORM_N_;
}

static AstTerm *parse_transformer(Parser *p, AstTransform kind, const char *at);

/* An argument of a transformer; `list`: whether "(a, b)" may stand here. */
static AstTerm *parse_term(Parser *p, bool list);

/* From behind "(" to behind ")". */
static int parse_terms(Parser *p, AstTerm **ret, bool list) {
    AstTerm **end = ret;
    lex_blank(&p->x);
    if (lex_take(&p->x, ")"))
        return 0;
    if (p->depth >= DEPTH_MAX) {
        stop(p, "nested too deep: 100 levels are allowed");
        return -EINVAL;
    }
    p->depth++;
    int r = 0;
    for (;;) {
        lex_blank(&p->x);
        AstTerm *t = parse_term(p, list);
        if (!t) {
            r = leave_bracket(p);
            break;
        }
        *end = t;
        end = &t->next;
        lex_blank(&p->x);
        if (lex_take(&p->x, ","))
            continue;
        if (!lex_take(&p->x, ")")) {
            expected(p, "\",\" or \")\"");
            r = leave_bracket(p);
        }
        break;
    }
    p->depth--;
    return r;
}

static AstTerm *parse_term(Parser *p, bool list) {
    const char *at = p->x.p;
    AstTransform kind = at_transformer(p);
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
            t = make_term(p, TERM_LIST, at);
            return t && parse_terms(p, &t->args, false) == 0 ? t : NULL;
        }
        expected(p, list ? "a field, a transformer, a number, a quoted string or a list" : "a field, a transformer, a number or a quoted string");
        return NULL;
    }
    t = make_term(p, kind_of, at);
    if (t)
        t->name = text;
    return t;
}

static AstTerm *parse_transformer(Parser *p, AstTransform kind, const char *at) {
    AstTerm *t = make_term(p, TERM_TRANSFORM, at);
    if (!t)
        return NULL;
    t->transform = kind;
    if (parse_terms(p, &t->args, true) < 0)
        return NULL;
    if (!t->args) {
        fail_at(p, at, "this transformer needs an argument");
        return NULL;
    }
    return parse_arg(p, t) < 0 ? NULL : t;
}

/* val(field) or a transformer on the right side; NULL with nothing taken when there is none. */
static AstTerm *parse_right(Parser *p) {
    const char *at = p->x.p;
    if (!lex_take(&p->x, "val(")) {
        AstTransform kind = at_transformer(p);
        return kind < TRANSFORM_N_ ? parse_transformer(p, kind, at) : NULL;
    }
    lex_blank(&p->x);
    const char *field = p->x.p;
    AstTerm *t = parse_field(p);
    if (!t) {
        if (p->x.p == field)
            expected(p, "a field inside val()");
        leave_bracket(p);
        return NULL;
    }
    lex_blank(&p->x);
    if (!lex_take(&p->x, ")")) {
        expected(p, "\")\"");
        leave_bracket(p);
        return NULL;
    }
    if (!t->has_arg && parse_arg(p, t) < 0)
        return NULL;
    return t;
}

static AstItem *parse_value(Parser *p, const char *what) {
    const char *at = p->x.p;
    Str text;
    int r = parse_quoted(p, &text);
    if (r < 0)
        return NULL;
    if (r == 0 && str_empty(text = lex_bare(&p->x))) {
        expected(p, what);
        return NULL;
    }
    AstItem *item = make(p, sizeof(*item));
    if (item)
        *item = (AstItem) {.text = text, .quoted = r > 0, .place = lex_place(&p->x, at)};
    return item;
}

/* "(a, b)" or the name of a list. */
static int parse_list(Parser *p, AstNode *n) {
    lex_blank(&p->x);
    if (!lex_take(&p->x, "(")) {
        n->list = lex_identifier(&p->x);
        if (!str_empty(n->list))
            return 0;
        n->list = STR_NULL;
        expected(p, "a list \"(…)\" or the name of one");
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
            return leave_bracket(p);
        *end = item;
        end = &item->next;
        lex_blank(&p->x);
        if (lex_take(&p->x, ","))
            continue;
        if (lex_take(&p->x, ")"))
            return 0;
        expected(p, "\",\" or \")\" in the list");
        return leave_bracket(p);
    }
}

static AstModifier at_modifier(Parser *p) {
    for (AstModifier m = MODIFIER_ONEOF; m <= MODIFIER_ALLOF; m++)
        if (lex_at_keyword(&p->x, ast_modifier_name(m)) && lex_take(&p->x, ast_modifier_name(m)))
            return m;
    return MODIFIER_NONE;
}

/* What stands right of an operator. */
static int parse_operand(Parser *p, AstNode *n) {
    lex_blank(&p->x);
    const char *at = p->x.p;
    n->right = parse_right(p);
    if (n->right || p->x.p > at)
        return n->right ? 0 : -EINVAL;
    if (n->op >= OP_IN)
        return parse_list(p, n);
    bool ordered = n->op >= OP_LT && n->op <= OP_GE;
    n->modifier = ordered ? MODIFIER_NONE : at_modifier(p);
    if (n->modifier)
        return parse_list(p, n);
    n->items = parse_value(p, ordered ? "a number" : "a value");
    return n->items ? 0 : -EINVAL;
}

/* Longer ones before those they begin with. */
static const AstOp op_order[] = {
    OP_EXISTS,    OP_LE,        OP_LT,         OP_GE,          OP_GT,       OP_EQ,    OP_NE, OP_GLOB,   OP_IGLOB, OP_CONTAINS,
    OP_ICONTAINS, OP_BCONTAINS, OP_STARTSWITH, OP_BSTARTSWITH, OP_ENDSWITH, OP_REGEX, OP_IN, OP_INTERSECTS, OP_PMATCH,
};
static const char op_words[] = "exists|glob|iglob|contains|icontains|bcontains|startswith|bstartswith|endswith|regex|in|intersects|pmatch";

static AstOp parse_op(Parser *p) {
    Lexer *x = &p->x;
    if (lex_take(x, "=="))
        return OP_EQ;
    for (size_t i = 0; i < ARRAY_SIZE(op_order); i++) {
        AstOp op = op_order[i];
        const char *name = ast_op_name(op), *from = x->p;
        if (!lex_take(x, name))
            continue;
        bool word = name[0] >= 'a', ends = x->p == x->end || lex_is_blank(*x->p);
        /* A word ends at a blank; "in(" and "exists)" are written as well. */
        if (!word || ends || (op >= OP_IN && *x->p == '(') || (op == OP_EXISTS && *x->p == ')'))
            return op;
        x->p = from;
    }
    Str near = nearest_name(STR(op_words), lex_found(x));
    AstPlace place = lex_place(x, x->p);
    if (near.p) {
        diag_add(p->diag, DIAG_ERROR, p->file, place.line, place.col, "unknown operator \"%.*s\"; did you mean \"%.*s\"?", STR_FMT(lex_found(x)), STR_FMT(near));
        p->failed = true;
    } else {
        expected(p, "an operator (exists = == != < <= > >= in intersects pmatch contains startswith endswith glob regex …)");
    }
    return OP_N_;
}

static AstNode *parse_comparison(Parser *p, AstTerm *left, const char *at) {
    AstNode *n = make_node(p, AST_CHECK, at);
    if (!n)
        return NULL;
    n->left = left;
    lex_blank(&p->x);
    n->op = parse_op(p);
    if (n->op == OP_N_)
        return NULL;
    return n->op == OP_EXISTS || parse_operand(p, n) == 0 ? n : NULL;
}

/* What follows "(": a condition and its ")". */
static AstNode *parse_group(Parser *p, const char *open) {
    if (p->depth >= DEPTH_MAX) {
        stop(p, "nested too deep: 100 levels are allowed");
        return NULL;
    }
    p->depth++;
    AstNode *n = parse_or(p);
    p->depth--;
    if (lex_take(&p->x, ")"))
        return n;
    if (p->x.p == p->x.end)
        fail_at(p, open, "this \"(\" is not closed");
    else
        expected(p, "\"and\", \"or\" or \")\"");
    for (;;) {
        resync(p);
        if (p->x.p == p->x.end || lex_take(&p->x, ")"))
            return NULL;
        p->x.p += *p->x.p == 'a' ? strlen("and") : strlen("or");
        p->depth++;
        parse_or(p);
        p->depth--;
    }
}

static AstNode *parse_check(Parser *p) {
    Lexer *x = &p->x;
    const char *at = x->p;
    if (lex_take(x, "("))
        return parse_group(p, at);
    AstTerm *left = parse_field(p);
    AstNode *n = NULL;
    if (left) {
        n = parse_comparison(p, left, at);
    } else if (x->p == at) {
        AstTransform kind = at_transformer(p);
        if (kind < TRANSFORM_N_) {
            left = parse_transformer(p, kind, at);
            n = left ? parse_comparison(p, left, at) : NULL;
        } else if (!lex_at_keyword(x, "and") && !lex_at_keyword(x, "or") && !str_empty(lex_identifier(x))) {
            if ((n = make_node(p, AST_MACRO, at)))
                n->name = str_n(at, (size_t) (x->p - at));
        } else {
            expected(p, "a field, a macro or \"(\"");
        }
    }
    if (!n)
        resync(p);
    else
        n->end = lex_place(x, x->p);
    return n;
}

static AstNode *parse_not(Parser *p) {
    Lexer *x = &p->x;
    const char *at = x->p;
    bool negated = false;
    while (lex_at_keyword(x, "not") && x->end - x->p > 3 && x->p[3] != '(') {
        negated = !negated;
        lex_take(x, "not");
        lex_blank(x);
    }
    if (lex_at_keyword(x, "not") && lex_take(x, "not") && x->p < x->end)
        negated = !negated;
    AstNode *child = parse_check(p);
    if (!negated || !child)
        return child;
    AstNode *n = make_node(p, AST_NOT, at);
    if (n) {
        n->child = n->last = child;
        n->end = child->end;
    }
    return n;
}

/* A chain of one or more, of which two make a node. Children that failed are left out: an error was told, the tree is not used. */
static AstNode *parse_chain(Parser *p, AstKind kind, const char *word, AstNode *(*part)(Parser *p)) {
    Lexer *x = &p->x;
    AstNode *n = NULL, *one = NULL;
    lex_blank(x);
    const char *at = x->p;
    for (;;) {
        AstNode *child = part(p);
        lex_blank(x);
        if (n && child) {
            n->last->next = child;
            n->last = child;
            n->end = child->end;
        } else if (child) {
            one = child;
        }
        if (!lex_at_keyword(x, word))
            return n ? n : one;
        lex_take(x, word);
        lex_blank(x);
        if (!n && one && (n = make_node(p, kind, at)))
            n->child = n->last = one;
    }
}

static AstNode *parse_and(Parser *p) {
    return parse_chain(p, AST_AND, "and", parse_not);
}
static AstNode *parse_or(Parser *p) {
    return parse_chain(p, AST_OR, "or", parse_and);
}

int ast_parse(const AstText *text, const Limits *limits, Arena *a, Diag *d, AstNode **ret) {
    uint32_t nodes = limits->condition_nodes;
    Parser p = {.x = lexer(text), .arena = a, .diag = d, .file = text->file, .nodes = &nodes};
    if (text->text.n > limits->condition_bytes)
        stop(&p, "the condition is too long");
    lex_blank(&p.x);
    if (!p.stopped && p.x.p == p.x.end)
        fail_at(&p, p.x.p, "the condition is empty");
    AstNode *n = p.failed ? NULL : parse_or(&p);
    while (p.x.p < p.x.end) {
        if (*p.x.p == ')') {
            fail_at(&p, p.x.p++, "this \")\" closes nothing");
            lex_blank(&p.x);
        } else if (!lex_at_keyword(&p.x, "and") && !lex_at_keyword(&p.x, "or")) {
            expected(&p, "\"and\" or \"or\"");
            resync(&p);
            continue;
        }
        if (p.x.p < p.x.end && *p.x.p != ')') {
            if (lex_at_keyword(&p.x, "and") || lex_at_keyword(&p.x, "or"))
                p.x.p += *p.x.p == 'a' ? strlen("and") : strlen("or");
            parse_or(&p);
        }
    }
    if (p.failed || !n)
        return -EINVAL;
    *ret = n;
    return 0;
}

int ast_parse_term(const AstText *text, size_t at, const Limits *limits, Arena *a, Diag *d, AstTerm **ret, size_t *ret_n) {
    uint32_t nodes = limits->condition_nodes;
    Parser p = {.x = lexer(text), .arena = a, .diag = d, .file = text->file, .nodes = &nodes};
    const char *from = p.x.p += at;
    AstTransform kind = at_transformer(&p);
    AstTerm *t = kind < TRANSFORM_N_ ? parse_transformer(&p, kind, from) : parse_field(&p);
    *ret_n = (size_t) (p.x.p - from);
    if (!t)
        return p.failed ? -EINVAL : -ENOENT;
    *ret = t;
    return 0;
}
