/* SPDX-License-Identifier: Apache-2.0 */
/* Rights that give rights: escalate and bind. */
#include "kube/rbac-path-private.h"

#define RBAC_GROUP_NAME "rbac.authorization.k8s.io"

/* Does the role hold everything there is? The API server makes one of this name that does. */
static bool is_everything(const Rbac *r, const RbacRole *role) {
    RbacRequest q = {.verb = RBAC_ALL, .group = RBAC_ALL, .resource = RBAC_ALL, .any = RBAC_NONE};
    return rbac_role_allows(r, role, &q) != NULL;
}

static void escalate_bound(Search *s, const RbacState *bound) {
    if (bound->role == RBAC_NONE || bound->namespace != RBAC_EMPTY)
        return;
    search_try(s);
    RbacId name = s->rbac->roles.p[bound->role].name;
    if (search_can(s, "escalate", RBAC_GROUP_NAME, "clusterroles", name, RBAC_EMPTY) && search_can_any(s, "update patch", RBAC_GROUP_NAME, "clusterroles", name, RBAC_EMPTY))
        search_target(s, RBAC_STEP_ESCALATE, RBAC_TO_ADMIN);
}

/* Into a role that is bound to itself: it takes the right to change that role, and escalate on it. */
static void escalate(Search *s) {
    const Rbac *r = s->rbac;
    const RbacState *state = &search_at(s)->state;
    for (size_t i = 0; state->principal != RBAC_NONE && i < s->who.n; i++) {
        const RbacPrincipal p = r->principals.p[s->who.p[i]];
        for (uint32_t k = 0; k < p.n_bindings; k++) {
            const RbacBinding b = r->bindings.p[p.bindings[k]];
            const char *kind = b.role_cluster ? "clusterroles" : "roles";
            RbacId namespace = b.role_cluster ? RBAC_EMPTY : b.namespace;
            if (b.role == RBAC_NONE)
                continue;
            search_try(s);
            if (!search_can(s, "escalate", RBAC_GROUP_NAME, kind, b.role_name, namespace) ||
                !search_can_any(s, "update patch", RBAC_GROUP_NAME, kind, b.role_name, namespace))
                continue;
            if (b.namespace == RBAC_EMPTY)
                search_target(s, RBAC_STEP_ESCALATE, RBAC_TO_ADMIN);
            else
                search_to(s, RBAC_STEP_ESCALATE, (RbacState) {RBAC_NONE, RBAC_NONE, b.namespace, RBAC_NONE});
        }
    }
    /* Roles that were bound on the way are its own as well. */
    if (state->principal == RBAC_NONE)
        escalate_bound(s, state);
    for (size_t i = 0; i < s->n_mine; i++)
        escalate_bound(s, &s->reached.p[s->mine[i]].state);
}

/* A role by name, in the whole cluster or in a namespace. What is called cluster-admin is what the API server made, when it was not read. */
static void bound(Search *s, uint32_t role, RbacId name, RbacId namespace) {
    const Rbac *r = s->rbac;
    bool everything = role == RBAC_NONE ? name == RBAC_EMPTY || str_eqz(rbac_text(r, name), "cluster-admin") : is_everything(r, &r->roles.p[role]);
    if (role == RBAC_NONE && !everything)
        return;
    if (everything && namespace == RBAC_EMPTY)
        search_target(s, RBAC_STEP_BIND, RBAC_TO_ADMIN);
    else
        search_to(s, RBAC_STEP_BIND, (RbacState) {RBAC_NONE, everything ? RBAC_NONE : role, namespace, RBAC_NONE});
}

/* May it make a binding there, or change one that is there already and leads to this role? RBAC_NONE as role: to cluster-admin. */
static bool can_write_binding(Search *s, RbacId namespace, bool role_cluster, RbacId role_name) {
    const Rbac *r = s->rbac;
    const char *kind = namespace == RBAC_EMPTY ? "clusterrolebindings" : "rolebindings";
    if (search_can(s, "create", RBAC_GROUP_NAME, kind, RBAC_EMPTY, namespace))
        return true;
    for (size_t i = 0; s->has & RIGHT_CHANGE_BINDING && i < r->bindings.n; i++) {
        const RbacBinding *b = &r->bindings.p[i];
        if (b->namespace == namespace && b->role_cluster == role_cluster && b->role_name == role_name &&
            search_can_any(s, "update patch", RBAC_GROUP_NAME, kind, b->name, namespace))
            return true;
    }
    return false;
}

/* Roles of a kind that it may bind in a place. */
static void bind_roles(Search *s, bool cluster, RbacId namespace) {
    Rbac *r = s->rbac;
    const char *kind = cluster ? "clusterroles" : "roles";
    RbacId admin = rbac_id(r, STR("cluster-admin"));
    search_try(s);
    if (cluster && search_can(s, "bind", RBAC_GROUP_NAME, kind, admin, namespace)) {
        if (can_write_binding(s, namespace, true, admin))
            bound(s, RBAC_NONE, admin, namespace);
    }
    for (size_t i = 0; i < r->roles.n; i++) {
        const RbacRole *role = &r->roles.p[i];
        if (role->namespace != (cluster ? RBAC_EMPTY : namespace) || !s->rights[i])
            continue;
        search_try(s);
        if (search_can(s, "bind", RBAC_GROUP_NAME, kind, role->name, namespace) && can_write_binding(s, namespace, cluster, role->name))
            bound(s, (uint32_t) i, role->name, namespace);
    }
}

/* In every namespace at once: both rights for the whole cluster. */
static bool can_bind_anywhere(Search *s) {
    search_try(s);
    return search_can(s, "create", RBAC_GROUP_NAME, "rolebindings", RBAC_EMPTY, RBAC_EMPTY) ||
           search_can_any(s, "update patch", RBAC_GROUP_NAME, "rolebindings", RBAC_EMPTY, RBAC_EMPTY);
}

void steps_roles(Search *s) {
    const Rbac *r = s->rbac;
    if (s->has & RIGHT_ESCALATE)
        escalate(s);
    if (!(s->has & RIGHT_BIND))
        return;
    bind_roles(s, true, RBAC_EMPTY);
    bool anywhere = can_bind_anywhere(s);
    size_t n = anywhere ? r->namespaces.n : s->namespaces.n;
    for (size_t i = 0; i < n; i++) {
        RbacId namespace = anywhere ? r->namespaces.p[i].name : s->namespaces.p[i];
        bind_roles(s, true, namespace);
        bind_roles(s, false, namespace);
    }
}
