/* SPDX-License-Identifier: Apache-2.0 */
/* The search: breadth first, so that the first way to anything is a shortest one. */
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

const Reached *search_at(const Search *s) {
    return &s->reached.p[s->at];
}

/* A role in a namespace allows what is in it; one in the whole cluster everything. */
static bool role_state_allows(const Search *s, const RbacState *state, const RbacRequest *q, RbacGrant *ret) {
    if (state->namespace != RBAC_EMPTY && state->namespace != q->namespace)
        return false;
    *ret = (RbacGrant) {.binding = RBAC_NONE, .principal = RBAC_NONE};
    if (state->role == RBAC_NONE)
        return true;
    ret->rule = rbac_role_allows(s->rbac, &s->rbac->roles.p[state->role], q);
    return ret->rule != NULL;
}

/* Another role that the same somebody got: its number, or RBAC_NONE. */
static uint32_t one_of_mine(const Search *s, const RbacRequest *q, RbacGrant *ret) {
    for (size_t i = 0; i < s->n_mine; i++)
        if (role_state_allows(s, &s->reached.p[s->mine[i]].state, q, ret))
            return s->mine[i];
    return RBAC_NONE;
}

bool search_can(Search *s, const char *verb, const char *group, const char *resource, RbacId name, RbacId namespace) {
    Str main = str_from(resource), sub = STR("");
    str_cut(main, '/', &main, &sub);
    RbacRequest q = rbac_request(s->rbac, str_from(verb), str_from(group), main, sub, rbac_text(s->rbac, name), rbac_text(s->rbac, namespace));
    const RbacState *state = &s->reached.p[s->at].state;
    RbacGrant grant;
    bool yes = state->principal == RBAC_NONE ? role_state_allows(s, state, &q, &grant) : rbac_allowed(s->rbac, &s->who, &q, &grant);
    uint32_t by = yes ? RBAC_NONE : one_of_mine(s, &q, &grant);
    yes = yes || by != RBAC_NONE;
    if (yes && s->n_evidence < RBAC_EVIDENCE_MAX) {
        s->needs[s->n_evidence] = by;
        s->evidence[s->n_evidence++] = (RbacEvidence) {q, grant};
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

/* true when it is new. */
static bool mark(Search *s, Map *map, uint32_t a, uint32_t b, uint32_t c) {
    const uint32_t key[] = {a, b, c};
    if (map_has(map, str_n((const char *) key, sizeof(key))))
        return false;
    char *own = arena_bytes(s->rbac->arena, sizeof(key));
    memcpy(own, key, sizeof(key));
    map_set(map, str_n(own, sizeof(key)), s);
    return true;
}

static Reached reached_by(const Search *s, RbacState to, RbacStep step) {
    Reached r = {to, s->at, step, {0}};
    for (size_t i = 0; i < RBAC_EVIDENCE_MAX; i++)
        r.needs[i] = i < s->n_evidence ? s->needs[i] : RBAC_NONE;
    return r;
}

static void own(Search *s, uint32_t principal) {
    for (size_t i = 0; i < s->owners.n; i++)
        if (s->owners.p[i].principal == principal)
            return;
    vec_push(&s->owners, ((Owner) {principal, 0}));
}

void search_to(Search *s, RbacStepKind kind, RbacState to) {
    if (!mark(s, &s->seen, to.principal, to.role, to.namespace))
        return;
    const RbacState *from = &s->reached.p[s->at].state;
    to.owner = to.principal != RBAC_NONE ? RBAC_NONE : from->principal != RBAC_NONE ? from->principal : from->owner;
    vec_push(&s->reached, reached_by(s, to, step_of(s, kind, to)));
    if (to.principal == RBAC_NONE) {
        vec_push(&s->gained, (uint32_t) s->reached.n - 1);
        own(s, to.owner);
    }
}

void search_principal(Search *s, RbacStepKind kind, uint32_t principal) {
    search_to(s, kind, (RbacState) {principal, RBAC_NONE, RBAC_EMPTY, RBAC_NONE});
}

/* All that a state came of: the way back to the start, and what its steps took besides. */
static void mark_needed(const Search *s, bool *needed, const Reached *last) {
    for (size_t i = 0; i < RBAC_EVIDENCE_MAX; i++)
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
    if (s->swept_all || !mark(s, &s->swept, namespace, 0, 0))
        return;
    s->swept_all = namespace == RBAC_EMPTY;
    size_t first = s->swept_all ? 0 : namespace < s->n_first ? s->first[namespace] : s->accounts.n;
    for (size_t i = first; i < s->accounts.n; i++) {
        const RbacPrincipal *p = &s->rbac->principals.p[s->accounts.p[i]];
        if (!s->swept_all && p->namespace != namespace)
            break;
        search_principal(s, kind, s->accounts.p[i]);
    }
}

typedef struct Named {
    Str namespace, name;
    uint32_t principal;
} Named;

static int by_name(const void *a, const void *b) {
    const Named *x = a, *y = b;
    int r = str_cmp(x->namespace, y->namespace);
    return r ? r : str_cmp(x->name, y->name);
}

/* Files need not hold the object of an account that a binding names; an API server does. */
static void find_accounts(Search *s) {
    const Rbac *r = s->rbac;
    Vec(Named) all = {0};
    for (size_t i = 0; i < r->principals.n; i++) {
        const RbacPrincipal *p = &r->principals.p[i];
        if (p->kind == RBAC_ACCOUNT && (p->seen || (!r->live && p->n_bindings)))
            vec_push(&all, ((Named) {rbac_text(r, p->namespace), rbac_text(r, p->name), (uint32_t) i}));
    }
    vec_sort(&all, by_name);
    s->n_first = r->texts.n;
    s->first = xcalloc(s->n_first, sizeof(*s->first));
    for (size_t i = 0; i < s->n_first; i++)
        s->first[i] = (uint32_t) all.n;
    for (size_t i = all.n; i > 0; i--)
        s->first[r->principals.p[all.p[i - 1].principal].namespace] = (uint32_t) (i - 1);
    for (size_t i = 0; i < all.n; i++)
        vec_push(&s->accounts, all.p[i].principal);
    vec_done(&all);
}

/* What steps are about, so that most identities are told at a glance to have nothing that any step needs. */
static const struct {
    unsigned right;
    const char *verbs, *resources;
} rights[] = {
    {RIGHT_EVERYTHING, "*", "*"},
    {RIGHT_START, "* create update patch", "* pods deployments daemonsets statefulsets replicasets replicationcontrollers jobs cronjobs"},
    {RIGHT_RUN, "* create get", "* pods/exec pods/attach */exec */attach"},
    {RIGHT_RUN, "* update patch", "* pods pods/ephemeralcontainers */ephemeralcontainers deployments daemonsets statefulsets replicasets replicationcontrollers cronjobs"},
    {RIGHT_SECRETS, "* get list watch create", "* secrets"},
    {RIGHT_TOKEN, "* create", "* serviceaccounts/token */token"},
    {RIGHT_IMPERSONATE, "* impersonate", "* users groups serviceaccounts"},
    {RIGHT_ESCALATE, "* escalate", "* roles clusterroles"},
    {RIGHT_BIND, "* bind", "* roles clusterroles"},
    {RIGHT_CHANGE_BINDING, "* update patch", "* rolebindings clusterrolebindings"},
    {RIGHT_APPROVE, "* approve", "* signers"},
    {RIGHT_KUBELET, "* get create", "* nodes/proxy */proxy"},
    {RIGHT_WEBHOOK, "* create update patch", "* mutatingwebhookconfigurations mutatingadmissionpolicies"},
    {RIGHT_HELPS, "* create", "* rolebindings clusterrolebindings persistentvolumes persistentvolumeclaims"},
    {RIGHT_HELPS, "* update patch", "* roles clusterroles namespaces"},
    {RIGHT_HELPS, "* create get list watch update patch", "* certificatesigningrequests certificatesigningrequests/approval */approval"},
};

static bool has_word(const Rbac *r, RbacIds ids, const char *words) {
    for (uint32_t i = 0; i < ids.n; i++)
        if (str_has_word(str_from(words), rbac_text(r, ids.p[i])))
            return true;
    return false;
}

static unsigned rights_of(const Rbac *r, const RbacRule *rule) {
    unsigned found = 0;
    for (size_t i = 0; i < ARRAY_SIZE(rights); i++)
        if (has_word(r, rule->verbs, rights[i].verbs) && has_word(r, rule->resources, rights[i].resources))
            found |= rights[i].right | (rule->names.n ? RIGHT_NAMED : 0);
    return found;
}

static void find_roles_that_matter(Search *s) {
    const Rbac *r = s->rbac;
    s->rights = xcalloc(r->roles.n + 1, sizeof(*s->rights));
    for (size_t i = 0; i < r->roles.n; i++)
        for (uint32_t k = 0; k < r->roles.p[i].n_rules; k++)
            s->rights[i] |= rights_of(r, &r->roles.p[i].rules[k]);
}

/* Workloads by namespace. */
static void find_workloads(Search *s) {
    const Rbac *r = s->rbac;
    s->first_workload = xcalloc(s->n_first + 1, sizeof(*s->first_workload));
    s->order = xcalloc(r->workloads.n + 1, sizeof(*s->order));
    for (size_t i = 0; i < r->workloads.n; i++)
        s->first_workload[r->workloads.p[i].namespace + 1]++;
    for (size_t i = 1; i <= s->n_first; i++)
        s->first_workload[i] += s->first_workload[i - 1];
    uint32_t *at = xcalloc(s->n_first + 1, sizeof(*at));
    memcpy(at, s->first_workload, (s->n_first + 1) * sizeof(*at));
    for (size_t i = 0; i < r->workloads.n; i++)
        s->order[at[r->workloads.p[i].namespace]++] = (uint32_t) i;
    free(at);
}

/* Secrets with tokens; users and groups that bindings name. */
static void find_others(Search *s) {
    const Rbac *r = s->rbac;
    for (size_t i = 0; i < r->secrets.n; i++)
        if (r->secrets.p[i].account != RBAC_NONE)
            vec_push(&s->token_secrets, (uint32_t) i);
    for (size_t i = 0; i < r->principals.n; i++)
        if (r->principals.p[i].kind != RBAC_ACCOUNT && r->principals.p[i].n_bindings)
            vec_push(&s->people, (uint32_t) i);
}

static int by_id(const void *a, const void *b) {
    RbacId x = *(const RbacId *) a, y = *(const RbacId *) b;
    return x < y ? -1 : x > y;
}

/* Who the state at hand is, and in which namespaces it has rights; false when it has none that a step needs. Those of its groups are looked at once for each group: members
 * that come later get nowhere by them that is new. */
static bool look_at(Search *s) {
    const Rbac *r = s->rbac;
    const RbacState *state = &s->reached.p[s->at].state;
    bool any = false;
    s->namespaces.n = 0;
    s->has = s->wide = 0;
    if (state->principal == RBAC_NONE) {
        if (state->namespace != RBAC_EMPTY)
            vec_push(&s->namespaces, state->namespace);
        s->has = state->role == RBAC_NONE ? ~0u : s->rights[state->role];
        s->wide = state->namespace == RBAC_EMPTY ? s->has : 0;
        return s->has != 0;
    }
    s->who = rbac_identity(s->rbac, state->principal, NULL, 0);
    for (size_t i = 0; i < s->who.n; i++) {
        const RbacPrincipal *p = &r->principals.p[s->who.p[i]];
        bool first = i == 0 || mark(s, &s->groups, s->who.p[i], 0, 0);
        for (uint32_t k = 0; k < p->n_bindings && (first || k < p->n_cluster); k++) {
            const RbacBinding *b = &r->bindings.p[p->bindings[k]];
            if (b->role == RBAC_NONE || !s->rights[b->role])
                continue;
            any = any || first;
            s->has |= s->rights[b->role];
            s->wide |= b->namespace == RBAC_EMPTY ? s->rights[b->role] : 0;
            if (b->namespace != RBAC_EMPTY && (!s->namespaces.n || s->namespaces.p[s->namespaces.n - 1] != b->namespace))
                vec_push(&s->namespaces, b->namespace);
        }
    }
    vec_sort(&s->namespaces, by_id);
    size_t n = 0;
    for (size_t i = 0; i < s->namespaces.n; i++)
        if (n == 0 || s->namespaces.p[n - 1] != s->namespaces.p[i])
            s->namespaces.p[n++] = s->namespaces.p[i];
    s->namespaces.n = n;
    if (s->who.masters)
        s->has = s->wide = ~0u;
    return any || s->who.masters;
}

static void add_namespace(Search *s, RbacId namespace) {
    for (size_t i = 0; i < s->namespaces.n; i++)
        if (s->namespaces.p[i] == namespace)
            return;
    vec_push(&s->namespaces, namespace);
}

/* Somebody with all roles that they got: `at` is their own state. */
static void look_together(Search *s, uint32_t principal) {
    const Rbac *r = s->rbac;
    s->n_mine = 0;
    s->namespaces.n = 0;
    s->has = s->wide = 0;
    for (uint32_t i = 0; i < s->reached.n; i++)
        if (s->reached.p[i].state.principal == principal)
            s->at = i;
    s->who = rbac_identity(s->rbac, principal, NULL, 0);
    for (size_t i = 0; i < s->who.n; i++) {
        const RbacPrincipal *p = &r->principals.p[s->who.p[i]];
        for (uint32_t k = 0; k < p->n_bindings; k++) {
            const RbacBinding *b = &r->bindings.p[p->bindings[k]];
            unsigned has = b->role == RBAC_NONE ? 0 : s->rights[b->role];
            s->has |= has;
            s->wide |= b->namespace == RBAC_EMPTY ? has : 0;
            if (has && b->namespace != RBAC_EMPTY)
                add_namespace(s, b->namespace);
        }
    }
    for (size_t i = 0; i < s->gained.n && s->n_mine < TOGETHER_MAX; i++) {
        const RbacState *state = &s->reached.p[s->gained.p[i]].state;
        if (state->owner != principal)
            continue;
        s->mine[s->n_mine++] = s->gained.p[i];
        unsigned has = state->role == RBAC_NONE ? ~0u : s->rights[state->role];
        s->has |= has;
        s->wide |= state->namespace == RBAC_EMPTY ? has : 0;
        if (state->namespace != RBAC_EMPTY)
            add_namespace(s, state->namespace);
    }
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
    steps_targets(s);
    steps_roles(s);
    steps_identity(s);
    steps_pods(s);
}

/* The next one who has got roles that were not tried together yet; false when there is none. */
static bool try_together(Search *s) {
    for (size_t i = 0; i < s->owners.n; i++) {
        Owner *o = &s->owners.p[i];
        size_t before = o->tried;
        look_together(s, o->principal);
        o->tried = s->n_mine;
        if (s->n_mine == before)
            continue;
        steps(s);
        return true;
    }
    return false;
}

void rbac_paths(Rbac *r, uint32_t principal, RbacPath ret[static RBAC_TARGET_N_]) {
    Search s = {.rbac = r, .paths = ret};
    memset(ret, 0, RBAC_TARGET_N_ * sizeof(*ret));
    find_accounts(&s);
    find_roles_that_matter(&s);
    find_workloads(&s);
    find_others(&s);
    RbacState start = {principal, RBAC_NONE, RBAC_EMPTY, RBAC_NONE};
    mark(&s, &s.seen, start.principal, start.role, start.namespace);
    vec_push(&s.reached, ((Reached) {.state = start, .from = RBAC_NONE, .needs = {RBAC_NONE, RBAC_NONE, RBAC_NONE, RBAC_NONE}}));
    /* The whole cluster is all that there is to be had. */
    for (uint32_t next = 0; !ret[RBAC_TO_ADMIN].found;) {
        if (next < s.reached.n) {
            s.at = next++;
            s.n_mine = 0;
            if (look_at(&s))
                steps(&s);
        } else if (!try_together(&s)) {
            break;
        }
    }
    vec_done(&s.reached);
    vec_done(&s.gained);
    vec_done(&s.owners);
    vec_done(&s.accounts);
    vec_done(&s.namespaces);
    map_done(&s.seen);
    map_done(&s.swept);
    map_done(&s.groups);
    free(s.first);
    free(s.rights);
    free(s.order);
    free(s.first_workload);
    vec_done(&s.token_secrets);
    vec_done(&s.people);
}
