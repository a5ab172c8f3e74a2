/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/check.h"

enum { PATH_PARTS_MAX = 256 };

static bool is_number(FieldType t) {
    return t == FIELD_INT || t == FIELD_DOUBLE || t == FIELD_PORT;
}
static bool is_text(FieldType t) {
    return t == FIELD_STRING || t == FIELD_BYTES;
}
static bool is_ip(FieldType t) {
    return t == FIELD_IP || t == FIELD_NET;
}

/* The operators that a field of this kind takes, for messages. */
static void operators(const Operand *left, Buf *out) {
    buf_putz(out, "exists");
    for (AstOp op = OP_EQ; op < OP_N_; op++)
        if (compare_for(op, left->type, left->values, false))
            buf_printf(out, " %s", ast_op_name(op));
}

static int hex_digit(char c) {
    char d = ascii_lower(c);
    return d >= '0' && d <= '9' ? d - '0' : d >= 'a' && d <= 'f' ? d - 'a' + 10 : -1;
}

static int hex_bytes(Checker *c, const AstItem *item, Str *ret) {
    size_t n = item->text.n / 2;
    char *out = item->text.n % 2 == 0 ? arena_bytes(c->pool->arena, n + 1) : NULL;
    for (size_t i = 0; out && i < n; i++) {
        int high = hex_digit(item->text.p[2 * i]), low = hex_digit(item->text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            out = NULL;
        else
            out[i] = (char) (high << 4 | low);
    }
    if (!out)
        return check_fail(c, item->place, "expected bytes in hexadecimal: cafe0123");
    *ret = str_n(out, n);
    return 0;
}

static int regex_constant(Checker *c, const AstItem *item, Constant *k) {
    char why[160];
    size_t at;
    k->pattern = pattern_new_whole(item->text, c->pool->arena, &at, why);
    if (k->pattern)
        return 0;
    return check_fail(c, item->place, "this pattern does not compile: %s (at its character %zu)", why, at + 1);
}

/* One literal of an operator that takes one. */
static int one_constant(Checker *c, const AstNode *n, const Operand *left, const AstItem *item, Constant *k) {
    *k = (Constant) {.values = left->values, .exact = n->op == OP_EQ || n->op == OP_NE};
    Operand free_text = {.type = left->type};
    /* Parts and patterns of words are no words. */
    const Operand *as = n->op >= OP_CONTAINS ? &free_text : left;
    const char *wrong = literal_parse(as, item->text, c->pool->arena, &k->value);
    if (wrong)
        return check_fail(c, item->place, "\"%.*s\": %s", STR_FMT(item->text), wrong);
    switch (n->op) {
    case OP_BCONTAINS:
    case OP_BSTARTSWITH:
        return hex_bytes(c, item, &k->value.text);
    case OP_REGEX:
        return regex_constant(c, item, k);
    default:
        return 0;
    }
}

static int path_prefixes(Checker *c, const AstNode *n, const Str *texts, size_t count, Constant *k) {
    for (const AstItem *i = n->items; i; i = i->next) {
        size_t parts = 0;
        for (size_t b = 0; b < i->text.n; b++)
            parts += i->text.p[b] == '/';
        if (parts > PATH_PARTS_MAX)
            return check_fail(c, i->place, "this path has too many parts: %d are allowed", PATH_PARTS_MAX);
    }
    k->trie = path_trie_new(texts, count, c->pool->arena);
    return k->trie ? 0 : check_fail(c, n->place, "the rules are too large");
}

/* The whole list as one constant: a set, prefixes, or values to compare with one after the other. */
static int list_constant(Checker *c, const AstNode *n, const Operand *left, Constant *k) {
    size_t count = 0;
    for (const AstItem *i = n->items; i; i = i->next)
        count++;
    bool text = is_text(left->type);
    Str *texts = text ? arena_alloc(c->pool->arena, (count + 1) * sizeof(*texts)) : NULL;
    Value *values = arena_alloc(c->pool->arena, (count + 1) * sizeof(*values));
    if (!values || (text && !texts))
        return check_fail(c, n->place, "the rules are too large");
    Operand free_text = {.type = left->type};
    const Operand *as = n->op == OP_PMATCH ? &free_text : left;
    size_t at = 0;
    int r = 0;
    for (const AstItem *i = n->items; i; i = i->next, at++) {
        const char *wrong = literal_parse(as, i->text, c->pool->arena, &values[at]);
        if (wrong)
            r = check_fail(c, i->place, "\"%.*s\": %s", STR_FMT(i->text), wrong);
        else if (text)
            texts[at] = values[at].text;
    }
    if (r < 0)
        return r;
    k->value = value_list(values, count);
    if (n->op == OP_PMATCH)
        return path_prefixes(c, n, texts, count, k);
    if (!text)
        return 0;
    k->set = str_set_new(texts, count, c->pool->arena);
    return k->set ? 0 : check_fail(c, n->place, "the rules are too large");
}

static int check_constants(Checker *c, const AstNode *n, Test *t) {
    size_t count = 0;
    bool whole = n->op >= OP_IN;
    for (const AstItem *i = n->items; i && !whole; i = i->next)
        count++;
    Constant *k = arena_alloc(c->pool->arena, (count + 1) * sizeof(*k));
    if (!k)
        return check_fail(c, n->place, "the rules are too large");
    t->constants = k;
    t->n_constants = whole ? 1 : count;
    if (whole)
        return list_constant(c, n, &t->left, k);
    int r = 0;
    for (const AstItem *i = n->items; i; i = i->next, k++)
        if (one_constant(c, n, &t->left, i, k) < 0)
            r = -EINVAL;
    return r;
}

/* May the two sides of a comparison between fields meet? */
static int check_right(Checker *c, const AstNode *n, Test *t) {
    Operand *right = arena_new(c->pool->arena, Operand);
    if (!right)
        return check_fail(c, n->place, "the rules are too large");
    if (check_operand(c, n->right, right) < 0)
        return -EINVAL;
    FieldType a = t->left.type, b = right->type;
    bool same = a == b || (is_number(a) && is_number(b)) || (is_text(a) && is_text(b)) || (is_ip(a) && is_ip(b));
    if (!same)
        return check_fail(c, n->right->place, "this is %s, the left side is %s", check_type_name(b), check_type_name(a));
    if (t->left.unit != right->unit && t->left.unit && right->unit)
        return check_fail(c, n->right->place, "both sides have different units");
    if (right->multiple && n->op < OP_IN)
        return check_fail(c, n->right->place, "this has several values: only in, intersects and pmatch compare with those");
    t->right = right;
    return 0;
}

static int check_new_test(Checker *c, const AstNode *n, Test *t) {
    if (check_operand(c, n->left, &t->left) < 0)
        return -EINVAL;
    if (n->list.p)
        return check_fail(c, n->place, "unknown list \"%.*s\"", STR_FMT(n->list));
    const Operand *left = &t->left;
    t->mode = left->mode;
    t->negate = n->op == OP_NE;
    t->all = n->op == OP_IN && t->mode == MODE_LIST;
    t->modifier = n->modifier;
    if (n->op == OP_EXISTS)
        return 0;
    t->compare = compare_for(n->op, left->type, left->values, n->right != NULL);
    if (!t->compare && n->right && compare_for(n->op, left->type, left->values, false))
        return check_fail(c, n->right->place, "%s needs its pattern written out", ast_op_name(n->op));
    if (!t->compare) {
        _cleanup_(buf_done) Buf ops = buf_new(BUF_OWN_MAX), name = buf_new(BUF_OWN_MAX);
        operators(left, &ops);
        ast_print_term(n->left, &name);
        return check_fail(c, n->place, "%s is %s: %s is not for that; there are: %s", buf_view(&name).p, check_type_name(left->type), ast_op_name(n->op), buf_view(&ops).p);
    }
    return n->right ? check_right(c, n, t) : check_constants(c, n, t);
}

/* A mistake in a macro is told once, not once for each rule that uses it. */
static bool told_before(Checker *c, const AstNode *n, Buf *key) {
    bool fresh;
    buf_clear(key);
    buf_printf(key, "%s:%u:%u:%s", c->source->name, n->place.line, n->place.col, n->file ? n->file : "");
    Str at = arena_str(c->pool->arena, buf_view(key));
    if (at.p)
        *map_slot(&c->pool->failed, at, &fresh) = &c->pool->failed;
    return at.p && !fresh;
}

int check_test(Checker *c, const AstNode *n, const Test **ret) {
    _cleanup_(buf_done) Buf key = buf_new(BUF_OWN_MAX);
    buf_printf(&key, "%s ", c->source->name);
    ast_print(n, &key);
    Test *t = map_get(&c->pool->tests, buf_view(&key));
    if (t) {
        *ret = t;
        return 0;
    }
    Str text = arena_str(c->pool->arena, buf_view(&key));
    t = text.p ? arena_new(c->pool->arena, Test) : NULL;
    if (!t)
        return check_fail(c, n->place, "the rules are too large");
    Diag *d = c->pool->diag, none = {0};
    Diag found = none;
    c->pool->diag = &found;
    int r = check_new_test(c, n, t);
    c->pool->diag = d;
    if (r < 0 && !told_before(c, n, &key))
        for (size_t i = 0; i < found.items.n; i++) {
            const DiagItem *item = &found.items.p[i];
            diag_add(d, item->level, item->file, item->line, item->col, "%s", item->message);
        }
    diag_done(&found);
    if (r < 0)
        return r;
    t->id = c->pool->n++;
    map_set(&c->pool->tests, text, t);
    *ret = t;
    return 0;
}
