/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/ast.h"

const char *ast_op_name(AstOp op) {
    static const char *const names[OP_N_] = {
        [OP_EXISTS] = "exists", [OP_EQ] = "=", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=",
        [OP_CONTAINS] = "contains", [OP_ICONTAINS] = "icontains", [OP_BCONTAINS] = "bcontains", [OP_STARTSWITH] = "startswith",
        [OP_BSTARTSWITH] = "bstartswith", [OP_ENDSWITH] = "endswith", [OP_GLOB] = "glob", [OP_IGLOB] = "iglob", [OP_REGEX] = "regex",
        [OP_IN] = "in", [OP_INTERSECTS] = "intersects", [OP_PMATCH] = "pmatch",
    };
    return names[op];
}

const char *ast_transform_name(AstTransform t) {
    static const char *const names[TRANSFORM_N_] = {
        [TRANSFORM_TOLOWER] = "tolower", [TRANSFORM_TOUPPER] = "toupper", [TRANSFORM_B64] = "b64", [TRANSFORM_BASENAME] = "basename",
        [TRANSFORM_LEN] = "len", [TRANSFORM_JOIN] = "join", [TRANSFORM_CONCAT] = "concat", [TRANSFORM_GETOPT] = "getopt",
    };
    return names[t];
}

const char *ast_modifier_name(AstModifier m) {
    static const char *const names[] = {[MODIFIER_NONE] = "", [MODIFIER_ONEOF] = "oneof", [MODIFIER_ANYOF] = "anyof", [MODIFIER_ALLOF] = "allof"};
    return names[m];
}

/* Can it stand without quotes? */
static bool is_bare(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!s.p[i] || strchr("()\"'=, \t\r\n\v\f\b", s.p[i]))
            return false;
    return s.n > 0;
}

static void print_quoted(Str s, Buf *out) {
    buf_putc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        static const char bytes[] = "\"\\\n\r\t\b\f", letters[] = "\"\\nrtbf";
        const char *at = s.p[i] ? strchr(bytes, s.p[i]) : NULL;
        if (at) {
            buf_putc(out, '\\');
            buf_putc(out, letters[at - bytes]);
        } else {
            buf_putc(out, s.p[i]);
        }
    }
    buf_putc(out, '"');
}

void ast_print_text(Str text, bool quoted, Buf *out) {
    if (!quoted && is_bare(text))
        buf_str(out, text);
    else
        print_quoted(text, out);
}

static void print_arg(const AstTerm *t, Buf *out) {
    if (!t->has_arg)
        return;
    bool bare = !t->child.p;
    for (size_t i = 0; i < t->arg.n; i++)
        bare = bare && t->arg.p[i] && !strchr("[]\"' \t\r\n\v\f", t->arg.p[i]);
    buf_putc(out, '[');
    if (bare)
        buf_str(out, t->arg);
    else
        print_quoted(t->arg, out);
    buf_putc(out, ']');
}

static void print_terms(const AstTerm *t, Buf *out) {
    buf_putc(out, '(');
    for (; t; t = t->next) {
        ast_print_term(t, out);
        if (t->next)
            buf_putz(out, ", ");
    }
    buf_putc(out, ')');
}

void ast_print_term(const AstTerm *t, Buf *out) {
    switch (t->kind) {
    case TERM_FIELD:
    case TERM_NUMBER:
        buf_str(out, t->name);
        break;
    case TERM_TEXT:
        print_quoted(t->name, out);
        break;
    case TERM_TRANSFORM:
        buf_putz(out, ast_transform_name(t->transform));
        print_terms(t->args, out);
        break;
    case TERM_LIST:
        print_terms(t->args, out);
        break;
    }
    print_arg(t, out);
}

static void print_check(const AstNode *n, Buf *out) {
    ast_print_term(n->left, out);
    buf_printf(out, " %s", ast_op_name(n->op));
    if (n->op == OP_EXISTS)
        return;
    buf_putc(out, ' ');
    if (n->right) {
        bool val = n->right->kind == TERM_FIELD;
        buf_putz(out, val ? "val(" : "");
        ast_print_term(n->right, out);
        buf_putz(out, val ? ")" : "");
        return;
    }
    if (n->modifier)
        buf_printf(out, "%s ", ast_modifier_name(n->modifier));
    if (n->list.p) {
        buf_str(out, n->list);
        return;
    }
    bool list = n->modifier || n->op >= OP_IN;
    buf_putz(out, list ? "(" : "");
    for (const AstItem *i = n->items; i; i = i->next) {
        bool word = !list && (str_eqz(i->text, "oneof") || str_eqz(i->text, "anyof") || str_eqz(i->text, "allof"));
        ast_print_text(i->text, i->quoted || word, out);
        if (i->next)
            buf_putz(out, ", ");
    }
    buf_putz(out, list ? ")" : "");
}

/* `tight`: how strongly what stands around it binds. */
static void print(const AstNode *n, int tight, Buf *out) {
    static const int binds[] = {[AST_OR] = 0, [AST_AND] = 1, [AST_NOT] = 2, [AST_MACRO] = 3, [AST_CHECK] = 3};
    bool brackets = binds[n->kind] < tight;
    buf_putz(out, brackets ? "(" : "");
    switch (n->kind) {
    case AST_AND:
    case AST_OR:
        for (const AstNode *c = n->child; c; c = c->next) {
            print(c, binds[n->kind], out);
            if (c->next)
                buf_putz(out, n->kind == AST_AND ? " and " : " or ");
        }
        break;
    case AST_NOT:
        buf_putz(out, "not ");
        print(n->child, 3, out);
        break;
    case AST_MACRO:
        buf_str(out, n->name);
        break;
    case AST_CHECK:
        print_check(n, out);
        break;
    }
    buf_putz(out, brackets ? ")" : "");
}

void ast_print(const AstNode *n, Buf *out) {
    print(n, 0, out);
}
