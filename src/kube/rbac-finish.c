/* SPDX-License-Identifier: Apache-2.0 */
/* What can be worked out once all objects are there: which bindings name whom. */
#include "kube/rbac-private.h"

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
    for (uint32_t i = 0; i < r->roles.n; i++)
        r->roles.p[i].same = i;
    if (!r->live)
        rbac_aggregate(r);
    for (size_t i = 0; i < r->bindings.n; i++) {
        RbacBinding *b = &r->bindings.p[i];
        b->role = rbac_index(r, &r->role_of, b->role_cluster ? RBAC_EMPTY : b->namespace, b->role_name, 0, RBAC_NONE);
    }
    index_bindings(r);
}
