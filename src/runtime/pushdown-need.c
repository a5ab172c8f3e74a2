/* SPDX-License-Identifier: Apache-2.0 */
/* From a condition to what it needs of an event. Each comparison is true, false or both in a class; "and", "or" and "not" are those of three-valued logic, so that the answer for the
 * whole is never "cannot hold" where it can. */
#include "runtime/pushdown-private.h"

static void add_field(Check *c, const AstTerm *t, bool *known) {
    if (t->kind == TERM_TRANSFORM || t->kind == TERM_LIST)
        for (const AstTerm *a = t->args; a; a = a->next)
            add_field(c, a, known);
    if (t->kind != TERM_FIELD)
        return;
    Str name = t->name, arg = t->has_arg ? t->arg : STR_NULL;
    const Field *f = source_field(source_by_name(STR("syscall")), name, NULL);
    if (!f && str_starts(name, STR("evt.arg."))) {
        f = source_field(source_by_name(STR("syscall")), STR("evt.arg"), NULL);
        arg = str_from_at(name, sizeof("evt.arg.") - 1);
    } else if (f && str_starts(name, STR("evt.arg."))) {
        arg = str_from_at(name, sizeof("evt.arg.") - 1);
    }
    if (!f || t->child.p || c->n_fields == CHECK_FIELDS)
        *known = false;
    else
        c->fields[c->n_fields++] = (CheckField) {f->slot, arg};
}

static bool is_number(Str s) {
    s = str_starts(s, STR("-")) ? str_from_at(s, 1) : s;
    uint64_t n;
    return str_to_u64(s, INT64_MAX, &n) == 0;
}

static Check *read_check(const AstNode *n, Arena *a) {
    Check *c = arena_new(a, Check);
    bool known = true;
    c->node = n;
    add_field(c, n->left, &known);
    if (n->right)
        add_field(c, n->right, &known);
    c->numbers = !n->right;
    for (const AstItem *i = n->items; i; i = i->next)
        c->numbers &= is_number(i->text);
    Limits limits = limits_default();
    _cleanup_(diag_done) Diag d = {0};
    if (!known || program_compile(source_by_name(STR("syscall")), n, &limits, a, &d, &c->program) < 0)
        c->program = NULL;
    check_find_atoms(c, a);
    return c;
}

static Part *read_part(Condition *c, const AstNode *n, Arena *a) {
    Part *p = arena_new(a, Part), **end = &p->child;
    p->kind = n->kind;
    if (n->kind == AST_CHECK) {
        p->check = read_check(n, a);
        vec_push(&c->checks, p->check);
    }
    for (const AstNode *child = n->kind == AST_CHECK ? NULL : n->child; child; child = child->next) {
        *end = read_part(c, child, a);
        end = &(*end)->next;
    }
    return p;
}

Condition *condition_read(const Rule *rule, Arena *a) {
    Condition *c = arena_new(a, Condition);
    c->root = read_part(c, rule->condition, a);
    return c;
}

void condition_done(Condition *c) {
    vec_done(&c->checks);
}

static const Truth unknown = {.yes = {.w = {[0 ... CLASS_WORDS - 1] = UINT64_MAX}}, .no = {.w = {[0 ... CLASS_WORDS - 1] = UINT64_MAX}}};

static void decide(const Part *p, Truth *ret) {
    if (p->kind == AST_CHECK) {
        *ret = p->check->truth;
        if (p->check->absent) {
            memset(&ret->yes, 0, sizeof(ret->yes));
            memset(&ret->no, 0xff, sizeof(ret->no));
        }
        return;
    }
    if (p->kind == AST_NOT) {
        Truth t;
        decide(p->child, &t);
        *ret = (Truth) {t.no, t.yes};
        return;
    }
    if (p->kind != AST_AND && p->kind != AST_OR) { /* a macro that was not put in */
        *ret = unknown;
        return;
    }
    bool and = p->kind == AST_AND;
    memset(&ret->yes, and ? 0xff : 0, sizeof(ret->yes));
    memset(&ret->no, and ? 0 : 0xff, sizeof(ret->no));
    for (const Part *child = p->child; child; child = child->next) {
        Truth t;
        decide(child, &t);
        for (size_t i = 0; i < CLASS_WORDS; i++) {
            ret->yes.w[i] = and ? ret->yes.w[i] & t.yes.w[i] : ret->yes.w[i] | t.yes.w[i];
            ret->no.w[i] = and ? ret->no.w[i] | t.no.w[i] : ret->no.w[i] & t.no.w[i];
        }
        if (and && classes_empty(&ret->yes)) { /* whatever the others say, it fails everywhere */
            memset(&ret->no, 0xff, sizeof(ret->no));
            return;
        }
    }
}

Classes condition_holds(const Condition *c) {
    Truth t;
    decide(c->root, &t);
    return t.yes;
}

static bool meet(const Classes *a, const Classes *b) {
    for (size_t i = 0; i < CLASS_WORDS; i++)
        if (a->w[i] & b->w[i])
            return true;
    return false;
}

void condition_need(Condition *c, Sampler *s, const Kind *kind, Need *ret) {
    *ret = (Need) {0};
    for (size_t i = 0; i < c->checks.n; i++) {
        Check *k = c->checks.p[i];
        sampler_kind_truth(s, kind, k);
        k->absent = false;
    }
    ret->may = condition_holds(c);
    if (classes_empty(&ret->may))
        return;
    for (size_t i = 0; i < c->checks.n; i++)
        sampler_truth(s, kind, c->checks.p[i]);
    ret->may = condition_holds(c);
    if (classes_empty(&ret->may))
        return;
    /* Names are looked at where a file is opened; that of the process everywhere but at executions, which are told of whatever they are. */
    bool open = push_down_shape(kind) == FILTER_OPEN, process = !(kind->wire.flags & WIRE_KIND_EXEC);
    int cost = -1;
    for (size_t i = 0; i < c->checks.n; i++) {
        Check *k = c->checks.p[i];
        k->absent = k->atoms && k->n_atoms && (k->atoms[0].of == OF_COMM ? process : open);
        cost = k->absent ? MAX(cost, k->cost) : cost;
    }
    Classes without = condition_holds(c);
    for (size_t i = 0; i < CLASS_WORDS; i++)
        ret->names.w[i] = ret->may.w[i] & ~without.w[i];
    if (classes_empty(&ret->names))
        return;
    /* As few names as will do: the ones that most files have are done without first. */
    for (; cost >= 0; cost--)
        for (size_t i = 0; i < c->checks.n; i++) {
            Check *k = c->checks.p[i];
            if (!k->absent || k->cost != cost)
                continue;
            k->absent = false;
            Classes with = condition_holds(c);
            k->absent = meet(&with, &ret->names);
        }
}
