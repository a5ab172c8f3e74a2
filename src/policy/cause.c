/* SPDX-License-Identifier: Apache-2.0 */
/* Which checks of a condition made it hold, told from the way that its evaluation took. */
#include "policy/evaluator.h"

enum { STEPS_KEPT = 1000, DEPTH_MAX = 8 };

typedef struct Step {
    int32_t at;
    bool yes;
} Step;

typedef struct Causes {
    Evaluator *evaluator;
    bool (*each)(void *userdata, const Cause *c);
    void *userdata;
    unsigned depth;
} Causes;

static bool causes_of(Causes *c, const Program *p, const Subject *s);

/* The instructions on the way to where the condition holds. 0: it does not, or the way is too long. */
static size_t trace(Run *run, const Program *p, Step *steps) {
    size_t n = 0;
    int32_t at = p->entry;
    while (at >= 0 && n < STEPS_KEPT && !run->e->limited) {
        const Instruction *i = &p->code[at];
        steps[n] = (Step) {at, test_holds(run, i->test)};
        at = steps[n++].yes ? i->yes : i->no;
    }
    return at == PC_HOLDS && !run->e->limited ? n : 0;
}

/* Would the condition have come to the same without it? Then the other way from here leads to where it holds, or back to the way taken. */
static bool is_idle(const Program *p, const Step *steps, size_t n, size_t i) {
    const Instruction *in = &p->code[steps[i].at];
    int32_t other = steps[i].yes ? in->no : in->yes;
    if (other == PC_HOLDS)
        return true;
    for (size_t k = i + 1; k < n; k++)
        if (steps[k].at == other)
            return true;
    return false;
}

static const Subject *of(const Subject *s, unsigned up) {
    while (s && up--)
        s = s->parent;
    return s;
}

/* The first child that the condition of a quantifier holds for is its cause. */
static bool child_causes(Causes *c, const Operand *o, const Subject *s) {
    s = of(s, o->ref.up);
    if (!s || !s->ops->child || !o->program || c->depth == DEPTH_MAX)
        return false;
    Subject child = {.source = o->child, .parent = s};
    Run run = {.e = c->evaluator, .subject = &child};
    for (size_t i = 0; !c->evaluator->limited && subject_child(s, o->child, i, &child); i++)
        if (run_program(&run, o->program)) {
            c->depth++;
            bool r = causes_of(c, o->program, &child);
            c->depth--;
            return r;
        }
    return false;
}

static bool operand_causes(Causes *c, const Operand *o, const Subject *s, Value item, bool yes) {
    if (o->kind == OPERAND_FIELD) {
        const Subject *at = of(s, o->ref.up);
        return at && c->each(c->userdata, &(Cause) {.subject = at, .field = &o->ref, .up = o->ref.up, .item = item});
    }
    if (o->kind == OPERAND_ANY || o->kind == OPERAND_COUNT)
        return yes && child_causes(c, o, s);
    for (size_t i = 0; o->kind == OPERAND_TRANSFORM && i < o->n_args; i++)
        if (operand_causes(c, &o->args[i], s, value_none(), yes))
            return true;
    return false;
}

/* true: `each` has had enough. */
static bool causes_of(Causes *c, const Program *p, const Subject *s) {
    Run run = {.e = c->evaluator, .subject = s};
    Step *steps = scratch_alloc(&c->evaluator->scratch, STEPS_KEPT * sizeof(*steps));
    size_t n = steps ? trace(&run, p, steps) : 0;
    for (size_t i = 0; i < n; i++) {
        const Test *t = p->code[steps[i].at].test;
        if (!is_idle(p, steps, n, i) && operand_causes(c, &t->left, s, test_item(&run, t, steps[i].yes), steps[i].yes))
            return true;
    }
    return false;
}

void program_causes(const Program *p, const Subject *s, Evaluator *e, bool (*each)(void *userdata, const Cause *c), void *userdata) {
    Causes c = {.evaluator = e, .each = each, .userdata = userdata};
    evaluator_reset(e);
    causes_of(&c, p, s);
}
