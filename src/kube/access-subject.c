/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/access-subject.h"

#include "kube/subject.h"

typedef struct Giving {
    const Subject *k8s;
    AccessEach each;
    void *userdata;
} Giving;

static int give(const Giving *g, const char *source, const SubjectOps *ops, const AccessItem *item, const Node *at) {
    const Subject s = {.source = source_by_name(str_from(source)), .ops = ops, .object = item, .parent = g->k8s};
    return g->each(g->userdata, &s, item, at);
}

static int give_item(const Giving *g, const AccessItem *item, const Node *at) {
    if (item->way)
        return give(g, "secret_use", &access_use_ops, item, at);
    return item->secret ? give(g, "k8s_secret", &access_secret_ops, item, at) : give(g, "credential", &access_credential_ops, item, at);
}

static int give_kept(const Giving *g, const AccessItem *item, const Node *at, Arena *a) {
    AccessItem *own = arena_new(a, AccessItem);
    if (!own)
        return -E2BIG;
    *own = *item;
    return give_item(g, own, at);
}

int access_each_of(const Access *m, const KubeObject *o, const Subject *k8s, Arena *a, AccessEach each, void *userdata) {
    const AccessParts *p = o->access;
    const Giving g = {k8s, each, userdata};
    int r = 0;
    if (!p)
        return 0;
    for (size_t i = p->credential; i < p->credential + p->n_credentials && r >= 0; i++)
        r = give_kept(&g, &(AccessItem) {.map = m, .credential = &m->credentials.p[i]}, o->root, a);
    for (size_t i = p->token; i < p->token + p->n_tokens && r >= 0; i++)
        if (access_token_counts(m, &m->tokens.p[i]))
            r = give_kept(&g, &(AccessItem) {.map = m, .token = &m->tokens.p[i]}, o->root, a);
    for (size_t i = p->way; i < p->way + p->n_ways && r >= 0; i++)
        r = give_kept(&g, &(AccessItem) {.map = m, .way = &m->ways.p[i]}, m->ways.p[i].use.node ? m->ways.p[i].use.node : o->root, a);
    if (p->secret && r >= 0)
        r = give_kept(&g, &(AccessItem) {.map = m, .secret = &m->secrets.p[p->secret - 1]}, o->root, a);
    return r;
}

static int give_below(const AccessItem *item, const KubeObject *o, AccessEach each, void *userdata) {
    const Subject k8s = {.source = source_by_name(STR("k8s")), .ops = &kube_k8s_ops, .object = o};
    const Giving g = {&k8s, each, userdata};
    return o ? give_item(&g, item, o->root) : 0;
}

int access_each(const Access *m, AccessEach each, void *userdata) {
    int r = 0;
    for (size_t i = 0; i < m->credentials.n && r >= 0; i++)
        r = give_below(&(AccessItem) {.map = m, .credential = &m->credentials.p[i]}, m->credentials.p[i].object, each, userdata);
    for (size_t i = 0; i < m->tokens.n && r >= 0; i++)
        r = give_below(&(AccessItem) {.map = m, .token = &m->tokens.p[i]}, m->tokens.p[i].object, each, userdata);
    for (size_t i = 0; i < m->ways.n && r >= 0; i++)
        r = give_below(&(AccessItem) {.map = m, .way = &m->ways.p[i]}, m->ways.p[i].object, each, userdata);
    for (size_t i = 0; i < m->secrets.n && r >= 0; i++)
        if (m->secrets.p[i].seen)
            r = give_below(&(AccessItem) {.map = m, .secret = &m->secrets.p[i]}, m->secrets.p[i].object, each, userdata);
    return r;
}

bool access_wanted(const Policy *p) {
    return policy_asks(p, STR("credential")) || policy_asks(p, STR("secret_use")) || policy_asks(p, STR("k8s_secret"));
}

typedef struct AccessWorld {
    Access map;
    Rbac rights;
} AccessWorld;

const Access *access_of_world(KubeWorld *w) {
    if (w->access)
        return &w->access->map;
    AccessWorld *x = arena_new(w->arena, AccessWorld);
    if (!x)
        return NULL;
    x->map = access_new(w->arena);
    x->map.stay = true;
    x->map.as_of = w->now;
    x->map.rights = &x->rights;
    x->rights = rbac_new(w->arena);
    w->access = x;
    for (size_t i = 0; i < w->all.n; i++) {
        access_add_staying(&x->map, w->all.p[i]);
        rbac_add(&x->rights, w->all.p[i]);
    }
    rbac_finish(&x->rights);
    return &x->map;
}

void access_world_done(KubeWorld *w) {
    if (!w->access)
        return;
    access_done(&w->access->map);
    rbac_done(&w->access->rights);
    w->access = NULL;
}
