/* SPDX-License-Identifier: Apache-2.0 */
/* What runs: pods, their tokens, the nodes below them. */
#include "kube/rbac-path-private.h"
#include "kube/rbac-private.h"

/* What makes pods; the name of the kind in lower case is the resource without its last letter. */
static const struct {
    const char *group, *resource, *kind;
} controllers[] = {
    {"apps", "deployments", "Deployment"},
    {"apps", "daemonsets", "DaemonSet"},
    {"apps", "statefulsets", "StatefulSet"},
    {"apps", "replicasets", "ReplicaSet"},
    {"batch", "jobs", "Job"},
    {"batch", "cronjobs", "CronJob"},
    {"", "replicationcontrollers", "ReplicationController"},
};

/* The label of a namespace that was not read is not known: in an API server it is there. */
bool steps_is_open(const Search *s, RbacId namespace) {
    Rbac *r = s->rbac;
    size_t first = 0, end = r->namespaces.n;
    if (namespace != RBAC_EMPTY) {
        first = rbac_index(r, &r->namespace_of, namespace, 0, 0, RBAC_NONE);
        if (first == RBAC_NONE)
            return true;
        end = first + 1;
    }
    for (size_t i = first; i < end; i++) {
        Str level = rbac_text(r, r->namespaces.p[i].enforce);
        if (!str_eqz(level, "baseline") && !str_eqz(level, "restricted"))
            return true;
    }
    return end == 0;
}

/* May it start pods there, in whatever way? */
static bool can_start(Search *s, RbacId namespace, RbacStepKind *ret) {
    *ret = RBAC_STEP_POD;
    if (search_can(s, "create", "", "pods", RBAC_EMPTY, namespace))
        return true;
    *ret = RBAC_STEP_WORKLOAD;
    for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
        if (search_can(s, "create", controllers[i].group, controllers[i].resource, RBAC_EMPTY, namespace))
            return true;
    return false;
}

/* Parts of what takes pods, and something besides: others may do either. */
static void relabel_part(Search *s, RbacId namespace) {
    search_try(s);
    if (search_can_any(s, "update patch", "", "namespaces", namespace, namespace))
        search_part(s, PART_RELABEL, namespace, RBAC_EMPTY);
}

static void start_parts(Search *s, RbacId namespace) {
    relabel_part(s, namespace);
    search_try(s);
    if (search_can(s, "create", "", "persistentvolumeclaims", RBAC_EMPTY, namespace))
        search_part(s, PART_CLAIM, namespace, RBAC_EMPTY);
    search_try(s);
    if (namespace == RBAC_EMPTY && search_can(s, "create", "", "persistentvolumes", RBAC_EMPTY, RBAC_EMPTY))
        search_part(s, PART_VOLUME, RBAC_EMPTY, RBAC_EMPTY);
}

static void start(Search *s, RbacId namespace) {
    RbacStepKind kind;
    search_try(s);
    if (!can_start(s, namespace, &kind))
        return;
    search_part(s, PART_START, namespace, RBAC_EMPTY);
    search_accounts(s, kind, namespace);
    if (steps_is_open(s, namespace))
        search_target(s, RBAC_STEP_HOST_POD, RBAC_TO_NODE);
}

static bool is_pod(const Search *s, const RbacWorkload *w) {
    return str_eqz(rbac_text(s->rbac, w->kind), "Pod");
}

/* Its pods hold the token of the account. */
static bool has_token(const Search *s, const RbacWorkload *w) {
    return w->token_set ? w->token : !s->rbac->principals.p[w->account].no_token;
}

/* Names of the pods of a controller are made up: rules with resourceNames do not fit them. */
static RbacId pod_name(const Search *s, const RbacWorkload *w) {
    return is_pod(s, w) ? w->name : RBAC_EMPTY;
}

static void into(Search *s, const RbacWorkload *w, RbacStepKind kind) {
    if (has_token(s, w))
        search_principal(s, kind, w->account);
    if (w->host && (kind == RBAC_STEP_EXEC || kind == RBAC_STEP_CHANGE_POD))
        search_target(s, RBAC_STEP_HOST_EXEC, RBAC_TO_NODE);
}

static void change(Search *s, const RbacWorkload *w) {
    for (size_t i = 0; i < ARRAY_SIZE(controllers); i++)
        if (str_eqz(rbac_text(s->rbac, w->kind), controllers[i].kind)) {
            search_try(s);
            if (!search_can_any(s, "update patch", controllers[i].group, controllers[i].resource, w->name, w->namespace))
                continue;
            /* The template of a Job cannot be changed, its suspended one apart. */
            if (str_eqz(rbac_text(s->rbac, w->kind), "Job"))
                continue;
            search_accounts(s, RBAC_STEP_CHANGE_WORKLOAD, w->namespace);
            if (steps_is_open(s, w->namespace))
                search_target(s, RBAC_STEP_HOST_POD, RBAC_TO_NODE);
        }
}

/* What is running: commands, containers and images in it. */
static void into_workload(Search *s, uint32_t i) {
    const RbacWorkload w = s->rbac->workloads.p[i];
    RbacId name = pod_name(s, &w);
    search_try(s);
    if (search_can_any(s, "create get", "", "pods/exec", name, w.namespace) || search_can_any(s, "create get", "", "pods/attach", name, w.namespace))
        into(s, &w, RBAC_STEP_EXEC);
    search_try(s);
    if (search_can_any(s, "update patch", "", "pods/ephemeralcontainers", name, w.namespace))
        into(s, &w, RBAC_STEP_DEBUG);
    search_try(s);
    if (search_can_any(s, "update patch", "", "pods", name, w.namespace))
        into(s, &w, RBAC_STEP_CHANGE_POD);
    if (!is_pod(s, &w))
        change(s, &w);
}

static void running(Search *s) {
    const Index *in = &s->workloads;
    if (s->wide & RIGHT_RUN) {
        for (uint32_t i = 0; i < s->rbac->workloads.n && !s->limited; i++)
            into_workload(s, i);
        return;
    }
    for (size_t n = 0; s->has & RIGHT_RUN && n < s->namespaces.n; n++) {
        RbacId namespace = s->namespaces.p[n];
        if (namespace >= in->n || search_skips(s, namespace))
            continue;
        for (uint32_t i = in->first[namespace]; i < in->first[namespace + 1]; i++)
            into_workload(s, in->order[i]);
    }
}

static void secrets(Search *s, RbacId namespace) {
    search_try(s);
    if (search_can(s, "create", "", "secrets", RBAC_EMPTY, namespace))
        search_part(s, PART_NEW_SECRET, namespace, RBAC_EMPTY);
    search_try(s);
    if (search_can_any(s, "get list watch", "", "secrets", RBAC_EMPTY, namespace))
        search_part(s, PART_READ_SECRET, namespace, RBAC_EMPTY);
    /* A new Secret may have the name that can be read. */
    for (size_t i = 0; i < s->names.n; i++) {
        search_try(s);
        if (search_can_any(s, "get list watch", "", "secrets", s->names.p[i], namespace))
            search_part(s, PART_READ_SECRET, namespace, RBAC_EMPTY);
    }
}

static void token_secrets(Search *s) {
    const Rbac *r = s->rbac;
    for (size_t i = 0; s->has & RIGHT_SECRETS && i < s->token_secrets.n; i++) {
        const RbacSecret x = r->secrets.p[s->token_secrets.p[i]];
        search_try(s);
        if (search_can_any(s, "get list watch", "", "secrets", x.name, x.namespace))
            search_principal(s, RBAC_STEP_TOKEN_SECRET, x.account);
    }
}

static void kubelet(Search *s) {
    const Rbac *r = s->rbac;
    search_try(s);
    if (!(s->wide & RIGHT_KUBELET) || !search_can_any(s, "get create", "", "nodes/proxy", RBAC_EMPTY, RBAC_EMPTY))
        return;
    for (size_t i = 0; i < r->workloads.n; i++)
        if (has_token(s, &r->workloads.p[i]))
            search_principal(s, RBAC_STEP_KUBELET, r->workloads.p[i].account);
    search_target(s, RBAC_STEP_KUBELET, RBAC_TO_NODE);
}

static void webhooks(Search *s) {
    static const struct {
        const char *resource;
        PartKind part;       /* of a policy; a configuration is all that it takes */
    } kinds[] = {{"mutatingwebhookconfigurations", PART_N_}, {"mutatingadmissionpolicies", PART_POLICY}, {"mutatingadmissionpolicybindings", PART_POLICY_BINDING}};
    for (size_t i = 0; s->wide & RIGHT_WEBHOOK && i < ARRAY_SIZE(kinds); i++) {
        search_try(s);
        if (!search_can_any(s, "create update patch", "admissionregistration.k8s.io", kinds[i].resource, RBAC_EMPTY, RBAC_EMPTY))
            continue;
        if (kinds[i].part == PART_N_)
            search_accounts(s, RBAC_STEP_WEBHOOK, RBAC_EMPTY);
        else
            search_part(s, kinds[i].part, RBAC_EMPTY, RBAC_EMPTY);
    }
}

static void in_namespace(Search *s, RbacId namespace, unsigned has) {
    if (has & RIGHT_START)
        start(s, namespace);
    if (has & (RIGHT_HELPS | RIGHT_START))
        start_parts(s, namespace);
    if (has & RIGHT_SECRETS)
        secrets(s, namespace);
}

void steps_pods(Search *s) {
    if (!search_asks(s, RIGHT_START | RIGHT_RUN | RIGHT_SECRETS | RIGHT_KUBELET | RIGHT_WEBHOOK | RIGHT_HELPS))
        return;
    in_namespace(s, RBAC_EMPTY, s->wide);
    for (size_t i = 0; s->wide & RIGHT_HELPS && i < s->names.n; i++)
        relabel_part(s, s->names.p[i]);
    for (size_t i = 0; i < s->namespaces.n && !s->limited; i++)
        if (!search_skips(s, s->namespaces.p[i]))
            in_namespace(s, s->namespaces.p[i], s->has);
    running(s);
    token_secrets(s);
    kubelet(s);
    webhooks(s);
}
