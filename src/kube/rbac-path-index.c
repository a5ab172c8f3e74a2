/* SPDX-License-Identifier: Apache-2.0 */
/* What a search looks things up in; made once, since bindings do not change. */
#include "base/alloc.h"
#include "kube/rbac-path-private.h"

/* Things 0 … n-1 by the key that each has: in the order of their numbers below a key. */
static Index index_by(size_t keys, size_t n, RbacId (*key)(const Rbac *r, size_t i), const Rbac *r) {
    Index x = {.first = xcalloc(keys + 1, sizeof(uint32_t)), .order = xcalloc(n + 1, sizeof(uint32_t)), .n = keys};
    uint32_t *at = xcalloc(keys + 1, sizeof(*at));
    for (size_t i = 0; i < n; i++)
        if (key(r, i) < keys)
            x.first[key(r, i) + 1]++;
    for (size_t i = 1; i <= keys; i++)
        x.first[i] += x.first[i - 1];
    memcpy(at, x.first, (keys + 1) * sizeof(*at));
    for (size_t i = 0; i < n; i++)
        if (key(r, i) < keys)
            x.order[at[key(r, i)]++] = (uint32_t) i;
    free(at);
    return x;
}

static RbacId of_workload(const Rbac *r, size_t i) {
    return r->workloads.p[i].namespace;
}

static RbacId of_binding(const Rbac *r, size_t i) {
    return r->bindings.p[i].namespace;
}

static RbacId of_role_name(const Rbac *r, size_t i) {
    return r->bindings.p[i].role_name;
}

static RbacId of_role(const Rbac *r, size_t i) {
    return r->roles.p[i].namespace;
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
    {RIGHT_WEBHOOK, "* create update patch", "* mutatingwebhookconfigurations mutatingadmissionpolicies mutatingadmissionpolicybindings"},
    {RIGHT_HELPS, "* create", "* roles rolebindings clusterrolebindings persistentvolumes persistentvolumeclaims"},
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

enum { NAMES_AS_RULE = 8 }; /* so many names take as long as a rule */

static void find_roles_that_matter(Search *s) {
    const Rbac *r = s->rbac;
    s->rights = xcalloc(r->roles.n + 1, sizeof(*s->rights));
    s->cost = xcalloc(r->roles.n + 1, sizeof(*s->cost));
    for (size_t i = 0; i < r->roles.n; i++) {
        const uint32_t same = r->roles.p[i].same;
        s->cost[i] = same < i ? s->cost[same] : 1;
        s->rights[i] = same < i ? s->rights[same] : 0;
        for (uint32_t k = 0; same == i && k < r->roles.p[i].n_rules; k++) {
            s->rights[i] |= rights_of(r, &r->roles.p[i].rules[k]);
            s->cost[i] += 1 + r->roles.p[i].rules[k].names.n / NAMES_AS_RULE;
        }
    }
}

/* Of several bindings of somebody to the same role in the same place one is enough. */
static void find_holders(Search *s) {
    const Rbac *r = s->rbac;
    uint32_t *taken = xcalloc(r->roles.n + 1, sizeof(*taken)), turn = 0;
    s->holders = xcalloc(r->principals.n + 1, sizeof(*s->holders));
    for (size_t i = 0; i < r->principals.n; i++) {
        const RbacPrincipal *p = &r->principals.p[i];
        Holder *h = &s->holders[i];
        h->first = (uint32_t) s->held.n;
        for (uint32_t k = 0; k < p->n_bindings; k++) {
            const RbacBinding *b = &r->bindings.p[p->bindings[k]];
            if (k == 0 || b->namespace != r->bindings.p[p->bindings[k - 1]].namespace)
                turn++;
            if (b->role == RBAC_NONE || !s->rights[b->role] || taken[b->role] == turn)
                continue;
            taken[b->role] = turn;
            vec_push(&s->held, ((Held) {b->role, p->bindings[k]}));
            h->n++;
            if (b->namespace == RBAC_EMPTY) {
                h->n_cluster++;
                h->wide |= s->rights[b->role];
            }
        }
    }
    free(taken);
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
    s->first_account = xcalloc(s->n_texts, sizeof(*s->first_account));
    for (size_t i = 0; i < s->n_texts; i++)
        s->first_account[i] = (uint32_t) all.n;
    for (size_t i = all.n; i > 0; i--)
        s->first_account[r->principals.p[all.p[i - 1].principal].namespace] = (uint32_t) (i - 1);
    for (size_t i = 0; i < all.n; i++)
        vec_push(&s->accounts, all.p[i].principal);
    vec_done(&all);
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

void search_index(Search *s) {
    const Rbac *r = s->rbac;
    s->n_principals = r->principals.n;
    s->n_texts = r->texts.n;
    find_roles_that_matter(s);
    find_holders(s);
    find_accounts(s);
    find_others(s);
    s->workloads = index_by(s->n_texts, r->workloads.n, of_workload, r);
    s->bindings = index_by(s->n_texts, r->bindings.n, of_binding, r);
    s->bindings_of = index_by(s->n_texts, r->bindings.n, of_role_name, r);
    s->roles = index_by(s->n_texts, r->roles.n, of_role, r);
    s->reached_as = xcalloc(s->n_principals + 1, sizeof(*s->reached_as));
    s->owned = xcalloc(s->n_texts + 1, sizeof(*s->owned));
}

void search_index_done(Search *s) {
    Index *all[] = {&s->workloads, &s->bindings, &s->bindings_of, &s->roles};
    for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
        free(all[i]->first);
        free(all[i]->order);
    }
    free(s->rights);
    free(s->cost);
    free(s->holders);
    free(s->first_account);
    free(s->reached_as);
    free(s->owned);
    vec_done(&s->held);
    vec_done(&s->accounts);
    vec_done(&s->token_secrets);
    vec_done(&s->people);
}
