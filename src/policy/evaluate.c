/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/time.h"
#include "policy/evaluator.h"

/* Of one evaluation. Memory that is never used is never touched, and what is beyond SCRATCH_KEPT is given back, for few subjects need it. */
enum { SCRATCH_BYTES = 16 << 20, SCRATCH_KEPT = 256 << 10, STEPS_MAX = 10 * 1000 * 1000, WORK_MAX = 1 << 28, FREE_BYTES = 4096, FREE_ITEMS = 64 };

Evaluator *evaluator_new(void) {
    Evaluator *e = xcalloc(1, sizeof(*e));
    e->scratch.p = xmalloc(SCRATCH_BYTES);
    e->scratch.cap = SCRATCH_BYTES;
    e->work = pattern_work_new();
    return e;
}

void evaluator_free(Evaluator *e) {
    if (!e)
        return;
    free(e->scratch.p);
    pattern_work_free(e->work);
    for (size_t i = 0; i < e->kept.n; i++)
        free(e->kept.entries[i].value);
    map_done(&e->kept);
    free(e->memo);
    free(e->field_epoch);
    free(e->fields);
    free(e);
}

void *scratch_alloc(Scratch *s, size_t n) {
    size_t at = (s->n + 15) & ~(size_t) 15;
    if (at > s->cap || n > s->cap - at) {
        s->full = true;
        return NULL;
    }
    s->n = at + n;
    return s->p + at;
}

Scratch *evaluator_scratch(Evaluator *e) {
    evaluator_reset(e);
    return &e->scratch;
}

/* The pages that lie whole between the two. */
static void give_back(char *from, const char *to) {
    enum { PAGE = 4096 };
    size_t before = -(uintptr_t) from % PAGE, n = (size_t) (to - from);
    if (n >= before + PAGE)
        madvise(from + before, (n - before) / PAGE * PAGE, MADV_DONTNEED);
}

void evaluator_reset(Evaluator *e) {
    if (e->scratch.n > SCRATCH_KEPT)
        give_back(e->scratch.p + SCRATCH_KEPT, e->scratch.p + e->scratch.n);
    e->scratch.n = 0;
    e->scratch.full = e->limited = false;
    evaluator_recharge(e);
}

void evaluator_recharge(Evaluator *e) {
    e->steps = STEPS_MAX;
    e->work_left = WORK_MAX;
}

static bool fits(FieldType type, ValueType v) {
    static const unsigned allowed[] = {
        [FIELD_BOOL] = 1 << VALUE_BOOL, [FIELD_INT] = 1 << VALUE_INT, [FIELD_DOUBLE] = 1 << VALUE_DOUBLE | 1 << VALUE_INT,
        [FIELD_STRING] = 1 << VALUE_STRING | 1 << VALUE_BYTES, [FIELD_BYTES] = 1 << VALUE_STRING | 1 << VALUE_BYTES,
        [FIELD_IP] = 1 << VALUE_IP, [FIELD_NET] = 1 << VALUE_IP | 1 << VALUE_NET, [FIELD_PORT] = 1 << VALUE_INT,
    };
    return allowed[type] >> v & 1;
}

static const Subject *ancestor(const Subject *s, unsigned up) {
    while (s && up--)
        s = s->parent;
    return s;
}

static Value field_value(Run *run, const Operand *o) {
    const Subject *s = ancestor(run->subject, o->ref.up);
    if (!s)
        return value_none();
    Value v = s->ops->get(s->object, &o->ref, &run->e->scratch);
    ValueType type = v.type == VALUE_LIST && v.list.n ? v.list.p[0].type : v.type;
    return fits(o->type, type) || type == VALUE_LIST ? v : value_none();
}

bool subject_child(const Subject *s, const Source *source, size_t i, Subject *child) {
    child->object = s->ops->child_after ? s->ops->child_after(s->object, source, child->object, &child->ops) : s->ops->child(s->object, source, i, &child->ops);
    return child->object;
}

void evaluator_one_document(Evaluator *e) {
    e->one_document = true;
}

enum { KEPT_DEPTH = 8 };

/* What a quantifier came to for one object, which is told from others by its parents, too: jobs share their steps. */
typedef struct Kept {
    const Operand *operand;  /* the key */
    const void *chain[KEPT_DEPTH];
    Value value;             /* true, false or a number; VALUE_NONE: nothing is kept yet */
} Kept;

static Kept *kept_of(Evaluator *e, const Operand *o) {
    Kept *k = map_get(&e->kept, str_n((const char *) &o, sizeof(o)));
    if (!k) {
        k = xcalloc(1, sizeof(*k));
        k->operand = o;
        map_set(&e->kept, str_n((const char *) &k->operand, sizeof(k->operand)), k);
    }
    return k;
}

/* False where the chain is too long to be told apart. */
static bool chain_of(const Subject *s, const void *ret[static KEPT_DEPTH]) {
    size_t n = 0;
    memset(ret, 0, KEPT_DEPTH * sizeof(*ret));
    for (; s && n < KEPT_DEPTH; s = s->parent)
        ret[n++] = s->object;
    return !s;
}

static Value quantify(Run *run, const Operand *o, const Subject *s) {
    Subject child = {.source = o->child, .parent = s};
    Run inner = {.e = run->e, .subject = &child};
    int64_t count = 0;
    for (size_t i = 0; !run->e->limited && subject_child(s, o->child, i, &child); i++) {
        bool holds = !o->program || run_program(&inner, o->program);
        count += holds;
        if (o->kind == OPERAND_ANY && holds)
            return value_bool(true);
        if (o->kind == OPERAND_ALL && !holds)
            return value_bool(false);
        if (!o->program && run->e->steps-- == 0)
            run->e->limited = true;
    }
    return o->kind == OPERAND_COUNT ? value_int(count) : value_bool(o->kind == OPERAND_ALL);
}

/* Rules on commands ask of their instruction what all its commands are: without keeping that, time would grow with the square of their number. */
static Value quantifier_value(Run *run, const Operand *o) {
    Evaluator *e = run->e;
    const Subject *s = ancestor(run->subject, o->ref.up);
    const void *chain[KEPT_DEPTH];
    if (!s || !s->ops->child)
        return value_none();
    if (!e->one_document || o->ref.up == 0 || !chain_of(s, chain))
        return quantify(run, o, s);
    Kept *k = kept_of(e, o);
    if (k->value.type != VALUE_NONE && memcmp(k->chain, chain, sizeof(chain)) == 0)
        return k->value;
    Value v = quantify(run, o, s);
    if (!e->limited && !e->scratch.full) {
        memcpy(k->chain, chain, sizeof(chain));
        k->value = v;
    }
    return v;
}

Value operand_value(Run *run, const Operand *o) {
    Evaluator *e = run->e;
    switch (o->kind) {
    case OPERAND_FIELD:
        if (!run->memo)
            return field_value(run, o);
        if (e->field_epoch[o->field_id] != e->epoch) {
            e->fields[o->field_id] = field_value(run, o);
            e->field_epoch[o->field_id] = e->epoch;
        }
        return e->fields[o->field_id];
    case OPERAND_TRANSFORM:
        return transform_value(run, o);
    case OPERAND_LITERAL:
        return o->literal;
    case OPERAND_GROUP:
        return value_none(); /* join takes it apart */
    case OPERAND_ANY:
    case OPERAND_ALL:
    case OPERAND_COUNT:
        return quantifier_value(run, o);
    }
    return value_none();
}

/* One value against one constant. What short texts cost is in the step. */
static bool compare_one(Run *run, const Test *t, const Value *v, const Constant *k) {
    Evaluator *e = run->e;
    if ((v->type == VALUE_STRING || v->type == VALUE_BYTES) && v->text.n > FREE_BYTES)
        work_done(&e->work_left, v->text.n);
    bool r = t->compare(run, v, k);
    if (e->work_left == 0)
        e->limited = true;
    return r;
}

/* All values of the left side against one constant. */
static bool holds(Run *run, const Test *t, const Value *v, const Constant *k) {
    if (v->type != VALUE_LIST)
        return compare_one(run, t, v, k) != t->negate;
    size_t equal = 0;
    if (v->list.n > FREE_ITEMS)
        work_done(&run->e->work_left, v->list.n * 8);
    for (size_t i = 0; i < v->list.n; i++) {
        bool one = compare_one(run, t, &v->list.p[i], k);
        if (t->mode == MODE_ANY && one != t->negate)
            return true;
        equal += one;
    }
    if (t->mode == MODE_ANY || v->list.n == 0)
        return false;
    if (t->negate)
        return equal == 0;
    return t->all ? equal == v->list.n : equal > 0;
}

static bool compare(Run *run, const Test *t) {
    Value v = operand_value(run, &t->left);
    if (v.type == VALUE_NONE)
        return false;
    if (!t->compare)
        return v.type != VALUE_LIST || v.list.n > 0;
    if (t->right) {
        Value right = operand_value(run, t->right);
        Constant k = {.value = right, .values = t->left.values};
        return right.type != VALUE_NONE && holds(run, t, &v, &k);
    }
    if (!t->modifier)
        return holds(run, t, &v, &t->constants[0]);
    size_t n = 0;
    for (size_t i = 0; i < t->n_constants; i++)
        n += holds(run, t, &v, &t->constants[i]);
    return t->modifier == MODIFIER_ONEOF ? n == 1 : t->modifier == MODIFIER_ANYOF ? n > 0 : n && n == t->n_constants;
}

bool test_holds(Run *run, const Test *t) {
    size_t mark = run->e->scratch.n;
    bool r = compare(run, t);
    if (!run->memo) /* else values of fields are kept in there */
        run->e->scratch.n = mark;
    return r;
}

Value test_item(Run *run, const Test *t, bool yes) {
    Value v = t->compare && !t->right && t->n_constants ? operand_value(run, &t->left) : value_none();
    for (size_t i = 0; v.type == VALUE_LIST && i < v.list.n && !run->e->limited; i++) {
        bool any = false;
        for (size_t k = 0; k < t->n_constants && !any; k++)
            any = compare_one(run, t, &v.list.p[i], &t->constants[k]);
        if (any == (yes != t->negate))
            return v.list.p[i];
    }
    return value_none();
}

void evaluator_until(Evaluator *e, int64_t moment) {
    e->until = moment;
    e->ticks = 0;
    e->late = false;
}

/* The clock is looked at now and then: before the first of so many steps. */
static bool is_late(Evaluator *e) {
    enum { STEPS_A_LOOK = 64 };
    if (e->until == 0 || e->late || e->ticks++ % STEPS_A_LOOK)
        return e->late;
    return e->late = time_steady_ns() >= e->until;
}

bool run_program(Run *run, const Program *p) {
    Evaluator *e = run->e;
    int32_t at = p->entry;
    while (at >= 0) {
        if (e->steps == 0 || e->limited || is_late(e)) {
            e->limited = true;
            return false;
        }
        e->steps--;
        const Instruction *i = &p->code[at];
        bool yes;
        if (run->memo) {
            uint64_t *memo = &e->memo[i->test->id];
            if (*memo >> 1 != e->epoch)
                *memo = e->epoch << 1 | test_holds(run, i->test);
            yes = *memo & 1;
        } else {
            yes = test_holds(run, i->test);
        }
        at = yes ? i->yes : i->no;
    }
    return at == PC_HOLDS;
}

int program_evaluate(const Program *p, const Subject *s, Evaluator *e) {
    assert(s->source == p->source);
    evaluator_reset(e);
    Run run = {.e = e, .subject = s};
    bool r = run_program(&run, p);
    return e->limited || e->scratch.full ? -E2BIG : r;
}
