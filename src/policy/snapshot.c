/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/snapshot.h"

#include "policy/evaluator.h"
#include "policy/recorded.h"

enum { SLOTS_MAX = 512 };

typedef struct Snapshot {
    uint16_t at[SLOTS_MAX];   /* place in `values` + 1, by the slot of the field; 0: absent */
    const Value *values;
    const Node *object;       /* for fields with an argument that a list does not answer */
} Snapshot;

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const Snapshot *s = object;
    uint16_t at = ref->field->slot < SLOTS_MAX ? s->at[ref->field->slot] : 0;
    if (!ref->has_arg)
        return at ? s->values[at - 1] : value_none();
    if (!at || !(ref->field->flags & FIELD_ANY_INDEX) || s->values[at - 1].type != VALUE_LIST)
        return recorded_ops.get(s->object, ref, scratch);
    const Value *v = &s->values[at - 1];
    return ref->index >= 1 && (size_t) ref->index <= v->list.n ? v->list.p[ref->index - 1] : value_none();
}

/* Children are walked as they were written down. */
static const void *child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    return recorded_ops.child(((const Snapshot *) object)->object, source, i, ret_ops);
}

static const SubjectOps snapshot_ops = {.get = get, .child = child};

/* Scratch memory is reused: a list is copied out of it. */
static bool keep(Value *v, Arena *a) {
    if (v->type != VALUE_LIST || v->list.n == 0)
        return true;
    Value *items = arena_alloc(a, v->list.n * sizeof(*items));
    if (!items)
        return false;
    memcpy(items, v->list.p, v->list.n * sizeof(*items));
    v->list.p = items;
    return true;
}

static size_t count_fields(const Source *source) {
    size_t n = 0;
    while (source->fields[n].name)
        n++;
    return n;
}

const Subject *snapshot_new(const Source *source, const Node *object, Evaluator *e, Arena *a) {
    const Source *above = source->parent ? source_by_name(str_from(source->parent)) : NULL;
    Subject *subject = arena_new(a, Subject);
    Snapshot *s = arena_new(a, Snapshot);
    Value *values = arena_alloc(a, (count_fields(source) + 1) * sizeof(*values));
    uint16_t n = 0;
    if (!subject || !s || !values)
        return NULL;
    for (const Field *f = source->fields; f->name; f++) {
        if (f->slot >= SLOTS_MAX || f->flags & (FIELD_ARG_REQUIRED | FIELD_ARG_CONDITION))
            continue;
        values[n] = recorded_ops.get(object, &(FieldRef) {.field = f}, &e->scratch);
        if (!keep(&values[n], a))
            return NULL;
        if (values[n].type != VALUE_NONE)
            s->at[f->slot] = ++n;
        evaluator_reset(e);
    }
    s->values = values;
    s->object = object;
    *subject = (Subject) {.source = source, .ops = &snapshot_ops, .object = s, .parent = above ? snapshot_new(above, object, e, a) : NULL};
    return above && !subject->parent ? NULL : subject;
}
