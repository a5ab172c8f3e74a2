/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/access.h"
#include "kube/getter.h"
#include "kube/relations.h"
#include "kube/subject.h"
#include "policy/fields/slots.h"

static const KubeObject *object_of(const void *workload) {
    return ((const KubeWorkload *) workload)->object;
}

static Value get_kind(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_str(object_of(w)->kind);
}

static Value get_name(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_str_or_none(object_of(w)->name);
}

static Value get_namespace(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_str(object_of(w)->namespace);
}

static Value get_replicas(const void *w, const FieldRef *ref, Scratch *scratch) {
    int64_t n = 1;
    (void) kube_int(kube_at(object_of(w)->root, "spec.replicas"), &n);
    return value_int(n);
}

static Value get_replicas_set(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_bool(kube_at(object_of(w)->root, "spec.replicas") != NULL);
}

static Str account_of(const KubeWorkload *w) {
    Str s = kube_text(w->spec, "serviceAccountName");
    /* The older name of the same field. */
    if (!s.n)
        s = kube_text(w->spec, "serviceAccount");
    return s;
}

static Value get_account(const void *w, const FieldRef *ref, Scratch *scratch) {
    Str s = account_of(w);
    return value_str(s.n ? s : STR("default"));
}

static Value get_account_set(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_bool(account_of(w).n > 0);
}

static Value get_automount(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_bool(kube_token_mounted(w));
}

static Value get_seccomp_annotation(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    return value_str_or_none(kube_annotated_profile(node_str(kube_key(kube_at(w->metadata, "annotations"), STR("seccomp.security.alpha.kubernetes.io/pod"))), true));
}

static Value get_apparmor_annotations(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    const Node *annotations = kube_at(w->metadata, "annotations");
    size_t n = 0;
    Str prefix = STR("container.apparmor.security.beta.kubernetes.io/");
    node_each(a, annotations)
        n += str_starts(a->key, prefix) && node_str(a).n;
    Gather g = gather(scratch, n);
    node_each(a, annotations)
        if (str_starts(a->key, prefix) && node_str(a).n)
            gather_add(&g, value_str(kube_annotated_profile(a->text, false)));
    return gather_value(&g);
}

static Value get_sysctls(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    const Node *list = kube_at(w->security, "sysctls");
    Gather g = gather(scratch, node_items(list));
    /* One without a name is there, and no list of allowed ones has it. */
    list_each(c, list) {
        Str name = kube_text(c, "name");
        gather_add(&g, value_str(name.p ? name : STR("")));
    }
    return gather_value(&g);
}

static Value get_volume_types(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    Gather g = gather(scratch, w->n_volumes);
    for (size_t i = 0; i < w->n_volumes; i++)
        gather_add(&g, value_str(w->volumes[i].type));
    return gather_value(&g);
}

static Value get_host_paths(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    Gather g = gather(scratch, w->n_volumes);
    for (size_t i = 0; i < w->n_volumes; i++)
        gather_text(&g, w->volumes[i].host_path);
    return gather_value(&g);
}

static Value get_images(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    Gather g = gather(scratch, w->n_containers);
    for (size_t i = 0; i < w->n_containers; i++)
        gather_text(&g, kube_text(w->containers[i].node, "image"));
    return gather_value(&g);
}

static Value get_tolerations(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    const Node *list = kube_at(w->spec, "tolerations");
    Gather g = gather(scratch, node_items(list));
    list_each(c, list) {
        Str key = kube_text(c, "key");
        gather_add(&g, value_str(key.n ? key : STR("*")));
    }
    return gather_value(&g);
}

static Value get_deadline(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    static const char *const paths[] = {"spec.activeDeadlineSeconds", "spec.jobTemplate.spec.activeDeadlineSeconds"};
    int64_t n;
    if (kube_int(kube_at(w->spec, "activeDeadlineSeconds"), &n) == 0)
        return value_int(n);
    for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
        if (kube_int(kube_at(w->object->root, paths[i]), &n) == 0)
            return value_int(n);
    return value_none();
}

static Value get_ttl(const void *w, const FieldRef *ref, Scratch *scratch) {
    int64_t n;
    if (kube_int(kube_at(object_of(w)->root, "spec.ttlSecondsAfterFinished"), &n) == 0 || kube_int(kube_at(object_of(w)->root, "spec.jobTemplate.spec.ttlSecondsAfterFinished"), &n) == 0)
        return value_int(n);
    return value_none();
}

static Value get_schedule(const void *w, const FieldRef *ref, Scratch *scratch) {
    return str_eqz(object_of(w)->kind, "CronJob") ? value_str_or_none(kube_text(object_of(w)->root, "spec.schedule")) : value_none();
}

static Value get_concurrency(const void *w, const FieldRef *ref, Scratch *scratch) {
    if (!str_eqz(object_of(w)->kind, "CronJob"))
        return value_none();
    Str s = kube_text(object_of(w)->root, "spec.concurrencyPolicy");
    return value_str(s.n ? s : STR("Allow"));
}

static Value get_spread(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    return value_bool(node_items(kube_at(w->spec, "topologySpreadConstraints")) > 0 || kube_at(w->spec, "affinity.podAntiAffinity"));
}

static Value get_host_aliases(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    const Node *list = kube_at(w->spec, "hostAliases");
    size_t n = 0;
    list_each(c, list)
        n += node_items(kube_at(c, "hostnames"));
    Gather g = gather(scratch, n);
    list_each(c, list)
        list_each(name, kube_at(c, "hostnames"))
            gather_text(&g, node_str(name));
    return gather_value(&g);
}

static Value get_owned(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_bool(node_items(kube_at(object_of(w)->metadata, "ownerReferences")) > 0);
}

static Value get_label(const void *object, const FieldRef *ref, Scratch *scratch) {
    return value_str_or_none(node_str(kube_key(kube_at(((const KubeWorkload *) object)->metadata, "labels"), ref->arg)));
}

static Value get_annotation(const void *object, const FieldRef *ref, Scratch *scratch) {
    return value_str_or_none(node_str(kube_key(kube_at(((const KubeWorkload *) object)->metadata, "annotations"), ref->arg)));
}

static Value get_exposure(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_str(str_from(kube_exposure_name(kube_exposure(w))));
}

static Value get_services(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    size_t n = 0;
    kube_each_in(service, w->object->world, KUBE_SERVICE, w->object->namespace)
        n += kube_service_chooses(service, w);
    Gather g = gather(scratch, n);
    kube_each_in(service, w->object->world, KUBE_SERVICE, w->object->namespace)
        if (kube_service_chooses(service, w))
            gather_text(&g, service->name);
    return gather_value(&g);
}

static Value get_ingress_policy(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_bool(kube_policy_for(w, false));
}

static Value get_egress_policy(const void *w, const FieldRef *ref, Scratch *scratch) {
    return value_bool(kube_policy_for(w, true));
}

static Value get_budget(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    kube_each_in(o, w->object->world, KUBE_OTHER, w->object->namespace)
        if (str_eqz(o->kind, "PodDisruptionBudget") && kube_selects(kube_at(o->root, "spec.selector"), kube_at(w->metadata, "labels")))
            return value_bool(true);
    return value_bool(false);
}

/* Bindings of the namespace and of the cluster that speak of the workload's service account. */
static bool bound(const KubeWorkload *w, const KubeObject *binding) {
    Str account = account_of(w);
    return (!binding->namespace.p || str_eq(binding->namespace, w->object->namespace)) &&
           kube_binds(binding, account.n ? account : STR("default"), w->object->namespace);
}

static Value get_roles(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    const KubeObjects *bindings = &w->object->world->of[KUBE_BINDING];
    size_t n = 0;
    for (size_t i = 0; i < bindings->n; i++)
        n += bound(w, bindings->p[i]);
    Gather g = gather(scratch, n);
    for (size_t i = 0; i < bindings->n && g.n < g.max; i++)
        if (bound(w, bindings->p[i]))
            gather_text(&g, kube_text(bindings->p[i]->root, "roleRef.name"));
    return gather_value(&g);
}

static Value get_cluster_admin(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    const KubeObjects *bindings = &w->object->world->of[KUBE_BINDING];
    for (size_t i = 0; i < bindings->n; i++)
        if (str_eqz(kube_text(bindings->p[i]->root, "roleRef.name"), "cluster-admin") && bound(w, bindings->p[i]))
            return value_bool(true);
    return value_bool(false);
}

/* Paths begin at the spec of the pod. */
static const Getter getters[] = {
    [SLOT_WORKLOAD_KIND] = {.call = get_kind},
    [SLOT_WORKLOAD_NAME] = {.call = get_name},
    [SLOT_WORKLOAD_NAMESPACE] = {.call = get_namespace},
    [SLOT_WORKLOAD_REPLICAS] = {.call = get_replicas},
    [SLOT_WORKLOAD_REPLICAS_SET] = {.call = get_replicas_set},
    [SLOT_WORKLOAD_OS] = {GET_TEXT, "os.name", "linux", NULL},
    [SLOT_WORKLOAD_OS_SET] = {GET_SET, "os.name", NULL, NULL},
    [SLOT_WORKLOAD_HOST_NETWORK] = {GET_BOOL, "hostNetwork", NULL, NULL},
    [SLOT_WORKLOAD_HOST_NETWORK_SET] = {GET_SET, "hostNetwork", NULL, NULL},
    [SLOT_WORKLOAD_HOST_PID] = {GET_BOOL, "hostPID", NULL, NULL},
    [SLOT_WORKLOAD_HOST_PID_SET] = {GET_SET, "hostPID", NULL, NULL},
    [SLOT_WORKLOAD_HOST_IPC] = {GET_BOOL, "hostIPC", NULL, NULL},
    [SLOT_WORKLOAD_HOST_IPC_SET] = {GET_SET, "hostIPC", NULL, NULL},
    [SLOT_WORKLOAD_HOST_USERS] = {GET_BOOL_TRUE, "hostUsers", NULL, NULL},
    [SLOT_WORKLOAD_HOST_USERS_SET] = {GET_SET, "hostUsers", NULL, NULL},
    [SLOT_WORKLOAD_SHARE_PROCESSES] = {GET_BOOL, "shareProcessNamespace", NULL, NULL},
    [SLOT_WORKLOAD_SERVICE_ACCOUNT] = {.call = get_account},
    [SLOT_WORKLOAD_SERVICE_ACCOUNT_SET] = {.call = get_account_set},
    [SLOT_WORKLOAD_AUTOMOUNT_TOKEN] = {.call = get_automount},
    [SLOT_WORKLOAD_AUTOMOUNT_TOKEN_SET] = {GET_SET, "automountServiceAccountToken", NULL, NULL},
    [SLOT_WORKLOAD_RUN_AS_NON_ROOT] = {GET_BOOL, "securityContext.runAsNonRoot", NULL, NULL},
    [SLOT_WORKLOAD_RUN_AS_NON_ROOT_SET] = {GET_SET, "securityContext.runAsNonRoot", NULL, NULL},
    [SLOT_WORKLOAD_RUN_AS_USER] = {GET_INT, "securityContext.runAsUser", NULL, NULL},
    [SLOT_WORKLOAD_RUN_AS_GROUP] = {GET_INT, "securityContext.runAsGroup", NULL, NULL},
    [SLOT_WORKLOAD_FS_GROUP] = {GET_INT, "securityContext.fsGroup", NULL, NULL},
    [SLOT_WORKLOAD_SUPPLEMENTAL_GROUPS] = {GET_INTS, "securityContext.supplementalGroups", NULL, NULL},
    [SLOT_WORKLOAD_SECCOMP_PROFILE] = {GET_TYPED, "securityContext.seccompProfile", NULL, NULL},
    [SLOT_WORKLOAD_SECCOMP_ANNOTATION] = {.call = get_seccomp_annotation},
    [SLOT_WORKLOAD_APPARMOR_PROFILE] = {GET_TYPED, "securityContext.appArmorProfile", NULL, NULL},
    [SLOT_WORKLOAD_APPARMOR_ANNOTATIONS] = {.call = get_apparmor_annotations},
    [SLOT_WORKLOAD_SELINUX_TYPE] = {GET_FILLED, "securityContext.seLinuxOptions.type", NULL, NULL},
    [SLOT_WORKLOAD_SELINUX_USER] = {GET_FILLED, "securityContext.seLinuxOptions.user", NULL, NULL},
    [SLOT_WORKLOAD_SELINUX_ROLE] = {GET_FILLED, "securityContext.seLinuxOptions.role", NULL, NULL},
    [SLOT_WORKLOAD_SYSCTLS] = {.call = get_sysctls},
    [SLOT_WORKLOAD_WINDOWS_HOST_PROCESS] = {GET_BOOL, "securityContext.windowsOptions.hostProcess", NULL, NULL},
    [SLOT_WORKLOAD_VOLUME_TYPES] = {.call = get_volume_types},
    [SLOT_WORKLOAD_HOST_PATHS] = {.call = get_host_paths},
    [SLOT_WORKLOAD_IMAGES] = {.call = get_images},
    [SLOT_WORKLOAD_IMAGE_PULL_SECRETS] = {GET_NAMES, "imagePullSecrets", NULL, NULL},
    [SLOT_WORKLOAD_NODE_NAME] = {GET_FILLED, "nodeName", NULL, NULL},
    [SLOT_WORKLOAD_NODE_SELECTOR] = {GET_KEYED, "nodeSelector", NULL, NULL},
    [SLOT_WORKLOAD_TOLERATIONS] = {.call = get_tolerations},
    [SLOT_WORKLOAD_SCHEDULER] = {GET_TEXT, "schedulerName", "default-scheduler", NULL},
    [SLOT_WORKLOAD_PRIORITY_CLASS] = {GET_FILLED, "priorityClassName", NULL, NULL},
    [SLOT_WORKLOAD_RUNTIME_CLASS] = {GET_FILLED, "runtimeClassName", NULL, NULL},
    [SLOT_WORKLOAD_DNS_POLICY] = {GET_TEXT, "dnsPolicy", "ClusterFirst", NULL},
    [SLOT_WORKLOAD_RESTART_POLICY] = {GET_TEXT, "restartPolicy", "Always", NULL},
    [SLOT_WORKLOAD_GRACE] = {GET_INT, "terminationGracePeriodSeconds", "30", NULL},
    [SLOT_WORKLOAD_DEADLINE] = {.call = get_deadline},
    [SLOT_WORKLOAD_TTL] = {.call = get_ttl},
    [SLOT_WORKLOAD_SCHEDULE] = {.call = get_schedule},
    [SLOT_WORKLOAD_CONCURRENCY] = {.call = get_concurrency},
    [SLOT_WORKLOAD_SPREAD] = {.call = get_spread},
    [SLOT_WORKLOAD_HOST_ALIASES] = {.call = get_host_aliases},
    [SLOT_WORKLOAD_SERVICE_LINKS] = {GET_BOOL_TRUE, "enableServiceLinks", NULL, NULL},
    [SLOT_WORKLOAD_OWNED] = {.call = get_owned},
    [SLOT_WORKLOAD_LABEL] = {.call = get_label},
    [SLOT_WORKLOAD_ANNOTATION] = {.call = get_annotation},
    [SLOT_WORKLOAD_EXPOSURE] = {.call = get_exposure},
    [SLOT_WORKLOAD_SERVICES] = {.call = get_services},
    [SLOT_WORKLOAD_INGRESS_POLICY] = {.call = get_ingress_policy},
    [SLOT_WORKLOAD_EGRESS_POLICY] = {.call = get_egress_policy},
    [SLOT_WORKLOAD_DISRUPTION_BUDGET] = {.call = get_budget},
    [SLOT_WORKLOAD_ROLES] = {.call = get_roles},
    [SLOT_WORKLOAD_CLUSTER_ADMIN] = {.call = get_cluster_admin},
    [SLOT_WORKLOAD_SECRETS] = {.call = access_get_secrets},
    [SLOT_WORKLOAD_SECRET_WAYS] = {.call = access_get_ways},
};

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeWorkload *w = object;
    if (ref->field->slot >= ARRAY_SIZE(getters))
        return value_none();
    const Getter *g = &getters[ref->field->slot];
    return g->call ? g->call(w, ref, scratch) : getter_value(g, w->spec, ref, scratch);
}

static const void *child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const KubeWorkload *w = object;
    if (str_eqz(STR("container"), source->name)) {
        *ret_ops = &kube_container_ops;
        return i < w->n_containers ? &w->containers[i] : NULL;
    }
    *ret_ops = &kube_volume_ops;
    return str_eqz(STR("volume"), source->name) && i < w->n_volumes ? &w->volumes[i] : NULL;
}

const SubjectOps kube_workload_ops = {.get = get, .child = child};
