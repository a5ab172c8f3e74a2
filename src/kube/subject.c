/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/subject.h"

#include "kube/access-subject.h"

/* Looked up once for all subjects of an object. */
typedef struct Sources {
    const Source *workload, *volume, *container, *env, *mount;
} Sources;

typedef struct Visit {
    Arena *arena;
    int (*each)(void *userdata, const Subject *s, const Node *at);
    void *userdata;
} Visit;

static int visit(const Visit *v, const Source *source, const SubjectOps *ops, const void *object, const Subject *parent, const Node *at, const Subject **ret) {
    Subject *s = arena_new(v->arena, Subject);
    if (!s)
        return -E2BIG;
    *s = (Subject) {.source = source, .ops = ops, .object = object, .parent = parent};
    *ret = s;
    return v->each(v->userdata, s, at);
}

static int visit_workload(const Visit *v, const KubeObject *o, const Subject *k8s) {
    const Sources from = {source_by_name(STR("workload")), source_by_name(STR("volume")), source_by_name(STR("container")), source_by_name(STR("env")), source_by_name(STR("mount"))};
    const KubeWorkload *w = o->workload;
    const Subject *workload, *s, *item;
    int r = visit(v, from.workload, &kube_workload_ops, w, k8s, o->root, &workload);
    for (size_t i = 0; i < w->n_volumes && r >= 0; i++)
        r = visit(v, from.volume, &kube_volume_ops, &w->volumes[i], workload, w->volumes[i].node, &s);
    for (size_t i = 0; i < w->n_containers && r >= 0; i++) {
        const KubeContainer *c = &w->containers[i];
        r = visit(v, from.container, &kube_container_ops, c, workload, c->node, &s);
        for (size_t k = 0; k < c->n_env && r >= 0; k++)
            r = visit(v, from.env, &kube_env_ops, &c->env[k], s, c->env[k].node, &item);
        for (size_t k = 0; k < c->n_mounts && r >= 0; k++)
            r = visit(v, from.mount, &kube_mount_ops, &c->mounts[k], s, c->mounts[k].node, &item);
    }
    return r;
}

static int visit_access(void *userdata, const Subject *s, const AccessItem *item, const Node *at) {
    const Visit *v = userdata;
    const Subject *kept;
    return visit(v, s->source, s->ops, item, s->parent, at, &kept);
}

/* What rules about access ask for; a service of a Compose file has none of it. */
static int visit_parts(Visit *v, const KubeObject *o, const Subject *k8s) {
    if (!o->world->access_wanted || str_eqz(o->group, "compose"))
        return 0;
    const Access *m = access_of_world(o->world);
    return m ? access_each_of(m, o, k8s, v->arena, visit_access, v) : -E2BIG;
}

int kube_each_subject(const KubeObject *o, Arena *a, int (*each)(void *userdata, const Subject *s, const Node *at), void *userdata) {
    static const struct {
        const char *source;
        const SubjectOps *ops;
    } of_class[KUBE_CLASS_N_] = {
        [KUBE_SERVICE_ACCOUNT] = {"service_account", &kube_service_account_ops},
        [KUBE_SERVICE] = {"service", &kube_service_ops},
        [KUBE_INGRESS] = {"ingress", &kube_ingress_ops},
        [KUBE_NETWORK_POLICY] = {"network_policy", &kube_network_policy_ops},
        [KUBE_ROLE] = {"role", &kube_role_ops},
        [KUBE_BINDING] = {"binding", &kube_binding_ops},
        [KUBE_NAMESPACE] = {"namespace", &kube_namespace_ops},
    };
    Visit v = {a, each, userdata};
    const Subject *k8s, *s, *item;
    int r = visit(&v, source_by_name(STR("k8s")), &kube_k8s_ops, o, NULL, o->root, &k8s);
    if (r >= 0)
        r = visit_parts(&v, o, k8s);
    if (r >= 0 && o->class == KUBE_WORKLOAD)
        return visit_workload(&v, o, k8s);
    if (r < 0 || !of_class[o->class].source)
        return r;
    r = visit(&v, source_by_name(str_from(of_class[o->class].source)), of_class[o->class].ops, o, k8s, o->root, &s);
    for (size_t i = 0; i < o->n_rules && r >= 0; i++)
        r = visit(&v, source_by_name(STR("permission")), &kube_permission_ops, o->rules[i], s, o->rules[i], &item);
    return r;
}
