/* SPDX-License-Identifier: Apache-2.0 */
/* Ways in which workloads get secrets. Sources: Kubernetes API reference (Pod), https://secrets-store-csi-driver.sigs.k8s.io, https://developer.hashicorp.com/vault/docs/deploy/kubernetes/injector/annotations. */
#include "kube/access.h"
#include "kube/getter.h"

#define VAULT_SECRET "vault.hashicorp.com/agent-inject-secret-"

static const char *const hows[ACCESS_HOW_N_] = {
#define HOW(id, name, doc) name,
#include "kube/access-how.list.h"
#undef HOW
};

const char *access_how_name(AccessHow h) {
    return hows[h];
}

typedef struct Uses {
    const KubeWorkload *workload;
    int (*each)(void *userdata, const AccessUse *u);
    void *userdata;
} Uses;

static int use(const Uses *u, AccessUse x) {
    return x.secret.n ? u->each(u->userdata, &x) : 0;
}

static int environment(const Uses *u, const KubeContainer *c) {
    int r = 0;
    for (size_t i = 0; i < c->n_env && r >= 0; i++) {
        const Node *ref = kube_at(c->env[i].node, "valueFrom.secretKeyRef");
        r = use(u, (AccessUse) {ACCESS_ENV, kube_text(ref, "name"), kube_text(ref, "key"), c->name, kube_text(c->env[i].node, "name"), c->env[i].node});
    }
    list_each(from, kube_at(c->node, "envFrom"))
        if (r >= 0)
            r = use(u, (AccessUse) {ACCESS_ENV_FROM, kube_text(from, "secretRef.name"), STR(""), c->name, kube_text(from, "prefix"), from});
    return r;
}

/* Once for each container that mounts the volume; once for the pod when none does. */
static int mounted(const Uses *u, const KubeVolume *v, AccessUse x) {
    bool any = false;
    int r = 0;
    for (size_t i = 0; i < u->workload->n_containers && r >= 0; i++) {
        const KubeContainer *c = &u->workload->containers[i];
        for (size_t k = 0; k < c->n_mounts && r >= 0; k++) {
            if (!str_eq(kube_text(c->mounts[k].node, "name"), v->name))
                continue;
            any = true;
            x.container = c->name;
            x.where = kube_text(c->mounts[k].node, "mountPath");
            r = use(u, x);
        }
    }
    return any || r < 0 ? r : use(u, x);
}

/* The keys of "items"; all without them. */
static int with_keys(const Uses *u, const KubeVolume *v, AccessHow how, Str secret, const Node *items) {
    int r = 0;
    if (!node_items(items))
        return mounted(u, v, (AccessUse) {.how = how, .secret = secret, .node = v->node});
    node_each(item, items)
        if (r >= 0)
            r = mounted(u, v, (AccessUse) {.how = how, .secret = secret, .key = kube_text(item, "key"), .node = v->node});
    return r;
}

static int volume(const Uses *u, const KubeVolume *v) {
    int r = 0;
    if (str_eqz(v->type, "secret"))
        return with_keys(u, v, ACCESS_VOLUME, kube_text(v->source, "secretName"), kube_at(v->source, "items"));
    if (str_eqz(v->type, "projected")) {
        list_each(s, kube_at(v->source, "sources"))
            if (r >= 0)
                r = with_keys(u, v, ACCESS_PROJECTED, kube_text(s, "secret.name"), kube_at(s, "secret.items"));
        return r;
    }
    if (!str_eqz(v->type, "csi"))
        return 0;
    if (str_eqz(kube_text(v->source, "driver"), "secrets-store.csi.k8s.io"))
        r = mounted(u, v, (AccessUse) {.how = ACCESS_CSI, .secret = kube_text(v->source, "volumeAttributes.secretProviderClass"), .node = v->node});
    return r < 0 ? r : use(u, (AccessUse) {.how = ACCESS_CSI_CREDENTIAL, .secret = kube_text(v->source, "nodePublishSecretRef.name"), .node = v->node});
}

static int vault(const Uses *u) {
    const Node *annotations = kube_at(u->workload->metadata, "annotations");
    int r = 0;
    if (!str_eqz(node_str(kube_key(annotations, STR("vault.hashicorp.com/agent-inject"))), "true"))
        return 0;
    node_each(a, annotations)
        if (r >= 0 && str_starts(a->key, STR(VAULT_SECRET)))
            r = use(u, (AccessUse) {.how = ACCESS_VAULT, .secret = node_str(a), .where = str_from_at(a->key, strlen(VAULT_SECRET)), .node = a});
    return r;
}

int access_each_use(const KubeWorkload *w, int (*each)(void *userdata, const AccessUse *u), void *userdata) {
    Uses u = {w, each, userdata};
    int r = 0;
    for (size_t i = 0; i < w->n_containers && r >= 0; i++)
        r = environment(&u, &w->containers[i]);
    for (size_t i = 0; i < w->n_volumes && r >= 0; i++)
        r = volume(&u, &w->volumes[i]);
    list_each(s, kube_at(w->spec, "imagePullSecrets"))
        if (r >= 0)
            r = use(&u, (AccessUse) {.how = ACCESS_PULL, .secret = kube_text(s, "name"), .node = s});
    return r < 0 ? r : vault(&u);
}

static int count_one(void *userdata, const AccessUse *u) {
    ++*(size_t *) userdata;
    return 0;
}

typedef struct Names {
    Gather gather;
    bool ways;
} Names;

static int add_name(void *userdata, const AccessUse *u) {
    Names *n = userdata;
    Str name = n->ways ? str_from(access_how_name(u->how)) : u->secret;
    for (size_t i = 0; i < n->gather.n; i++)
        if (str_eq(n->gather.p[i].text, name))
            return 0;
    gather_text(&n->gather, name);
    return 0;
}

static Value names(const KubeWorkload *w, bool ways, Scratch *scratch) {
    size_t max = 0;
    access_each_use(w, count_one, &max);
    Names n = {gather(scratch, ways ? MIN(max, (size_t) ACCESS_HOW_N_) : max), ways};
    access_each_use(w, add_name, &n);
    return gather_value(&n.gather);
}

Value access_get_secrets(const void *workload, const FieldRef *ref, Scratch *scratch) {
    return names(workload, false, scratch);
}

Value access_get_ways(const void *workload, const FieldRef *ref, Scratch *scratch) {
    return names(workload, true, scratch);
}
