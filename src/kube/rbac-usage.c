/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/rbac-usage.h"

RbacUsage rbac_usage_new(const Rbac *r) {
    return (RbacUsage) {.rbac = r, .of = xcalloc(r->bindings.n + 1, sizeof(RbacUsedRule *))};
}

static uint32_t rules_of(const Rbac *r, size_t binding) {
    uint32_t role = r->bindings.p[binding].role;
    return role == RBAC_NONE ? 0 : r->roles.p[role].n_rules;
}

void rbac_usage_done(RbacUsage *u) {
    for (size_t i = 0; u->of && i < u->rbac->bindings.n; i++) {
        for (uint32_t k = 0; u->of[i] && k < rules_of(u->rbac, i); k++)
            free(u->of[i][k].used);
        free(u->of[i]);
    }
    free(u->of);
}

static RbacIds things_of(const RbacRule *rule) {
    return rule->urls.n ? rule->urls : rule->resources;
}

static bool is(RbacId id, RbacId a, RbacId b) {
    return id == RBAC_ALL || id == a || (b != RBAC_NONE && id == b);
}

/* A rule with this one of its resources or paths alone: would it have been enough? */
static bool enough(const Rbac *r, const RbacRule *rule, uint32_t thing, const RbacRequest *q) {
    RbacRule one = *rule;
    RbacIds just = {things_of(rule).p + thing, 1};
    if (q->url.p)
        one.urls = just;
    else
        one.resources = just;
    return rbac_rule_allows(r, &one, q);
}

static void mark(RbacUsage *u, uint32_t binding, uint32_t n, const RbacRule *rule, const RbacRequest *q) {
    RbacUsedRule **rules = &u->of[binding];
    if (!*rules)
        *rules = xcalloc(rules_of(u->rbac, binding), sizeof(RbacUsedRule));
    RbacUsedRule *x = &(*rules)[n];
    if (!x->used) {
        x->n_verbs = rule->verbs.n;
        x->n_things = things_of(rule).n;
        x->used = xcalloc((size_t) x->n_verbs * x->n_things + 1, sizeof(bool));
    }
    for (uint32_t v = 0; v < x->n_verbs; v++)
        for (uint32_t t = 0; is(rule->verbs.p[v], q->verb, RBAC_NONE) && t < x->n_things; t++)
            x->used[v * x->n_things + t] |= enough(u->rbac, rule, t, q);
}

static bool mark_all(RbacUsage *u, const uint32_t *bindings, uint32_t n, const RbacRequest *q) {
    const Rbac *r = u->rbac;
    bool any = false;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t role = r->bindings.p[bindings[i]].role;
        for (uint32_t k = 0; role != RBAC_NONE && k < r->roles.p[role].n_rules; k++)
            if (rbac_rule_allows(r, &r->roles.p[role].rules[k], q)) {
                mark(u, bindings[i], k, &r->roles.p[role].rules[k], q);
                any = true;
            }
    }
    return any;
}

void rbac_usage_add(RbacUsage *u, Rbac *r, Str user, const Str *groups, size_t n_groups, const RbacRequest *q) {
    RbacIdentity who = rbac_identity(r, rbac_principal(r, RBAC_USER, STR_NULL, user), groups, n_groups);
    bool any = false;
    u->requests++;
    for (size_t i = 0; i < who.n; i++) {
        const RbacPrincipal *p = &r->principals.p[who.p[i]];
        uint32_t n = 0;
        any |= mark_all(u, p->bindings, p->n_cluster, q);
        if (q->namespace == RBAC_EMPTY || q->url.p)
            continue;
        const uint32_t *list = rbac_bindings_in(r, p, q->namespace, &n);
        any |= mark_all(u, list, n, q);
    }
    u->ungranted += !any;
}

bool rbac_usage_binding(const RbacUsage *u, uint32_t binding) {
    return u->of[binding] != NULL;
}

bool rbac_usage_used(const RbacUsage *u, uint32_t binding, uint32_t rule, uint32_t verb, uint32_t thing) {
    const RbacUsedRule *x = u->of[binding] ? &u->of[binding][rule] : NULL;
    return x && x->used && x->used[verb * x->n_things + thing];
}
