/* SPDX-License-Identifier: Apache-2.0 */
/* The search: breadth first, so that the first way to anything is a shortest one. */
#include "base/alloc.h"
#include "kube/rbac-path-private.h"

static const struct {
    const char *name, *doc;
} targets[RBAC_TARGET_N_] = {
    [RBAC_TO_ADMIN] = {"cluster-admin", "every right in the whole cluster"},
    [RBAC_TO_NODE] = {"node", "root on a node, or commands in every pod of one"},
    [RBAC_TO_SECRETS] = {"secrets", "every Secret of the cluster"},
};

static const struct {
    const char *name, *text;
} kinds[RBAC_STEP_N_] = {
#define STEP(id, name, text) {name, text},
#include "kube/rbac-step.list.h"
#undef STEP
};

const char *rbac_target_name(RbacTarget t) {
    return targets[t].name;
}

const char *rbac_target_doc(RbacTarget t) {
    return targets[t].doc;
}

const char *rbac_step_name(RbacStepKind k) {
    return kinds[k].name;
}

const char *rbac_step_text(RbacStepKind k) {
    return kinds[k].text;
}

/* A role in a namespace allows what is in it; one in the whole cluster everything. */
static bool role_state_allows(Search *s, const RbacState *state, const RbacRequest *q, RbacGrant *ret) {
    if (state->namespace != RBAC_EMPTY && state->namespace != q->namespace)
        return false;
    *ret = (RbacGrant) {.binding = RBAC_NONE, .principal = RBAC_NONE};
    if (state->role == RBAC_NONE)
        return true;
    s->asked += s->cost[state->role];
    ret->rule = rbac_role_allows(s->rbac, &s->rbac->roles.p[state->role], q);
    return ret->rule != NULL;
}

/* Another role that the same somebody got: its number, or RBAC_NONE. */
static uint32_t one_of_mine(Search *s, const RbacRequest *q, RbacGrant *ret) {
    for (size_t i = 0; i < s->n_mine; i++)
        if (role_state_allows(s, &s->reached.p[s->mine[i]].state, q, ret))
            return s->mine[i];
    return RBAC_NONE;
}

static bool held_allow(Search *s, const Held *held, uint32_t n, uint32_t principal, const RbacRequest *q, RbacGrant *ret) {
    for (uint32_t i = 0; i < n; i++) {
        const RbacRule *rule = rbac_role_allows(s->rbac, &s->rbac->roles.p[held[i].role], q);
        s->asked += s->cost[held[i].role];
        if (rule) {
            *ret = (RbacGrant) {held[i].binding, principal, rule};
            return true;
        }
    }
    return false;
}

/* Those of a namespace: a part of the principal's list. */
static const Held *held_in(const Search *s, const Holder *h, RbacId namespace, uint32_t *ret_n) {
    const Held *all = s->held.p + h->first;
    uint32_t low = h->n_cluster, high = h->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->rbac->bindings.p[all[middle].binding].namespace < namespace)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_n = 0;
    while (low + *ret_n < h->n && s->rbac->bindings.p[all[low + *ret_n].binding].namespace == namespace)
        ++*ret_n;
    return all + low;
}

/* As rbac_allowed(), of roles that matter; somebody who came up in the search only holds none. */
static bool identity_allows(Search *s, const RbacRequest *q, RbacGrant *ret) {
    if (s->who.masters) {
        *ret = (RbacGrant) {.binding = RBAC_NONE, .principal = s->who.p[0]};
        return true;
    }
    for (size_t i = 0; i < s->who.n; i++)
        if (s->who.p[i] < s->n_principals && held_allow(s, s->held.p + s->holders[s->who.p[i]].first, s->holders[s->who.p[i]].n_cluster, s->who.p[i], q, ret))
            return true;
    for (size_t i = 0; i < s->who.n && q->namespace != RBAC_EMPTY; i++) {
        uint32_t n;
        if (s->who.p[i] >= s->n_principals)
            continue;
        const Held *held = held_in(s, &s->holders[s->who.p[i]], q->namespace, &n);
        if (held_allow(s, held, n, s->who.p[i], q, ret))
            return true;
    }
    return false;
}

bool search_can(Search *s, const char *verb, const char *group, const char *resource, RbacId name, RbacId namespace) {
    Str main = str_from(resource), sub = STR("");
    if (s->asked > ASKED_MAX) {
        s->limited = true;
        return false;
    }
    str_cut(main, '/', &main, &sub);
    RbacRequest q = rbac_request(s->rbac, str_from(verb), str_from(group), main, sub, rbac_text(s->rbac, name), rbac_text(s->rbac, namespace));
    const RbacState state = s->reached.p[s->at].state;
    RbacGrant grant;
    bool yes = state.principal == RBAC_NONE ? role_state_allows(s, &state, &q, &grant) : identity_allows(s, &q, &grant);
    uint32_t by = yes ? RBAC_NONE : one_of_mine(s, &q, &grant);
    yes = yes || by != RBAC_NONE;
    if (yes && s->n_evidence < RBAC_EVIDENCE_MAX) {
        s->needs[s->n_evidence] = by;
        s->evidence[s->n_evidence++] = (RbacEvidence) {q, grant, RBAC_NONE};
    }
    return yes;
}

bool search_can_any(Search *s, const char *verbs, const char *group, const char *resource, RbacId name, RbacId namespace) {
    Str rest = str_from(verbs), verb;
    while (str_split(&rest, ' ', &verb)) {
        char text[32];
        snprintf(text, sizeof(text), "%.*s", STR_FMT(verb));
        if (search_can(s, text, group, resource, name, namespace))
            return true;
    }
    return false;
}

static RbacStep step_of(const Search *s, RbacStepKind kind, RbacState to) {
    RbacStep step = {.kind = kind, .from = s->reached.p[s->at].state, .to = to, .n_evidence = s->n_evidence};
    memcpy(step.evidence, s->evidence, sizeof(step.evidence));
    return step;
}

bool search_mark(Search *s, Map *map, uint32_t a, uint32_t b, uint32_t c) {
    const uint32_t key[] = {a, b, c};
    bool fresh;
    map->own_keys = true;
    *map_slot(map, str_n((const char *) key, sizeof(key)), &fresh) = s;
    return fresh;
}

static Reached reached_by(const Search *s, RbacState to, RbacStep step) {
    Reached r = {to, s->at, step, {0}};
    for (size_t i = 0; i < RBAC_EVIDENCE_MAX; i++)
        r.needs[i] = i < s->n_evidence ? s->needs[i] : RBAC_NONE;
    r.needs[RBAC_EVIDENCE_MAX] = s->needs[RBAC_EVIDENCE_MAX];
    return r;
}

static void own(Search *s, uint32_t principal) {
    for (size_t i = 0; i < s->owners.n; i++)
        if (s->owners.p[i].principal == principal)
            return;
    vec_push(&s->owners, ((Owner) {principal, 0}));
}

void search_to(Search *s, RbacStepKind kind, RbacState to) {
    bool role = to.principal == RBAC_NONE;
    /* Where everything is allowed, a role allows nothing more. */
    if (role && to.role != RBAC_NONE && search_owns(s, to.namespace))
        return;
    if (s->reached.n >= REACHED_MAX) {
        s->limited = true;
        return;
    }
    if (!search_mark(s, &s->seen, to.principal, to.role, to.namespace))
        return;
    const RbacState *from = &s->reached.p[s->at].state;
    to.owner = !role ? RBAC_NONE : from->principal != RBAC_NONE ? from->principal : from->owner;
    vec_push(&s->reached, reached_by(s, to, step_of(s, kind, to)));
    if (!role)
        return;
    if (to.role == RBAC_NONE && to.namespace < s->n_texts)
        s->owned[to.namespace] = true;
    vec_push(&s->gained, (uint32_t) s->reached.n - 1);
    own(s, to.owner);
}

void search_principal(Search *s, RbacStepKind kind, uint32_t principal) {
    search_to(s, kind, (RbacState) {principal, RBAC_NONE, RBAC_EMPTY, RBAC_NONE});
}

void search_everything(Search *s, RbacStepKind kind, RbacId namespace) {
    if (namespace == RBAC_EMPTY)
        search_target(s, kind, RBAC_TO_ADMIN);
    else
        search_to(s, kind, (RbacState) {RBAC_NONE, RBAC_NONE, namespace, RBAC_NONE});
}

/* All that a state came of: the way back to the start, and what its steps took besides. */
static void mark_needed(const Search *s, bool *needed, const Reached *last) {
    for (size_t i = 0; i <= RBAC_EVIDENCE_MAX; i++)
        if (last->needs[i] != RBAC_NONE)
            needed[last->needs[i]] = true;
    if (last->from != RBAC_NONE)
        needed[last->from] = true;
}

/* States come of earlier ones only: in their order each step has what it needs. */
static void keep_path(Search *s, RbacPath *path, RbacStep last) {
    const Reached end = reached_by(s, last.to, last);
    bool *needed = xcalloc(s->reached.n, sizeof(*needed));
    size_t n = 1;
    mark_needed(s, needed, &end);
    for (size_t i = s->reached.n; i-- > 0;)
        if (needed[i]) {
            mark_needed(s, needed, &s->reached.p[i]);
            n += s->reached.p[i].from != RBAC_NONE;
        }
    path->steps = arena_alloc(s->rbac->arena, n * sizeof(RbacStep));
    for (size_t i = 0; i < s->reached.n && path->steps; i++)
        if (needed[i] && s->reached.p[i].from != RBAC_NONE)
            path->steps[path->n++] = s->reached.p[i].step;
    if (path->steps) {
        path->found = true;
        path->steps[path->n++] = last;
    }
    free(needed);
}

void search_target(Search *s, RbacStepKind kind, RbacTarget target) {
    if (!s->paths[target].found)
        keep_path(s, &s->paths[target], step_of(s, kind, (RbacState) {RBAC_NONE, RBAC_NONE, RBAC_EMPTY, RBAC_NONE}));
}

void search_accounts(Search *s, RbacStepKind kind, RbacId namespace) {
    /* Once is enough: whoever comes later comes by a way that is no shorter. */
    if (s->swept_all || !search_mark(s, &s->swept, namespace, 0, 0))
        return;
    s->swept_all = namespace == RBAC_EMPTY;
    size_t first = s->swept_all ? 0 : namespace < s->n_texts ? s->first_account[namespace] : s->accounts.n;
    for (size_t i = first; i < s->accounts.n; i++) {
        const RbacPrincipal *p = &s->rbac->principals.p[s->accounts.p[i]];
        if (!s->swept_all && p->namespace != namespace)
            break;
        search_principal(s, kind, s->accounts.p[i]);
    }
}

static int by_id(const void *a, const void *b) {
    RbacId x = *(const RbacId *) a, y = *(const RbacId *) b;
    return x < y ? -1 : x > y;
}

static void look_begins(Search *s) {
    s->namespaces.n = 0;
    s->names.n = 0;
    s->has = s->wide = s->own = 0;
}

/* Each once. */
static size_t once(RbacId *p, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || p[kept - 1] != p[i])
            p[kept++] = p[i];
    return kept;
}

static void look_ends(Search *s) {
    vec_sort(&s->namespaces, by_id);
    s->namespaces.n = once(s->namespaces.p, s->namespaces.n);
    vec_sort(&s->names, by_id);
    s->names.n = once(s->names.p, s->names.n);
}

static void add_role(Search *s, uint32_t role, RbacId namespace, bool fresh) {
    unsigned has = s->rights[role];
    s->has |= has;
    s->wide |= namespace == RBAC_EMPTY ? has : 0;
    s->own |= fresh ? has : 0;
    if (namespace != RBAC_EMPTY)
        vec_push(&s->namespaces, namespace);
    for (uint32_t i = 0; has & RIGHT_NAMED && i < s->rbac->roles.p[role].n_rules; i++) {
        const RbacRule *rule = &s->rbac->roles.p[role].rules[i];
        for (uint32_t k = 0; k < rule->names.n; k++)
            vec_push(&s->names, rule->names.p[k]);
    }
}

/* The rights of somebody and his groups. Those of a group in namespaces, which may be thousands, are looked at with the first member of a kind: who comes later gets nowhere by them that is new. */
static void add_identity(Search *s, uint32_t principal, bool again) {
    s->who = rbac_identity(s->rbac, principal, NULL, 0);
    for (size_t i = 0; i < s->who.n; i++) {
        uint32_t p = s->who.p[i];
        bool fresh = i == 0 || again || search_mark(s, &s->groups, p, s->rbac->principals.p[principal].kind, 0);
        if (p >= s->n_principals)
            continue;
        const Holder *h = &s->holders[p];
        for (uint32_t k = 0; k < h->n; k++) {
            const Held *held = &s->held.p[h->first + k];
            if (fresh || k < h->n_cluster)
                add_role(s, held->role, s->rbac->bindings.p[held->binding].namespace, fresh);
        }
    }
    if (s->who.masters)
        s->has = s->wide = s->own = ~0u;
}

static void look_at(Search *s, bool again) {
    const RbacState state = s->reached.p[s->at].state;
    look_begins(s);
    s->n_mine = 0;
    if (state.principal != RBAC_NONE) {
        add_identity(s, state.principal, again);
    } else if (state.role != RBAC_NONE) {
        add_role(s, state.role, state.namespace, true);
    } else {
        vec_push(&s->namespaces, state.namespace);
        s->has = s->own = ~0u & ~RIGHT_NAMED;
    }
    look_ends(s);
}

void search_look_again(Search *s, uint32_t state) {
    s->at = state;
    look_at(s, true);
}

/* Somebody with all roles that they got: `at` is their own state. */
static void look_together(Search *s, uint32_t principal) {
    look_begins(s);
    s->n_mine = 0;
    for (uint32_t i = 0; i < s->reached.n; i++)
        if (s->reached.p[i].state.principal == principal)
            s->at = i;
    add_identity(s, principal, true);
    for (size_t i = 0; i < s->gained.n; i++) {
        const RbacState state = s->reached.p[s->gained.p[i]].state;
        if (state.owner != principal)
            continue;
        if (s->n_mine == TOGETHER_MAX) {
            s->limited |= state.role != RBAC_NONE;
            continue;
        }
        s->mine[s->n_mine++] = s->gained.p[i];
        if (state.role != RBAC_NONE) {
            add_role(s, state.role, state.namespace, true);
        } else {
            vec_push(&s->namespaces, state.namespace);
            s->has = s->own = ~0u;
        }
    }
    look_ends(s);
}

static void steps_targets(Search *s) {
    search_try(s);
    if (s->wide & RIGHT_EVERYTHING && search_can(s, "*", "*", "*", RBAC_EMPTY, RBAC_EMPTY))
        for (RbacTarget t = 0; t < RBAC_TARGET_N_; t++)
            search_target(s, RBAC_STEP_EVERYTHING, t);
    search_try(s);
    if (s->wide & RIGHT_SECRETS && search_can_any(s, "get list watch", "", "secrets", RBAC_EMPTY, RBAC_EMPTY))
        search_target(s, RBAC_STEP_READ_SECRETS, RBAC_TO_SECRETS);
}

static void steps(Search *s) {
    if (s->own) {
        steps_targets(s);
        steps_roles(s);
        steps_identity(s);
        steps_pods(s);
    }
    steps_escalated(s);
    search_combine(s);
}

/* The next one who has got roles that were not tried together yet; false when there is none. */
static bool try_together(Search *s) {
    for (size_t i = 0; i < s->owners.n; i++) {
        size_t before = s->owners.p[i].tried;
        look_together(s, s->owners.p[i].principal);
        s->owners.p[i].tried = s->n_mine;
        if (s->n_mine == before)
            continue;
        steps(s);
        return true;
    }
    return false;
}

bool rbac_paths(Rbac *r, uint32_t principal, RbacPath ret[static RBAC_TARGET_N_]) {
    Search s = {.rbac = r, .paths = ret};
    memset(ret, 0, RBAC_TARGET_N_ * sizeof(*ret));
    search_index(&s);
    RbacState start = {principal, RBAC_NONE, RBAC_EMPTY, RBAC_NONE};
    search_mark(&s, &s.seen, start.principal, start.role, start.namespace);
    vec_push(&s.reached, ((Reached) {.state = start, .from = RBAC_NONE, .needs = {RBAC_NONE, RBAC_NONE, RBAC_NONE, RBAC_NONE, RBAC_NONE}}));
    /* The whole cluster is all that there is to be had. */
    while (!ret[RBAC_TO_ADMIN].found && s.asked <= ASKED_MAX) {
        if (s.looked < s.reached.n) {
            s.at = s.looked++;
            look_at(&s, false);
            steps(&s);
        } else if (!try_together(&s)) {
            break;
        }
    }
    s.limited |= s.asked > ASKED_MAX;
    search_index_done(&s);
    vec_done(&s.reached);
    vec_done(&s.gained);
    vec_done(&s.owners);
    vec_done(&s.parts);
    vec_done(&s.binders);
    vec_done(&s.namespaces);
    vec_done(&s.names);
    Map *maps[] = {&s.seen, &s.swept, &s.groups, &s.part_of, &s.fired};
    for (size_t i = 0; i < ARRAY_SIZE(maps); i++)
        map_done(maps[i]);
    return !s.limited || ret[RBAC_TO_ADMIN].found;
}
