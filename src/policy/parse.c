/* SPDX-License-Identifier: Apache-2.0 */
/* Text to tree, by recursive descent. After an error it goes on behind the next "and", "or" or ")", so that one reading tells all there is to tell. */
#include "base/nearest.h"
#include "policy/parser.h"

enum { MESSAGE_TEXT_MAX = 40 };

void parser_fail(Parser *p, const char *at, const char *message) {
    AstPlace place = lex_place(&p->x, at);
    if (!p->stopped)
        diag_add(p->diag, DIAG_ERROR, p->file, place.line, place.col, "%s", message);
    p->failed = true;
}

void parser_stop(Parser *p, const char *message) {
    parser_fail(p, p->x.p, message);
    p->stopped = true;
    p->x.p = p->x.end;
}

/* "expected …, found …" */
void parser_expected(Parser *p, const char *what) {
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
void parser_resync(Parser *p) {
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
int parser_leave_bracket(Parser *p) {
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

void *parser_make(Parser *p, size_t n) {
    if (p->stopped)
        return NULL;
    void *o = *p->nodes > 0 ? arena_alloc(p->arena, n) : NULL;
    if (!o)
        parser_stop(p, "the condition has too many parts");
    else
        --*p->nodes;
    return o;
}

AstNode *parser_node(Parser *p, AstKind kind, const char *at) {
    AstNode *n = parser_make(p, sizeof(*n));
    if (n) {
        n->kind = kind;
        n->file = p->file;
        n->place = lex_place(&p->x, at);
    }
    return n;
}

AstTerm *parser_term(Parser *p, TermKind kind, const char *at) {
    AstTerm *t = parser_make(p, sizeof(*t));
    if (t) {
        t->kind = kind;
        t->place = lex_place(&p->x, at);
    }
    return t;
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
        parser_expected(p, "an operator (exists = == != < <= > >= in intersects pmatch contains startswith endswith glob regex …)");
    }
    return OP_N_;
}

static AstNode *parse_comparison(Parser *p, AstTerm *left, const char *at) {
    AstNode *n = parser_node(p, AST_CHECK, at);
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
    if (p->depth >= PARSE_DEPTH_MAX) {
        parser_stop(p, "nested too deep: 100 levels are allowed");
        return NULL;
    }
    p->depth++;
    AstNode *n = parse_condition(p);
    p->depth--;
    if (lex_take(&p->x, ")"))
        return n;
    if (p->x.p == p->x.end)
        parser_fail(p, open, "this \"(\" is not closed");
    else
        parser_expected(p, "\"and\", \"or\" or \")\"");
    for (;;) {
        parser_resync(p);
        if (p->x.p == p->x.end || lex_take(&p->x, ")"))
            return NULL;
        p->x.p += *p->x.p == 'a' ? strlen("and") : strlen("or");
        p->depth++;
        parse_condition(p);
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
        AstTransform kind = parse_transformer_name(p);
        if (kind < TRANSFORM_N_) {
            left = parse_transformer(p, kind, at);
            n = left ? parse_comparison(p, left, at) : NULL;
        } else if (!lex_at_keyword(x, "and") && !lex_at_keyword(x, "or") && !str_empty(lex_identifier(x))) {
            if ((n = parser_node(p, AST_MACRO, at)))
                n->name = str_n(at, (size_t) (x->p - at));
        } else {
            parser_expected(p, "a field, a macro or \"(\"");
        }
    }
    if (!n)
        parser_resync(p);
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
    AstNode *n = parser_node(p, AST_NOT, at);
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
        if (!n && one && (n = parser_node(p, kind, at)))
            n->child = n->last = one;
    }
}

static AstNode *parse_and(Parser *p) {
    return parse_chain(p, AST_AND, "and", parse_not);
}
AstNode *parse_condition(Parser *p) {
    return parse_chain(p, AST_OR, "or", parse_and);
}

int ast_parse(const AstText *text, const Limits *limits, Arena *a, Diag *d, AstNode **ret) {
    uint32_t nodes = limits->condition_nodes;
    Parser p = {.x = lexer(text), .arena = a, .diag = d, .file = text->file, .nodes = &nodes};
    if (text->text.n > limits->condition_bytes)
        parser_stop(&p, "the condition is too long");
    lex_blank(&p.x);
    if (!p.stopped && p.x.p == p.x.end)
        parser_fail(&p, p.x.p, "the condition is empty");
    AstNode *n = p.failed ? NULL : parse_condition(&p);
    while (p.x.p < p.x.end) {
        if (*p.x.p == ')') {
            parser_fail(&p, p.x.p++, "this \")\" closes nothing");
            lex_blank(&p.x);
        } else if (!lex_at_keyword(&p.x, "and") && !lex_at_keyword(&p.x, "or")) {
            parser_expected(&p, "\"and\" or \"or\"");
            parser_resync(&p);
            continue;
        }
        if (p.x.p < p.x.end && *p.x.p != ')') {
            if (lex_at_keyword(&p.x, "and") || lex_at_keyword(&p.x, "or"))
                p.x.p += *p.x.p == 'a' ? strlen("and") : strlen("or");
            parse_condition(&p);
        }
    }
    if (p.failed || !n)
        return -EINVAL;
    *ret = n;
    return 0;
}
