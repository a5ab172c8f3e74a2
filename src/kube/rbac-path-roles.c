/* SPDX-License-Identifier: Apache-2.0 */
/* Rights that give rights: escalate and bind. */
#include "kube/rbac-path-private.h"
#include "kube/rbac-private.h"

#define RBAC_GROUP_NAME "rbac.authorization.k8s.io"

/* Does the role hold everything there is? The API server makes one of this name that does. */
static bool is_everything(const Rbac *r, const RbacRole *role) {
    RbacRequest q = {.verb = RBAC_ALL, .group = RBAC_ALL, .resource = RBAC_ALL, .any = RBAC_NONE};
    return rbac_role_allows(r, role, &q) != NULL;
}

/* Who may put rights into a role that they have not got themselves: RBAC_NONE, or the part. */
static uint32_t change_of(const Search *s, bool cluster, RbacId name, RbacId namespace) {
    const RbacId namespaces[] = {RBAC_EMPTY, namespace}, names[] = {RBAC_EMPTY, name};
    for (size_t i = 0; i < (cluster ? 1 : ARRAY_SIZE(namespaces)); i++)
        for (size_t k = 0; k < ARRAY_SIZE(names); k++) {
            uint32_t part = search_part_find(s, cluster ? PART_ESCALATE : PART_ESCALATE_LOCAL, namespaces[i], names[k]);
            if (part != RBAC_NONE)
                return part;
        }
    return RBAC_NONE;
}

static uint32_t change_of_role(const Search *s, uint32_t role) {
    const RbacRole *x = &s->rbac->roles.p[role];
    return change_of(s, x->namespace == RBAC_EMPTY, x->name, x->namespace);
}

/* One identity must have both rights: the API server asks for them at one request. */
static void find_changes_in(Search *s, bool cluster, RbacId namespace) {
    const char *kind = cluster ? "clusterroles" : "roles";
    PartKind part = cluster ? PART_ESCALATE : PART_ESCALATE_LOCAL;
    search_try(s);
    if (search_can(s, "escalate", RBAC_GROUP_NAME, kind, RBAC_EMPTY, namespace) && search_can_any(s, "update patch", RBAC_GROUP_NAME, kind, RBAC_EMPTY, namespace)) {
        search_part(s, part, namespace, RBAC_EMPTY);
        return;
    }
    for (size_t i = 0; i < s->names.n; i++) {
        search_try(s);
        if (search_can(s, "escalate", RBAC_GROUP_NAME, kind, s->names.p[i], namespace) && search_can_any(s, "update patch", RBAC_GROUP_NAME, kind, s->names.p[i], namespace))
            search_part(s, part, namespace, s->names.p[i]);
    }
}

static void find_new_role(Search *s, RbacId namespace) {
    search_try(s);
    if (search_can(s, "escalate", RBAC_GROUP_NAME, "roles", RBAC_EMPTY, namespace) && search_can(s, "create", RBAC_GROUP_NAME, "roles", RBAC_EMPTY, namespace))
        search_part(s, PART_NEW_ROLE, namespace, RBAC_EMPTY);
}

static void find_changes(Search *s) {
    find_changes_in(s, true, RBAC_EMPTY);
    find_changes_in(s, false, RBAC_EMPTY);
    find_new_role(s, RBAC_EMPTY);
    for (size_t i = 0; i < s->namespaces.n; i++) {
        if (search_owns(s, s->namespaces.p[i]))
            continue;
        find_changes_in(s, false, s->namespaces.p[i]);
        find_new_role(s, s->namespaces.p[i]);
    }
}

/* A state holds the role in a place, and the part's identity may change it. */
static void escalate(Search *s, uint32_t part, uint32_t state, RbacId place) {
    search_take(s, &part, 1, state);
    search_everything(s, RBAC_STEP_ESCALATE, place);
}

static void escalate_binding(Search *s, uint32_t part, const RbacBinding *b) {
    for (uint32_t i = 0; i < b->n_subjects; i++)
        if (b->subjects[i] < s->n_principals && s->reached_as[b->subjects[i]])
            escalate(s, part, s->reached_as[b->subjects[i]] - 1, b->namespace);
}

/* Whoever was reached before a role could be changed. */
static void escalate_all(Search *s, uint32_t number) {
    const Rbac *r = s->rbac;
    const Part p = s->parts.p[number];
    bool cluster = p.kind == PART_ESCALATE, all = cluster ? p.name == RBAC_EMPTY : p.namespace == RBAC_EMPTY;
    const Index *in = cluster ? &s->bindings_of : &s->bindings;
    RbacId key = cluster ? p.name : p.namespace;
    size_t i = all ? 0 : key < in->n ? in->first[key] : 0, end = all ? r->bindings.n : key < in->n ? in->first[key + 1] : 0;
    for (; i < end; i++) {
        const RbacBinding *b = &r->bindings.p[all ? i : in->order[i]];
        if (b->role != RBAC_NONE && b->role_cluster == cluster && (p.name == RBAC_EMPTY || b->role_name == p.name))
            escalate_binding(s, number, b);
    }
    for (size_t k = 0; k < s->gained.n; k++) {
        const RbacState state = s->reached.p[s->gained.p[k]].state;
        if (state.role != RBAC_NONE && change_of_role(s, state.role) == number)
            escalate(s, number, s->gained.p[k], state.namespace);
    }
}

/* The state at hand, and groups that it is the first member of. */
static void meet(Search *s) {
    const Rbac *r = s->rbac;
    const uint32_t at = s->at;
    const RbacState state = s->reached.p[at].state;
    if (state.principal == RBAC_NONE) {
        uint32_t part = state.role == RBAC_NONE ? RBAC_NONE : change_of_role(s, state.role);
        if (part != RBAC_NONE)
            escalate(s, part, at, state.namespace);
        return;
    }
    for (size_t i = 0; i < s->who.n; i++) {
        uint32_t p = s->who.p[i];
        if (p >= s->n_principals || s->reached_as[p])
            continue;
        s->reached_as[p] = at + 1;
        for (uint32_t k = 0; s->escalated && k < r->principals.p[p].n_bindings; k++) {
            const RbacBinding *b = &r->bindings.p[r->principals.p[p].bindings[k]];
            uint32_t part = b->role == RBAC_NONE ? RBAC_NONE : change_of(s, b->role_cluster, b->role_name, b->role_cluster ? RBAC_EMPTY : b->namespace);
            if (part != RBAC_NONE)
                escalate(s, part, at, b->namespace);
        }
    }
}

/* A role by name, in the whole cluster or in a namespace. What is called cluster-admin is what the API server made, when it was not read. */
static void bound(Search *s, uint32_t role, RbacId name, RbacId namespace) {
    const Rbac *r = s->rbac;
    bool everything = role == RBAC_NONE ? str_eqz(rbac_text(r, name), "cluster-admin") : is_everything(r, &r->roles.p[role]);
    if (everything)
        search_everything(s, RBAC_STEP_BIND, namespace);
    else if (role != RBAC_NONE)
        search_to(s, RBAC_STEP_BIND, (RbacState) {RBAC_NONE, role, namespace, RBAC_NONE});
}

static const char *bindings_in(RbacId namespace) {
    return namespace == RBAC_EMPTY ? "clusterrolebindings" : "rolebindings";
}

static bool matters(const Search *s, uint32_t role) {
    return s->rights[role] || change_of_role(s, role) != RBAC_NONE;
}

/* By a new binding. */
static void bind_new(Search *s, bool cluster, RbacId name, uint32_t role, RbacId namespace) {
    search_try(s);
    if (search_can(s, "bind", RBAC_GROUP_NAME, cluster ? "clusterroles" : "roles", name, namespace) &&
        search_can(s, "create", RBAC_GROUP_NAME, bindings_in(namespace), RBAC_EMPTY, namespace))
        bound(s, role, name, namespace);
}

/* Roles of which the rules name some. */
static void bind_named(Search *s, RbacId namespace) {
    const int least = namespace == RBAC_EMPTY ? 1 : 0;
    for (size_t i = 0; i < s->names.n && !search_owns(s, namespace); i++)
        for (int cluster = 1; cluster >= least; cluster--) {
            uint32_t role = rbac_index(s->rbac, &s->rbac->role_of, cluster ? RBAC_EMPTY : namespace, s->names.p[i], 0, RBAC_NONE);
            if (role != RBAC_NONE && matters(s, role))
                bind_new(s, cluster, s->names.p[i], role, namespace);
        }
}

/* Who may bind whatever there is may bind cluster-admin, and needs no other ClusterRole. */
static void bind_in(Search *s, RbacId namespace) {
    RbacId admin = rbac_id(s->rbac, STR("cluster-admin"));
    bind_new(s, true, admin, RBAC_NONE, namespace);
    bind_named(s, namespace);
    search_try(s);
    if (namespace == RBAC_EMPTY || search_owns(s, namespace) || !search_can(s, "bind", RBAC_GROUP_NAME, "roles", RBAC_EMPTY, namespace) ||
        !search_can(s, "create", RBAC_GROUP_NAME, "rolebindings", RBAC_EMPTY, namespace))
        return;
    search_part(s, PART_BIND_ROLE, namespace, RBAC_EMPTY);
    for (uint32_t i = namespace < s->roles.n ? s->roles.first[namespace] : 0, end = namespace < s->roles.n ? s->roles.first[namespace + 1] : 0; i < end; i++)
        if (matters(s, s->roles.order[i]))
            bind_new(s, false, s->rbac->roles.p[s->roles.order[i]].name, s->roles.order[i], namespace);
}

/* By a binding that is there already and leads to that role: somebody is put into it. */
static void bind_by_change(Search *s, RbacId namespace) {
    const Rbac *r = s->rbac;
    const char *kind = bindings_in(namespace);
    for (uint32_t i = namespace < s->bindings.n ? s->bindings.first[namespace] : 0, end = namespace < s->bindings.n ? s->bindings.first[namespace + 1] : 0;
         i < end && !search_owns(s, namespace) && !s->limited; i++) {
        const RbacBinding b = r->bindings.p[s->bindings.order[i]];
        if (b.role == RBAC_NONE ? !str_eqz(rbac_text(r, b.role_name), "cluster-admin") : !matters(s, b.role))
            continue;
        search_try(s);
        if (search_can(s, "bind", RBAC_GROUP_NAME, b.role_cluster ? "clusterroles" : "roles", b.role_name, namespace) && search_can_any(s, "update patch", RBAC_GROUP_NAME, kind, b.name, namespace))
            bound(s, b.role, b.role_name, namespace);
    }
}

static bool can_anywhere(Search *s, const char *verbs) {
    search_try(s);
    return search_can_any(s, verbs, RBAC_GROUP_NAME, "rolebindings", RBAC_EMPTY, RBAC_EMPTY);
}

/* What rules without a namespace allow counts in all of them, and what a namespace adds to it in that one. */
static void bind(Search *s) {
    const Rbac *r = s->rbac;
    bool anywhere = can_anywhere(s, "create"), changes = s->has & RIGHT_CHANGE_BINDING && (s->has & RIGHT_NAMED || can_anywhere(s, "update patch"));
    bind_in(s, RBAC_EMPTY);
    if (s->wide & RIGHT_CHANGE_BINDING)
        bind_by_change(s, RBAC_EMPTY);
    search_try(s);
    if (search_can(s, "bind", RBAC_GROUP_NAME, "roles", RBAC_EMPTY, RBAC_EMPTY) && search_can(s, "create", RBAC_GROUP_NAME, "rolebindings", RBAC_EMPTY, RBAC_EMPTY))
        search_part(s, PART_BIND_ROLE, RBAC_EMPTY, RBAC_EMPTY);
    bool all = s->wide & RIGHT_BIND && (anywhere || changes);
    size_t n = all ? r->namespaces.n : s->namespaces.n;
    for (size_t i = 0; i < n && !s->limited; i++) {
        RbacId namespace = all ? r->namespaces.p[i].name : s->namespaces.p[i];
        if (search_owns(s, namespace))
            continue;
        bind_in(s, namespace);
        if (s->has & RIGHT_CHANGE_BINDING)
            bind_by_change(s, namespace);
    }
}

void steps_roles(Search *s) {
    /* Who has everything somewhere needs no role there. */
    if (s->n_mine == 0 && search_at(s)->state.principal == RBAC_NONE && search_at(s)->state.role == RBAC_NONE)
        return;
    if (!search_asks(s, RIGHT_ESCALATE | RIGHT_BIND | RIGHT_CHANGE_BINDING | RIGHT_HELPS))
        return;
    if (s->has & RIGHT_ESCALATE)
        find_changes(s);
    if (!(s->has & RIGHT_BIND))
        return;
    if (s->n_mine == 0)
        vec_push(&s->binders, s->at);
    bind(s);
}

void steps_escalated(Search *s) {
    const uint32_t at = s->at;
    bool more = false;
    meet(s);
    for (; s->escalated < s->parts.n; s->escalated++)
        if (s->parts.p[s->escalated].kind == PART_ESCALATE || s->parts.p[s->escalated].kind == PART_ESCALATE_LOCAL) {
            escalate_all(s, (uint32_t) s->escalated);
            more = true;
        }
    /* Roles that were not worth binding are now. */
    for (size_t i = 0; more && i < s->binders.n && !s->limited; i++) {
        search_look_again(s, s->binders.p[i]);
        bind(s);
    }
    s->at = at;
}
