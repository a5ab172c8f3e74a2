/* SPDX-License-Identifier: Apache-2.0 */
/* What can be worked out once all objects are there: aggregated roles, and which bindings name whom. */
#include "kube/rbac-private.h"

static bool holds(const RbacRequirement *q, const RbacRole *role) {
    RbacId value = RBAC_NONE;
    for (uint32_t i = 0; i < role->label_keys.n && value == RBAC_NONE; i++)
        if (role->label_keys.p[i] == q->key)
            value = role->label_values.p[i];
    switch (q->operator) {
    case RBAC_IN:
        return value != RBAC_NONE && rbac_ids_have(q->values, value);
    case RBAC_NOT_IN:
        return value == RBAC_NONE || !rbac_ids_have(q->values, value);
    case RBAC_EXISTS:
        return value != RBAC_NONE;
    case RBAC_NOT_EXISTS:
        return value == RBAC_NONE;
    case RBAC_NEVER:
        return false;
    }
    return false;
}

static bool chooses(const RbacRole *from, const RbacRole *role) {
    for (uint32_t i = 0; i < from->n_selectors; i++) {
        const RbacSelector *s = &from->selectors[i];
        bool all = true;
        for (uint32_t k = 0; k < s->n && all; k++)
            all = holds(&s->p[k], role);
        if (all)
            return true;
    }
    return false;
}

typedef struct Aggregation {
    Rbac *rbac;
    const uint32_t *labelled; /* ClusterRoles that can be chosen */
    size_t n_labelled;
    uint32_t *mark;           /* per role: the aggregated role that took it last */
    Vec(uint32_t) stack;
    Vec(RbacRule) rules;
} Aggregation;

/* Rules of everything that can be reached from a role by selectors; aggregated roles may be chosen by others (edit is, by admin). */
static void aggregate(Aggregation *g, uint32_t start) {
    Rbac *r = g->rbac;
    g->rules.n = g->stack.n = 0;
    vec_push(&g->stack, start);
    g->mark[start] = start + 1;
    while (g->stack.n) {
        const uint32_t at = g->stack.p[--g->stack.n];
        const RbacRole *role = &r->roles.p[at];
        for (uint32_t i = 0; i < role->n_rules; i++)
            vec_push(&g->rules, role->rules[i]);
        for (size_t i = 0; role->n_selectors && i < g->n_labelled; i++) {
            uint32_t to = g->labelled[i];
            if (g->mark[to] != start + 1 && chooses(role, &r->roles.p[to])) {
                g->mark[to] = start + 1;
                vec_push(&g->stack, to);
            }
        }
    }
}

/* The controller writes the rules of aggregated roles; in files they are empty. What a file has in them is kept: it may come from a cluster, without all that it aggregates.
 * Sources are the rules as written, so that the order of roles does not matter. */
static void aggregate_all(Rbac *r) {
    Aggregation g = {.rbac = r};
    Vec(uint32_t) labelled = {0};
    Vec(RbacRole) done = {0};
    for (size_t i = 0; i < r->roles.n; i++)
        if (r->roles.p[i].namespace == RBAC_EMPTY)
            vec_push(&labelled, (uint32_t) i);
    g.labelled = labelled.p;
    g.n_labelled = labelled.n;
    g.mark = xcalloc(r->roles.n + 1, sizeof(*g.mark));
    for (size_t i = 0; i < r->roles.n; i++) {
        RbacRole role = r->roles.p[i];
        if (role.aggregated && role.n_selectors) {
            aggregate(&g, (uint32_t) i);
            RbacRule *rules = g.rules.n ? arena_alloc(r->arena, g.rules.n * sizeof(*rules)) : NULL;
            if (rules)
                memcpy(rules, g.rules.p, g.rules.n * sizeof(*rules));
            role.rules = rules;
            role.n_rules = rules ? (uint32_t) g.rules.n : 0;
        }
        vec_push(&done, role);
    }
    if (done.n)
        memcpy(r->roles.p, done.p, done.n * sizeof(*done.p));
    vec_done(&done);
    vec_done(&labelled);
    vec_done(&g.stack);
    vec_done(&g.rules);
    free(g.mark);
}

/* Bindings by the number of their namespace, else in their order; that of the cluster is the first number. */
static void sort_by_namespace(const Rbac *r, uint32_t *order) {
    size_t n = r->texts.n;
    uint32_t *start = xcalloc(n + 1, sizeof(*start));
    for (size_t i = 0; i < r->bindings.n; i++)
        start[r->bindings.p[i].namespace + 1]++;
    for (size_t i = 1; i <= n; i++)
        start[i] += start[i - 1];
    for (size_t i = 0; i < r->bindings.n; i++)
        order[start[r->bindings.p[i].namespace]++] = (uint32_t) i;
    free(start);
}

static void index_bindings(Rbac *r) {
    uint32_t *count = xcalloc(r->principals.n + 1, sizeof(*count));
    for (size_t i = 0; i < r->bindings.n; i++)
        for (uint32_t k = 0; k < r->bindings.p[i].n_subjects; k++)
            count[r->bindings.p[i].subjects[k]]++;
    for (size_t i = 0; i < r->principals.n; i++) {
        r->principals.p[i].bindings = count[i] ? arena_alloc(r->arena, count[i] * sizeof(uint32_t)) : NULL;
        r->principals.p[i].n_bindings = 0;
    }
    uint32_t *order = xcalloc(r->bindings.n + 1, sizeof(*order));
    sort_by_namespace(r, order);
    for (size_t at = 0; at < r->bindings.n; at++) {
        const RbacBinding *b = &r->bindings.p[order[at]];
        for (uint32_t k = 0; k < b->n_subjects; k++) {
            RbacPrincipal *p = &r->principals.p[b->subjects[k]];
            uint32_t *list = (uint32_t *) p->bindings;
            if (p->n_bindings && list[p->n_bindings - 1] == order[at])
                continue;
            list[p->n_bindings++] = order[at];
            p->n_cluster += b->namespace == RBAC_EMPTY;
        }
    }
    free(order);
    free(count);
}

void rbac_finish(Rbac *r) {
    if (!r->live)
        aggregate_all(r);
    for (size_t i = 0; i < r->bindings.n; i++) {
        RbacBinding *b = &r->bindings.p[i];
        b->role = rbac_index(r, &r->role_of, b->role_cluster ? RBAC_EMPTY : b->namespace, b->role_name, 0, RBAC_NONE);
    }
    index_bindings(r);
}
