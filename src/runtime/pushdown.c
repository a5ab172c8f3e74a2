/* SPDX-License-Identifier: Apache-2.0 */
/* From rules to tables: classes of events, each with the rules that need one of the names that are in the tables. */
#include "runtime/pushdown-private.h"

enum { SEEDS = 32 };     /* that are tried until all names find room in the tables */
enum { RULE_BITS = 63 }; /* of rules that look for names; those beyond share bits. All bits: sent whatever its names are */

static void add_atoms(PushDown *p, const Condition *c, uint64_t bit) {
    for (size_t i = 0; i < c->checks.n; i++) {
        const Check *k = c->checks.p[i];
        for (size_t n = 0; k->absent && n < k->n_atoms; n++) {
            size_t at = 0;
            while (at < p->atoms.n && !(p->atoms.p[at].of == k->atoms[n].of && p->atoms.p[at].op == k->atoms[n].op && str_eq(p->atoms.p[at].text, k->atoms[n].text)))
                at++;
            if (at == p->atoms.n) {
                vec_push(&p->atoms, k->atoms[n]);
                p->atoms.p[at].text = arena_str(&p->arena, k->atoms[n].text);
            }
            p->atoms.p[at].bits |= bit;
        }
    }
}

/* Does a text name this field? */
static bool names_field(Str text, Str field) {
    return str_find(text, field) >= 0;
}

static bool wants_env(const Rule *rule, const Condition *c) {
    static const char *const fields[] = {"proc.env", "proc.aenv"};
    for (size_t i = 0; i < c->checks.n; i++)
        for (size_t f = 0; f < c->checks.p[i]->n_fields; f++)
            if (c->checks.p[i]->fields[f].slot == SLOT_PROC_ENV)
                return true;
    for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
        if (names_field(rule->output, str_from(fields[i])) || names_field(rule->written, str_from(fields[i])))
            return true;
    return false;
}

static void add_rule(PushDown *p, const Rule *rule, size_t *number, Sampler *s, FilterWanted (*care)[FILTER_CLASSES]) {
    Arena a = {0};
    Condition *c = condition_read(rule, &a);
    uint64_t bit = (uint64_t) 1 << *number % RULE_BITS;
    bool used = false;
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    for (size_t k = 0; k < n; k++) {
        Need need;
        bool ends = push_down_ends(&kinds[k]) != FILTER_ENDS_NONE, named;
        condition_need(c, s, &kinds[k], &need);
        if (classes_empty(&need.may))
            continue;
        for (size_t i = 0; i < FILTER_CLASSES; i++)
            if (classes_has(&need.names, i))
                care[k][i].named |= bit;
            else if (classes_has(&need.may, i))
                care[k][i].free |= ends ? bit : UINT64_MAX;
        named = !classes_empty(&need.names);
        if (named)
            add_atoms(p, c, bit);
        if (ends)
            ends_add_rule(&p->ends, c, s, &kinds[k], bit);
        used |= named || ends;
    }
    *number += used;
    p->env |= wants_env(rule, c);
    condition_done(c);
    arena_done(&a);
}

/* Names into the tables. Under one seed in some, more names than can be told apart fall on the same places: then another one is taken. Returns the rules that are left over even so. */
static uint64_t fill(PushDown *p, uint64_t seed) {
    FilterTables *t = &p->tables;
    uint64_t rest = 0;
    for (unsigned i = 0; i < SEEDS; i++) {
        memset(t, 0, sizeof(*t));
        t->seed = i ? filter_mix(seed, i) : seed;
        t->end = p->ends;
        rest = 0;
        atoms_fill(p->atoms.p, p->atoms.n, t, &rest);
        if (!rest)
            break;
    }
    return rest;
}

/* The row of a class: its set's number, found or new. */
static uint8_t row_of(FilterTables *t, size_t *n_masks, FilterWanted care, uint64_t rest) {
    if (!care.named && !care.free)
        return FILTER_DROP;
    if (care.free == UINT64_MAX || care.named & rest)
        return FILTER_SEND;
    for (size_t i = 1; i <= *n_masks; i++)
        if (t->wanted[i].named == care.named && t->wanted[i].free == care.free)
            return (uint8_t) i;
    if (*n_masks + 1 == FILTER_SEND)
        return FILTER_SEND;
    t->wanted[++*n_masks] = care;
    return (uint8_t) *n_masks;
}

static bool is_loaded(const Rule *r) {
    return r->enabled && r->program && r->source == source_by_name(STR("syscall"));
}

PushDown *push_down_new(Rule *const *rules, size_t n_rules, uint64_t seed) {
    PushDown *p = xcalloc(1, sizeof(*p));
    _cleanup_(sampler_freep) Sampler *s = sampler_new();
    size_t n, number = 0, n_masks = 0;
    const Kind *kinds = sensor_kinds(&n);
    FilterWanted (*care)[FILTER_CLASSES] = xcalloc(n, sizeof(*care));
    FilterTables *t = &p->tables;
    ends_begin(&p->ends);
    for (size_t i = 0; i < n_rules; i++)
        if (is_loaded(rules[i]))
            ends_add_ranges(&p->ends, rules[i]->condition);
    for (size_t i = 0; i < n_rules; i++)
        if (is_loaded(rules[i]))
            add_rule(p, rules[i], &number, s, care);
    uint64_t rest = fill(p, seed);
    for (size_t i = 0; i < p->atoms.n; i++) {
        const Atom *a = &p->atoms.p[i];
        if (a->of != OF_PATH || a->op != OP_EQ || !str_starts(a->text, STR("/")))
            continue;
        t->exact_bits |= a->bits;
        vec_push(&p->names, a->text);
    }
    for (size_t k = 0; k < n; k++) {
        t->ends[k] = (uint8_t) push_down_ends(&kinds[k]);
        t->shape[k] = (uint8_t) push_down_shape(&kinds[k]);
        t->argument[k] = t->shape[k] == FILTER_OPEN ? strcmp(kinds[k].name, "creat") == 0 : (uint8_t) MAX(push_down_number(&kinds[k]), 0);
        for (size_t i = 0; i < FILTER_CLASSES; i++)
            t->row[k * FILTER_CLASSES + i] = row_of(t, &n_masks, care[k][i], rest);
    }
    free(care);
    return p;
}

void push_down_free(PushDown *p) {
    if (!p)
        return;
    vec_done(&p->atoms);
    vec_done(&p->names);
    arena_done(&p->arena);
    free(p);
}

const FilterTables *push_down_tables(const PushDown *p) {
    return &p->tables;
}

size_t push_down_names(const PushDown *p, const Str **ret) {
    *ret = p->names.p;
    return p->names.n;
}

bool push_down_env(const PushDown *p) {
    return p->env;
}
