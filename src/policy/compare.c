/* SPDX-License-Identifier: Apache-2.0 */
/* One value against one constant, per operator and type. Values whose type is not the field's never compare. */
#include "policy/code.h"
#include "policy/evaluator.h"

/* A pattern counts as so many bytes, and each byte of the text as four. */
enum { PATTERN_WORK = 1024 };

static bool is_text(const Value *v) {
    return v->type == VALUE_STRING || v->type == VALUE_BYTES;
}

static bool text_eq(Run *run, const Value *left, const Constant *right) {
    return is_text(left) && str_eq(left->text, right->value.text);
}
static bool text_starts(Run *run, const Value *left, const Constant *right) {
    return is_text(left) && str_starts(left->text, right->value.text);
}
static bool text_ends(Run *run, const Value *left, const Constant *right) {
    return is_text(left) && str_ends(left->text, right->value.text);
}
static bool text_contains(Run *run, const Value *left, const Constant *right) {
    Str a = left->text, b = right->value.text;
    return is_text(left) && (b.n == 0 || (a.n >= b.n && memmem(a.p, a.n, b.p, b.n)));
}
static bool text_icontains(Run *run, const Value *left, const Constant *right) {
    return is_text(left) && text_contains_fold(left->text, right->value.text, &run->e->work_left);
}
static bool text_glob(Run *run, const Value *left, const Constant *right) {
    return is_text(left) && glob_match(right->value.text, left->text, false, &run->e->work_left);
}
static bool text_iglob(Run *run, const Value *left, const Constant *right) {
    return is_text(left) && glob_match(right->value.text, left->text, true, &run->e->work_left);
}
static bool text_regex(Run *run, const Value *left, const Constant *right) {
    if (!is_text(left))
        return false;
    work_done(&run->e->work_left, PATTERN_WORK + 4 * left->text.n);
    int r = pattern_whole(right->pattern, run->e->work, left->text);
    if (r < 0)
        run->e->limited = true;
    return r > 0;
}
static bool text_in(Run *run, const Value *left, const Constant *right) {
    return is_text(left) && str_set_has(right->set, left->text);
}
static bool text_pmatch(Run *run, const Value *left, const Constant *right) {
    return is_text(left) && path_trie_match(right->trie, left->text, &run->e->work_left);
}

/* Places in "LOW|MEDIUM|HIGH": -1 when not there. */
static int place_of(const char *values, Str word) {
    Str rest = str_from(values), one;
    for (int i = 0; str_split(&rest, '|', &one); i++)
        if (str_eq(one, word))
            return i;
    return -1;
}

/* <0, 0, >0; 2 when they do not compare. */
static int order(const Value *a, const Constant *c) {
    const Value *b = &c->value;
    if (a->type == VALUE_INT && b->type == VALUE_INT)
        return a->integer < b->integer ? -1 : a->integer > b->integer;
    if (is_text(a) && is_text(b) && c->values) {
        int i = place_of(c->values, a->text), k = place_of(c->values, b->text);
        return i < 0 || k < 0 ? 2 : i < k ? -1 : i > k;
    }
    if ((a->type != VALUE_INT && a->type != VALUE_DOUBLE) || (b->type != VALUE_INT && b->type != VALUE_DOUBLE))
        return 2;
    double x = a->type == VALUE_INT ? (double) a->integer : a->number, y = b->type == VALUE_INT ? (double) b->integer : b->number;
    return x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
}
static bool order_eq(Run *run, const Value *left, const Constant *right) {
    return order(left, right) == 0;
}
static bool order_lt(Run *run, const Value *left, const Constant *right) {
    return order(left, right) < 0;
}
static bool order_le(Run *run, const Value *left, const Constant *right) {
    return order(left, right) <= 0;
}
static bool order_gt(Run *run, const Value *left, const Constant *right) {
    return order(left, right) == 1;
}
static bool order_ge(Run *run, const Value *left, const Constant *right) {
    int r = order(left, right);
    return r == 0 || r == 1;
}

static bool bool_eq(Run *run, const Value *left, const Constant *right) {
    return left->type == VALUE_BOOL && right->value.type == VALUE_BOOL && left->boolean == right->value.boolean;
}

static bool is_net(const Value *v) {
    return v->type == VALUE_IP || v->type == VALUE_NET;
}
static bool net_eq(Run *run, const Value *left, const Constant *right) {
    return is_net(left) && is_net(&right->value) && ip_inside(&left->ip, &right->value.ip);
}

static Compare equal_for(FieldType type) {
    static const Compare table[] = {
        [FIELD_BOOL] = bool_eq, [FIELD_INT] = order_eq, [FIELD_DOUBLE] = order_eq, [FIELD_STRING] = text_eq,
        [FIELD_BYTES] = text_eq, [FIELD_IP] = net_eq, [FIELD_NET] = net_eq, [FIELD_PORT] = order_eq,
    };
    return table[type];
}

/* Against the items of a list, or the one value there is. */
static bool in_values(Run *run, const Value *left, const Constant *right, Compare equal) {
    const Value *list = &right->value;
    if (list->type != VALUE_LIST)
        return equal(run, left, right);
    for (size_t i = 0; i < list->list.n; i++)
        if (equal(run, left, &(Constant) {.value = list->list.p[i]}))
            return true;
    return false;
}
static bool text_in_values(Run *run, const Value *left, const Constant *right) {
    return in_values(run, left, right, text_eq);
}
static bool order_in_values(Run *run, const Value *left, const Constant *right) {
    return in_values(run, left, right, order_eq);
}
static bool bool_in_values(Run *run, const Value *left, const Constant *right) {
    return in_values(run, left, right, bool_eq);
}
static bool net_in_values(Run *run, const Value *left, const Constant *right) {
    return in_values(run, left, right, net_eq);
}
static bool prefix(Run *run, const Value *left, const Constant *right) {
    return is_text(left) && is_text(&right->value) && path_has_prefix(left->text, right->value.text, &run->e->work_left);
}
static bool prefix_in_values(Run *run, const Value *left, const Constant *right) {
    return in_values(run, left, right, prefix);
}

Compare compare_for(AstOp op, FieldType type, const char *values, bool dynamic) {
    static const Compare texts[OP_N_] = {
        [OP_EQ] = text_eq, [OP_NE] = text_eq, [OP_CONTAINS] = text_contains, [OP_ICONTAINS] = text_icontains, [OP_STARTSWITH] = text_starts,
        [OP_ENDSWITH] = text_ends, [OP_GLOB] = text_glob, [OP_IGLOB] = text_iglob, [OP_REGEX] = text_regex, [OP_IN] = text_in, [OP_INTERSECTS] = text_in,
        [OP_PMATCH] = text_pmatch,
    };
    static const Compare bytes[OP_N_] = {
        [OP_EQ] = text_eq, [OP_NE] = text_eq, [OP_CONTAINS] = text_contains, [OP_ICONTAINS] = text_icontains, [OP_BCONTAINS] = text_contains,
        [OP_STARTSWITH] = text_starts, [OP_BSTARTSWITH] = text_starts, [OP_ENDSWITH] = text_ends, [OP_IN] = text_in, [OP_INTERSECTS] = text_in,
    };
    static const Compare orders[OP_N_] = {
        [OP_EQ] = order_eq, [OP_NE] = order_eq, [OP_LT] = order_lt, [OP_LE] = order_le, [OP_GT] = order_gt, [OP_GE] = order_ge,
    };
    bool text = type == FIELD_STRING || type == FIELD_BYTES, number = type == FIELD_INT || type == FIELD_DOUBLE || type == FIELD_PORT;
    if ((op == OP_IN || op == OP_INTERSECTS) && (dynamic || !text))
        return text ? text_in_values : number ? order_in_values : type == FIELD_BOOL ? bool_in_values : net_in_values;
    if (op == OP_PMATCH && dynamic)
        return type == FIELD_STRING ? prefix_in_values : NULL;
    if (op == OP_REGEX && dynamic)
        return NULL; /* patterns are compiled when rules are loaded */
    if (number || (values && op >= OP_LT && op <= OP_GE))
        return orders[op];
    if (text)
        return type == FIELD_STRING ? texts[op] : bytes[op];
    return op == OP_EQ || op == OP_NE ? equal_for(type) : NULL;
}
