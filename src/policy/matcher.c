/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/matcher.h"

#include <assert.h>

#include "base/alloc.h"
#include "policy/evaluator.h"

typedef struct Candidate {
    const Rule *rule;
    Program program;
} Candidate;

typedef struct Bucket {
    Candidate *p;
    size_t n;
} Bucket;

struct RuleMatcher {
    Arena arena;
    const Source *source;
    FieldRef kind;          /* field NULL: none */
    const StrSet *kinds;    /* values that rules name, each with its place */
    Bucket *buckets;        /* one for each, then one for all other values, then one for none */
    size_t n_kinds;
    uint32_t n_tests, n_fields;
};

/* Is it a comparison of the kind with literals, whose outcome the kind's value decides? */
static bool about_kind(const RuleMatcher *m, const Test *t) {
    const Operand *l = &t->left;
    if (!m->kind.field || l->kind != OPERAND_FIELD || l->ref.field != m->kind.field || l->ref.up || l->ref.has_arg || l->multiple)
        return false;
    return !t->right && !t->modifier && t->compare && (t->constants[0].value.type == VALUE_STRING ? t->constants[0].exact : t->constants[0].set != NULL);
}

static void collect_kinds(const RuleMatcher *m, const Program *p, Map *kinds) {
    for (int32_t i = 0; i < p->n; i++) {
        const Test *t = p->code[i].test;
        if (!about_kind(m, t))
            continue;
        const Value *v = &t->constants[0].value;
        if (v->type == VALUE_STRING)
            map_set(kinds, v->text, kinds);
        for (size_t k = 0; v->type == VALUE_LIST && k < v->list.n; k++)
            map_set(kinds, v->list.p[k].text, kinds);
    }
}

/* The program as it is for one kind: checks of the kind are gone, and so are those that lead to the same place either way. `kind.p` is NULL for all values that no
 * rule names. */
static Program specialise(RuleMatcher *m, const Program *p, Str kind, bool absent) {
    Instruction *code = arena_alloc(&m->arena, ((size_t) p->n + 1) * sizeof(*code));
    int32_t *to = xcalloc((size_t) p->n + 1, sizeof(*to)), n = 0;
    for (int32_t i = 0; i < p->n; i++) {
        const Instruction *from = &p->code[i];
        const Test *t = from->test;
        int32_t yes = from->yes < 0 ? from->yes : to[from->yes], no = from->no < 0 ? from->no : to[from->no];
        if (about_kind(m, t)) {
            const Constant *c = &t->constants[0];
            bool in = kind.p && (c->set ? str_set_has(c->set, kind) : str_eq(c->value.text, kind));
            to[i] = !absent && in != t->negate ? yes : no;
        } else if (yes == no) {
            to[i] = yes;
        } else {
            code[n] = (Instruction) {t, yes, no};
            to[i] = n++;
        }
    }
    Program r = {.source = p->source, .code = code, .n = n, .entry = p->entry < 0 ? p->entry : to[p->entry]};
    free(to);
    return r;
}

static void fill_bucket(RuleMatcher *m, Bucket *b, Rule *const *rules, size_t n, Str kind, bool absent) {
    b->p = arena_alloc(&m->arena, (n + 1) * sizeof(*b->p));
    for (size_t i = 0; i < n; i++) {
        Program p = specialise(m, rules[i]->program, kind, absent);
        if (p.entry != PC_FAILS)
            b->p[b->n++] = (Candidate) {rules[i], p};
    }
}

RuleMatcher *rule_matcher_new(Rule *const *rules, size_t n, const Source *source, const char *kind) {
    RuleMatcher *m = xcalloc(1, sizeof(*m));
    Vec(Rule *) ours = {0};
    m->source = source;
    m->kind.field = kind ? source_field(source, str_from(kind), NULL) : NULL;
    for (size_t i = 0; i < n; i++)
        if (rules[i]->source == source && rules[i]->enabled && rules[i]->program)
            vec_push(&ours, rules[i]);
    _cleanup_(map_done) Map kinds = {0};
    for (size_t i = 0; i < ours.n; i++) {
        const Program *p = ours.p[i]->program;
        collect_kinds(m, p, &kinds);
        m->n_tests = MAX(m->n_tests, p->n_tests);
        m->n_fields = MAX(m->n_fields, p->n_fields);
    }
    m->n_kinds = kinds.n;
    Str *names = arena_alloc(&m->arena, (kinds.n + 1) * sizeof(*names));
    for (size_t i = 0; i < kinds.n; i++)
        names[i] = kinds.entries[i].key;
    m->kinds = str_set_new(names, kinds.n, &m->arena);
    m->buckets = arena_alloc(&m->arena, (kinds.n + 2) * sizeof(*m->buckets));
    for (size_t i = 0; i < kinds.n + 2; i++)
        fill_bucket(m, &m->buckets[i], ours.p, ours.n, i < kinds.n ? names[i] : STR_NULL, i == kinds.n + 1);
    vec_done(&ours);
    return m;
}

void rule_matcher_free(RuleMatcher *m) {
    if (!m)
        return;
    arena_done(&m->arena);
    free(m);
}

static const Bucket *bucket_of(const RuleMatcher *m, const Value *kind) {
    ssize_t at = kind->type == VALUE_STRING ? str_set_find(m->kinds, kind->text) : -1;
    return &m->buckets[at >= 0 ? (size_t) at : kind->type == VALUE_STRING ? m->n_kinds : m->n_kinds + 1];
}

size_t rule_matcher_candidates(const RuleMatcher *m, Str kind) {
    Value v = value_str(kind);
    return bucket_of(m, &v)->n;
}

const Rule *rule_matcher_candidate(const RuleMatcher *m, Str kind, size_t i) {
    Value v = value_str(kind);
    return bucket_of(m, &v)->p[i].rule;
}

/* Room for the results of all tests and the values of all fields; made at the first subject. */
static void make_memo(Evaluator *e, uint32_t n_tests, uint32_t n_fields) {
    if (e->memo_n < n_tests) {
        free(e->memo);
        e->memo = xcalloc(n_tests, sizeof(*e->memo));
        e->memo_n = n_tests;
    }
    if (e->fields_n < n_fields) {
        free(e->fields);
        free(e->field_epoch);
        e->fields = xcalloc(n_fields, sizeof(*e->fields));
        e->field_epoch = xcalloc(n_fields, sizeof(*e->field_epoch));
        e->fields_n = n_fields;
    }
    e->epoch++;
}

static void start_anew(Evaluator *e) {
    evaluator_reset(e);
    e->epoch++;
}

size_t rule_matcher_match(const RuleMatcher *m, const Subject *s, Evaluator *e, bool first, RuleMatch *ret, size_t max) {
    assert(s->source == m->source);
    make_memo(e, m->n_tests, m->n_fields);
    evaluator_reset(e);
    Value kind = m->kind.field ? s->ops->get(s->object, &m->kind, &e->scratch) : value_none();
    const Bucket *b = bucket_of(m, &kind);
    Run run = {.e = e, .subject = s, .memo = true};
    size_t n = 0;
    max = first ? MIN(max, (size_t) 1) : max;
    for (size_t i = 0; i < b->n && n < max; i++) {
        size_t kept = e->scratch.n;
        bool holds = run_program(&run, &b->p[i].program);
        if (e->scratch.full && kept && !e->limited) {
            /* What other rules asked for takes the room: once more without. */
            start_anew(e);
            holds = run_program(&run, &b->p[i].program);
        }
        bool limited = e->limited || e->scratch.full;
        if (holds || limited)
            ret[n++] = (RuleMatch) {b->p[i].rule, limited};
        if (limited)
            start_anew(e); /* what was remembered may be of the evaluation that was cut short */
        else
            evaluator_recharge(e);
    }
    return n;
}
