/* SPDX-License-Identifier: Apache-2.0 */
/* From objects to what decides about access. */
#include "kube/getter.h"
#include "kube/rbac-private.h"
#include "kube/workload.h"

RbacNamespace *rbac_namespace(Rbac *r, RbacId name) {
    uint32_t next = (uint32_t) r->namespaces.n;
    uint32_t i = rbac_index(r, &r->namespace_of, name, 0, 0, next);
    if (i == next)
        vec_push(&r->namespaces, ((RbacNamespace) {.name = name}));
    return &r->namespaces.p[i];
}

static RbacPlace place_of(const KubeObject *o) {
    return (RbacPlace) {o->file, o->root->line, o->root->col};
}

static RbacIds ids_of(Rbac *r, const Node *list) {
    RbacIds ids = {0};
    size_t n = node_items(list);
    RbacId *p = n ? arena_alloc(r->arena, n * sizeof(*p)) : NULL;
    if (!p)
        return ids;
    node_each(c, list)
        if (c->type == NODE_STRING)
            p[ids.n++] = rbac_id(r, c->text);
    ids.p = p;
    return ids;
}

/* The keys or the values of a map of labels. */
static RbacIds labels_of(Rbac *r, const Node *labels, bool values) {
    RbacIds ids = {0};
    size_t n = node_is(labels, NODE_MAP) ? labels->list.n : 0;
    RbacId *p = n ? arena_alloc(r->arena, n * sizeof(*p)) : NULL;
    if (!p)
        return ids;
    node_each(c, labels)
        p[ids.n++] = rbac_id(r, values ? node_str(c) : c->key);
    ids.p = p;
    return ids;
}

static RbacOperator operator_of(Str s) {
    static const char *const names[] = {[RBAC_IN] = "In", [RBAC_NOT_IN] = "NotIn", [RBAC_EXISTS] = "Exists", [RBAC_NOT_EXISTS] = "DoesNotExist"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (str_eqz(s, names[i]))
            return (RbacOperator) i;
    return RBAC_NEVER;
}

static void take_selector(Rbac *r, const Node *n, RbacSelector *ret) {
    const Node *labels = kube_at(n, "matchLabels"), *expressions = kube_at(n, "matchExpressions");
    size_t max = node_count(labels) + node_items(expressions);
    RbacRequirement *p = max ? arena_alloc(r->arena, max * sizeof(*p)) : NULL;
    if (p && node_is(labels, NODE_MAP))
        node_each(c, labels) {
            RbacId *value = arena_new(r->arena, RbacId);
            *value = rbac_id(r, node_str(c));
            p[ret->n++] = (RbacRequirement) {RBAC_IN, rbac_id(r, c->key), {value, 1}};
        }
    if (p)
        list_each(e, expressions)
            p[ret->n++] = (RbacRequirement) {operator_of(kube_text(e, "operator")), rbac_id(r, kube_text(e, "key")), ids_of(r, kube_at(e, "values"))};
    ret->p = p;
}

static void take_selectors(Rbac *r, const Node *list, RbacRole *role) {
    size_t n = node_items(list);
    RbacSelector *p = n ? arena_alloc(r->arena, n * sizeof(*p)) : NULL;
    if (p)
        node_each(c, list)
            take_selector(r, c, &p[role->n_selectors++]);
    role->selectors = p;
}

/* Two objects of one name: the last one counts, as when the files are applied in their order. */
static uint32_t role_put(Rbac *r, RbacRole role) {
    uint32_t next = (uint32_t) r->roles.n;
    uint32_t i = rbac_index(r, &r->role_of, role.namespace, role.name, 0, next);
    if (i == next)
        vec_push(&r->roles, role);
    else
        r->roles.p[i] = role;
    return i;
}

static void add_role(Rbac *r, const KubeObject *o) {
    bool cluster = str_eqz(o->kind, "ClusterRole");
    RbacRole role = {.name = rbac_id(r, o->name), .namespace = cluster ? RBAC_EMPTY : rbac_id(r, o->namespace), .place = place_of(o)};
    RbacRule *rules = o->n_rules ? arena_alloc(r->arena, o->n_rules * sizeof(*rules)) : NULL;
    for (size_t i = 0; rules && i < o->n_rules; i++) {
        const Node *n = o->rules[i];
        rules[role.n_rules++] = (RbacRule) {
            .verbs = ids_of(r, kube_at(n, "verbs")),
            .groups = ids_of(r, kube_at(n, "apiGroups")),
            .resources = ids_of(r, kube_at(n, "resources")),
            .names = ids_of(r, kube_at(n, "resourceNames")),
            .urls = ids_of(r, kube_at(n, "nonResourceURLs")),
        };
    }
    role.rules = rules;
    if (cluster) {
        const Node *labels = kube_at(o->metadata, "labels");
        role.label_keys = labels_of(r, labels, false);
        role.label_values = labels_of(r, labels, true);
        role.aggregated = kube_at(o->root, "aggregationRule") != NULL;
        take_selectors(r, kube_at(o->root, "aggregationRule.clusterRoleSelectors"), &role);
    } else {
        rbac_namespace(r, role.namespace);
    }
    role_put(r, role);
}

static uint32_t subject_of(Rbac *r, const Node *n, Str binding_namespace) {
    Str kind = kube_text(n, "kind"), name = kube_text(n, "name"), in = kube_text(n, "namespace");
    if (str_eqz(kind, "User"))
        return rbac_principal(r, RBAC_USER, STR_NULL, name);
    if (str_eqz(kind, "Group"))
        return rbac_principal(r, RBAC_GROUP, STR_NULL, name);
    in = in.n ? in : binding_namespace;
    return str_eqz(kind, "ServiceAccount") && in.n ? rbac_principal(r, RBAC_ACCOUNT, in, name) : RBAC_NONE;
}

/* Anybody who may label a binding could hide behind the label alone: what the API server makes has names that begin like this. */
static bool is_builtin(const KubeObject *o) {
    return str_eqz(node_str(kube_key(kube_at(o->metadata, "labels"), STR("kubernetes.io/bootstrapping"))), "rbac-defaults") &&
           (str_starts(o->name, STR("system:")) || str_eqz(o->name, "cluster-admin"));
}

/* As with roles; only the role of a binding cannot be changed: of two that name different ones the API server keeps what was there first, which no file says. Both count then. */
static void binding_put(Rbac *r, RbacBinding b) {
    uint32_t next = (uint32_t) r->bindings.n;
    uint32_t i = rbac_index(r, &r->binding_of, b.namespace, b.name, 2 * b.role_name + b.role_cluster, next);
    if (i == next)
        vec_push(&r->bindings, b);
    else
        r->bindings.p[i] = b;
}

static void add_binding(Rbac *r, const KubeObject *o) {
    bool cluster = str_eqz(o->kind, "ClusterRoleBinding");
    const Node *ref = kube_at(o->root, "roleRef"), *list = kube_at(o->root, "subjects");
    Str namespace = cluster ? STR("") : o->namespace;
    RbacBinding b = {
        .name = rbac_id(r, o->name),
        .namespace = rbac_id(r, namespace),
        .role_name = rbac_id(r, kube_text(ref, "name")),
        .role_cluster = cluster || str_eqz(kube_text(ref, "kind"), "ClusterRole"),
        .builtin = is_builtin(o),
        .role = RBAC_NONE,
        .place = place_of(o),
    };
    size_t n = node_items(list);
    uint32_t *subjects = n ? arena_alloc(r->arena, n * sizeof(*subjects)) : NULL;
    if (subjects)
        node_each(s, list) {
            uint32_t principal = subject_of(r, s, namespace);
            if (principal != RBAC_NONE)
                subjects[b.n_subjects++] = principal;
        }
    b.subjects = subjects;
    if (!cluster)
        rbac_namespace(r, b.namespace);
    binding_put(r, b);
}

static void add_account(Rbac *r, const KubeObject *o) {
    uint32_t i = rbac_principal(r, RBAC_ACCOUNT, o->namespace, o->name);
    RbacPrincipal *p = &r->principals.p[i];
    p->seen = true;
    p->no_token = !kube_bool(kube_at(o->root, "automountServiceAccountToken"), true);
    p->place = place_of(o);
    rbac_namespace(r, p->namespace);
}

static void add_namespace(Rbac *r, const KubeObject *o) {
    RbacNamespace *n = rbac_namespace(r, rbac_id(r, o->name));
    n->seen = true;
    n->enforce = rbac_id(r, node_str(kube_key(kube_at(o->metadata, "labels"), STR("pod-security.kubernetes.io/enforce"))));
}

/* As good as root on its node: privileged, its processes, or its file system from a place that matters. */
static bool has_host(const KubeWorkload *w) {
    if (kube_bool(kube_at(w->spec, "hostPID"), false))
        return true;
    for (size_t i = 0; i < w->n_containers; i++)
        if (kube_bool(kube_at(w->containers[i].node, "securityContext.privileged"), false))
            return true;
    static const char *const paths[] = {"/", "/etc", "/root", "/var/lib/kubelet", "/var/run/docker.sock", "/run/containerd/containerd.sock", "/var/run/crio/crio.sock", "/proc"};
    for (size_t i = 0; i < w->n_volumes; i++)
        for (size_t k = 0; k < ARRAY_SIZE(paths); k++)
            if (str_eqz(w->volumes[i].host_path, paths[k]))
                return true;
    return false;
}

static void add_workload(Rbac *r, const KubeObject *o) {
    const KubeWorkload *w = o->workload;
    Str account = kube_text(w->spec, "serviceAccountName");
    if (!account.n)
        account = kube_text(w->spec, "serviceAccount");
    const Node *token = kube_at(w->spec, "automountServiceAccountToken");
    if (!o->namespace.n || str_eqz(o->group, "compose"))
        return;
    RbacWorkload x = {
        .kind = rbac_id(r, o->kind),
        .name = rbac_id(r, o->name),
        .namespace = rbac_id(r, o->namespace),
        .account = rbac_principal(r, RBAC_ACCOUNT, o->namespace, account.n ? account : STR("default")),
        .token_set = token != NULL,
        .token = kube_bool(token, true),
        .host = has_host(w),
        .place = place_of(o),
    };
    rbac_namespace(r, x.namespace);
    vec_push(&r->workloads, x);
}

static void add_secret(Rbac *r, const KubeObject *o) {
    Str type = kube_text(o->root, "type");
    RbacSecret s = {.name = rbac_id(r, o->name), .namespace = rbac_id(r, o->namespace), .type = rbac_id(r, type.n ? type : STR("Opaque")), .account = RBAC_NONE, .place = place_of(o)};
    Str account = node_str(kube_key(kube_at(o->metadata, "annotations"), STR("kubernetes.io/service-account.name")));
    if (str_eqz(type, "kubernetes.io/service-account-token") && account.n)
        s.account = rbac_principal(r, RBAC_ACCOUNT, o->namespace, account);
    rbac_namespace(r, s.namespace);
    vec_push(&r->secrets, s);
}

void rbac_add(Rbac *r, const KubeObject *o) {
    switch (o->class) {
    case KUBE_ROLE:
        add_role(r, o);
        break;
    case KUBE_BINDING:
        add_binding(r, o);
        break;
    case KUBE_SERVICE_ACCOUNT:
        add_account(r, o);
        break;
    case KUBE_NAMESPACE:
        add_namespace(r, o);
        break;
    case KUBE_WORKLOAD:
        add_workload(r, o);
        break;
    default:
        if (str_eqz(o->kind, "Secret") && o->group.n == 0)
            add_secret(r, o);
        break;
    }
}
