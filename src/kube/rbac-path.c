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

bool search_can(Search *s, const char *verb, const char *group, const char *resource, RbacId name, RbacId namespace) {
    Str main = str_from(resource), sub = STR("");
    str_cut(main, '/', &main, &sub);
    RbacRequest q = rbac_request(s->rbac, str_from(verb), str_from(group), main, sub, rbac_text(s->rbac, name), rbac_text(s->rbac, namespace));
    const RbacState *state = &s->reached.p[s->at].state;
    RbacGrant grant;
    bool yes = state->principal == RBAC_NONE ? role_state_allows(s, state, &q, &grant) : rbac_allowed(s->rbac, &s->who, &q, &grant);
    if (yes && s->n_evidence < RBAC_EVIDENCE_MAX)
        s->evidence[s->n_evidence++] = (RbacEvidence) {q, grant};
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

void search_to(Search *s, RbacStepKind kind, RbacState to) {
    if (mark(s, &s->seen, to.principal, to.role, to.namespace))
        vec_push(&s->reached, ((Reached) {to, s->at, step_of(s, kind, to)}));
}

void search_principal(Search *s, RbacStepKind kind, uint32_t principal) {
    search_to(s, kind, (RbacState) {principal, RBAC_NONE, RBAC_EMPTY});
}

/* The way back to the start. */
static void keep_path(Search *s, RbacPath *path, RbacStep last) {
    size_t n = 1;
    for (uint32_t i = s->at; s->reached.p[i].from != RBAC_NONE; i = s->reached.p[i].from)
        n++;
    path->steps = arena_alloc(s->rbac->arena, n * sizeof(RbacStep));
    if (!path->steps)
        return;
    path->found = true;
    path->n = n;
    path->steps[--n] = last;
    for (uint32_t i = s->at; s->reached.p[i].from != RBAC_NONE; i = s->reached.p[i].from)
        path->steps[--n] = s->reached.p[i].step;
}

void search_target(Search *s, RbacStepKind kind, RbacTarget target) {
    if (!s->paths[target].found)
        keep_path(s, &s->paths[target], step_of(s, kind, (RbacState) {RBAC_NONE, RBAC_NONE, RBAC_EMPTY}));
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

/* Verbs and resources that steps are about; who has none of them is not worth a look. */
static bool rule_matters(const Rbac *r, const RbacRule *rule) {
    static const char *const verbs = "* get list watch create update patch escalate bind impersonate approve";
    static const char *const resources =
        "* secrets pods pods/exec pods/attach pods/ephemeralcontainers deployments daemonsets statefulsets replicasets replicationcontrollers jobs cronjobs serviceaccounts "
        "serviceaccounts/token users groups roles clusterroles rolebindings clusterrolebindings nodes/proxy certificatesigningrequests certificatesigningrequests/approval signers "
        "mutatingwebhookconfigurations mutatingadmissionpolicies persistentvolumes */exec */attach */ephemeralcontainers */token */proxy */approval";
    bool verb = false, resource = false;
    for (uint32_t i = 0; i < rule->verbs.n && !verb; i++)
        verb = str_has_word(str_from(verbs), rbac_text(r, rule->verbs.p[i]));
    for (uint32_t i = 0; verb && i < rule->resources.n && !resource; i++)
        resource = str_has_word(str_from(resources), rbac_text(r, rule->resources.p[i]));
    return resource;
}

static void find_roles_that_matter(Search *s) {
    const Rbac *r = s->rbac;
    s->matters = xcalloc(r->roles.n + 1, sizeof(*s->matters));
    for (size_t i = 0; i < r->roles.n; i++)
        for (uint32_t k = 0; k < r->roles.p[i].n_rules && !s->matters[i]; k++)
            s->matters[i] = rule_matters(r, &r->roles.p[i].rules[k]);
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
    if (state->principal == RBAC_NONE) {
        if (state->namespace != RBAC_EMPTY)
            vec_push(&s->namespaces, state->namespace);
        return state->role == RBAC_NONE || s->matters[state->role];
    }
    s->who = rbac_identity(s->rbac, state->principal, NULL, 0);
    for (size_t i = 0; i < s->who.n; i++) {
        const RbacPrincipal *p = &r->principals.p[s->who.p[i]];
        bool first = i == 0 || mark(s, &s->groups, s->who.p[i], 0, 0);
        for (uint32_t k = 0; k < p->n_bindings && (first || k < p->n_cluster); k++) {
            const RbacBinding *b = &r->bindings.p[p->bindings[k]];
            if (b->role == RBAC_NONE || !s->matters[b->role])
                continue;
            any = any || first;
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
    return any || s->who.masters;
}

/* Calls `test` for the rules that the state at hand has, until one of them answers true. One that may do everything somewhere has them all. */
static bool any_rule(const Search *s, bool (*test)(const Search *s, const RbacRule *rule, const char *a, const char *b), const char *a, const char *b) {
    const Rbac *r = s->rbac;
    const RbacState *state = &s->reached.p[s->at].state;
    if (state->principal == RBAC_NONE ? state->role == RBAC_NONE : s->who.masters)
        return true;
    for (size_t i = 0; i < (state->principal == RBAC_NONE ? 1 : s->who.n); i++) {
        const RbacPrincipal *p = state->principal == RBAC_NONE ? NULL : &r->principals.p[s->who.p[i]];
        for (uint32_t k = 0; k < (p ? p->n_bindings : 1); k++) {
            uint32_t role = p ? r->bindings.p[p->bindings[k]].role : state->role;
            for (uint32_t n = 0; role != RBAC_NONE && s->matters[role] && n < r->roles.p[role].n_rules; n++)
                if (test(s, &r->roles.p[role].rules[n], a, b))
                    return true;
        }
    }
    return false;
}

static bool has_id(const Search *s, RbacIds ids, const char *a, const char *b) {
    for (uint32_t i = 0; i < ids.n; i++) {
        Str text = rbac_text(s->rbac, ids.p[i]);
        if (ids.p[i] == RBAC_ALL || str_eqz(text, a) || (b && str_eqz(text, b)))
            return true;
    }
    return false;
}

static bool verb_in(const Search *s, const RbacRule *rule, const char *a, const char *b) {
    return has_id(s, rule->verbs, a, b);
}

static bool resource_in(const Search *s, const RbacRule *rule, const char *a, const char *b) {
    return has_id(s, rule->resources, a, b);
}

bool search_has_verb(const Search *s, const char *verb) {
    return any_rule(s, verb_in, verb, NULL);
}

bool search_has_resource(const Search *s, const char *a, const char *b) {
    return any_rule(s, resource_in, a, b);
}

static void steps_targets(Search *s) {
    search_try(s);
    if (search_can(s, "*", "*", "*", RBAC_EMPTY, RBAC_EMPTY))
        for (RbacTarget t = 0; t < RBAC_TARGET_N_; t++)
            search_target(s, RBAC_STEP_EVERYTHING, t);
    search_try(s);
    if (search_can_any(s, "get list watch", "", "secrets", RBAC_EMPTY, RBAC_EMPTY))
        search_target(s, RBAC_STEP_READ_SECRETS, RBAC_TO_SECRETS);
}

void rbac_paths(Rbac *r, uint32_t principal, RbacPath ret[static RBAC_TARGET_N_]) {
    Search s = {.rbac = r, .paths = ret};
    memset(ret, 0, RBAC_TARGET_N_ * sizeof(*ret));
    find_accounts(&s);
    find_roles_that_matter(&s);
    RbacState start = {principal, RBAC_NONE, RBAC_EMPTY};
    mark(&s, &s.seen, start.principal, start.role, start.namespace);
    vec_push(&s.reached, ((Reached) {.state = start, .from = RBAC_NONE}));
    /* The whole cluster is all that there is to be had. */
    for (s.at = 0; s.at < s.reached.n && !ret[RBAC_TO_ADMIN].found; s.at++) {
        if (!look_at(&s))
            continue;
        steps_targets(&s);
        steps_roles(&s);
        steps_identity(&s);
        steps_pods(&s);
    }
    vec_done(&s.reached);
    vec_done(&s.accounts);
    vec_done(&s.namespaces);
    map_done(&s.seen);
    map_done(&s.swept);
    map_done(&s.groups);
    free(s.first);
    free(s.matters);
}
