/* SPDX-License-Identifier: Apache-2.0 */
/* Containers, their environment and their mounts. What a container leaves out of its securityContext the pod's decides, field by field. */
#include <stdlib.h>
#include <strings.h>

#include "kube/getter.h"
#include "kube/image-facts.h"
#include "kube/relations.h"
#include "kube/subject.h"
#include "policy/fields/slots.h"

/* What Docker, containerd and CRI-O give a container that asks for nothing (CRI-O leaves out the last four). */
static const char *const default_capabilities[] = {
    "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE", "KILL", "SETFCAP", "NET_RAW", "MKNOD", "SYS_CHROOT", "AUDIT_WRITE",
};

static Value get_name(const void *object, const FieldRef *ref, Scratch *scratch) {
    return value_str_or_none(((const KubeContainer *) object)->name);
}

static Value get_kind(const void *object, const FieldRef *ref, Scratch *scratch) {
    return value_str(str_from(kube_container_kind_name(((const KubeContainer *) object)->kind)));
}

static Value get_image_part(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    Str image = kube_text(c->node, "image");
    if (!image.n)
        return value_none();
    switch (ref->field->slot) {
    case SLOT_CONTAINER_IMAGE_REGISTRY:
        return value_str(c->image.registry);
    case SLOT_CONTAINER_IMAGE_REPOSITORY:
        return value_str(c->image.repository);
    case SLOT_CONTAINER_IMAGE_TAG:
        return value_str_or_none(c->image.tag);
    case SLOT_CONTAINER_IMAGE_DIGEST:
        return value_str_or_none(c->image.digest);
    default:
        return value_str(image);
    }
}

static Value get_tag_set(const void *object, const FieldRef *ref, Scratch *scratch) {
    return value_bool(((const KubeContainer *) object)->image.tag_set);
}

static ImageAnswer known_of(const KubeContainer *c) {
    const KubeWorld *w = c->workload->object->world;
    return image_facts_find(w->images, &c->image, w->now, w->image_max_age);
}

static Value get_image_verdict(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const char *const names[] = {[IMAGE_UNRESOLVED] = "unresolved", [IMAGE_UNKNOWN] = "unknown", [IMAGE_OLD] = "old", [IMAGE_INCOMPLETE] = "incomplete"};
    const KubeContainer *c = object;
    if (!c->workload->object->world->images || !kube_text(c->node, "image").n)
        return value_none();
    ImageAnswer a = known_of(c);
    return value_str(a.known == IMAGE_SETTLED ? a.fact->verdict : str_from(names[a.known]));
}

static Value get_image_scan_age(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    const KubeWorld *w = c->workload->object->world;
    const ImageFact *f = w->images ? known_of(c).fact : NULL;
    return f ? value_int((w->now - f->scanned) / 86400) : value_none();
}

static Value get_pull_policy(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    Str s = kube_text(c->node, "imagePullPolicy");
    if (s.n)
        return value_str(s);
    return value_str(str_eqz(c->image.tag, "latest") && !c->image.digest.p ? STR("Always") : STR("IfNotPresent"));
}

static Value get_args(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    const Node *command = kube_at(c->node, "command"), *args = kube_at(c->node, "args");
    Gather g = gather(scratch, node_items(command) + node_items(args));
    list_each(word, command)
        gather_text(&g, node_str(word));
    list_each(word, args)
        gather_text(&g, node_str(word));
    return gather_value(&g);
}

/* The container's value, else the pod's. */
static const Node *effective(const KubeContainer *c, const char *path) {
    const Node *n = kube_at(c->security, path);
    return n ? n : kube_at(c->workload->security, path);
}

static Value get_escalation(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    const Node *add = kube_at(c->security, "capabilities.add");
    bool rights = kube_bool(kube_at(c->security, "privileged"), false) || kube_has(add, "SYS_ADMIN") || kube_has(add, "CAP_SYS_ADMIN");
    return value_bool(rights || kube_bool(kube_at(c->security, "allowPrivilegeEscalation"), true));
}

/* Rows whose path is below securityContext, of container or pod. */
typedef struct Inherited {
    unsigned slot;
    Getter getter;
} Inherited;

static Value get_inherited(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const Inherited rows[] = {
        {SLOT_CONTAINER_RUN_AS_NON_ROOT, {GET_BOOL, "runAsNonRoot", NULL, NULL}},
        {SLOT_CONTAINER_RUN_AS_USER, {GET_INT, "runAsUser", NULL, NULL}},
        {SLOT_CONTAINER_RUN_AS_GROUP, {GET_INT, "runAsGroup", NULL, NULL}},
        {SLOT_CONTAINER_SECCOMP_PROFILE, {GET_TYPED, "seccompProfile", NULL, NULL}},
        {SLOT_CONTAINER_APPARMOR_PROFILE, {GET_TYPED, "appArmorProfile", NULL, NULL}},
        {SLOT_CONTAINER_WINDOWS_HOST_PROCESS, {GET_BOOL, "windowsOptions.hostProcess", NULL, NULL}},
    };
    const KubeContainer *c = object;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].slot == ref->field->slot) {
            Getter g = rows[i].getter;
            const Node *n = effective(c, g.path);
            g.path = "";
            return getter_value(&g, n, ref, scratch);
        }
    return value_none();
}

/* The options are one value: a container that has some gets none of the pod's. */
static Value get_selinux(const void *object, const FieldRef *ref, Scratch *scratch) {
    const Node *options = effective(object, "seLinuxOptions");
    Getter g = {GET_FILLED, "type", NULL, NULL};
    if (ref->field->slot == SLOT_CONTAINER_SELINUX_USER)
        g.path = "user";
    else if (ref->field->slot == SLOT_CONTAINER_SELINUX_ROLE)
        g.path = "role";
    return getter_value(&g, options, ref, scratch);
}

static Value get_seccomp_annotation(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    Str prefix = STR("container.seccomp.security.alpha.kubernetes.io/");
    node_each(a, kube_at(c->workload->metadata, "annotations"))
        if (str_starts(a->key, prefix) && str_eq(str_from_at(a->key, prefix.n), c->name))
            return value_str_or_none(kube_annotated_profile(node_str(a), true));
    return value_none();
}

/* Names with and without CAP_, in any case, are the same to a runtime. */
static Str capability(Str s) {
    return s.n > 4 && str_ieq(str_head(s, 4), STR("CAP_")) ? str_from_at(s, 4) : s;
}

static bool names_capability(const Node *list, Str name) {
    list_each(c, list)
        if (str_ieq(capability(node_str(c)), name))
            return true;
    return false;
}

/* Names in order, for lists that are longer than a search through them should be. */
typedef struct Names {
    Str *p;
    size_t n;
} Names;

static int by_name(const void *a, const void *b) {
    const Str *x = a, *y = b;
    int r = strncasecmp(x->p, y->p, MIN(x->n, y->n));
    return r ? r : x->n < y->n ? -1 : x->n > y->n;
}

/* No memory: no names, and the evaluation is marked as limited. */
static Names names_of(const Node *list, Scratch *scratch) {
    size_t max = node_items(list);
    Names names = {.p = max ? scratch_alloc(scratch, max * sizeof(Str)) : NULL};
    list_each(c, names.p ? list : NULL)
        if (node_str(c).n)
            names.p[names.n++] = capability(node_str(c));
    if (names.n)
        qsort(names.p, names.n, sizeof(Str), by_name);
    return names;
}

static bool names_have(const Names *names, Str name) {
    return names->n && bsearch(&name, names->p, names->n, sizeof(Str), by_name);
}

static Value get_capabilities(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    const Node *add = kube_at(c->security, "capabilities.add"), *drop = kube_at(c->security, "capabilities.drop");
    Gather g = gather(scratch, ARRAY_SIZE(default_capabilities) + node_items(add) + 1);
    if (kube_bool(kube_at(c->security, "privileged"), false) || names_capability(add, STR("ALL"))) {
        gather_add(&g, value_str(STR("ALL")));
        return gather_value(&g);
    }
    if (!g.max)
        return value_none();
    const Names dropped = names_of(drop, scratch), added = names_of(add, scratch);
    bool none = names_have(&dropped, STR("ALL"));
    for (size_t i = 0; i < ARRAY_SIZE(default_capabilities) && !none; i++) {
        Str name = str_from(default_capabilities[i]);
        if (!names_have(&dropped, name) && !names_have(&added, name))
            gather_add(&g, value_str(name));
    }
    list_each(n, add) {
        Str name = capability(node_str(n));
        if (name.n && !names_have(&dropped, name))
            gather_add(&g, value_str(name));
    }
    return gather_value(&g);
}

static Value get_ports(const void *object, const FieldRef *ref, Scratch *scratch) {
    const Node *ports = kube_at(((const KubeContainer *) object)->node, "ports");
    bool host = ref->field->slot == SLOT_CONTAINER_HOST_PORTS;
    Gather g = gather(scratch, node_items(ports));
    list_each(p, ports) {
        int64_t n;
        if (kube_int(kube_at(p, host ? "hostPort" : "containerPort"), &n) == 0 && (!host || n != 0))
            gather_add(&g, value_int(n));
    }
    return gather_value(&g);
}

static Value get_handler_hosts(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const char *const handlers[] = {"livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"};
    const KubeContainer *c = object;
    Gather g = gather(scratch, 2 * ARRAY_SIZE(handlers));
    for (size_t i = 0; i < ARRAY_SIZE(handlers); i++) {
        const Node *h = kube_at(c->node, handlers[i]);
        Str http = kube_text(h, "httpGet.host"), tcp = kube_text(h, "tcpSocket.host");
        if (http.n)
            gather_add(&g, value_str(http));
        if (tcp.n)
            gather_add(&g, value_str(tcp));
    }
    return gather_value(&g);
}

/* The request, or the limit where only that is written: the API server fills it in. */
static Value get_request(const void *object, const FieldRef *ref, Scratch *scratch) {
    bool cpu = ref->field->slot == SLOT_CONTAINER_CPU_REQUEST, memory = ref->field->slot == SLOT_CONTAINER_MEMORY_REQUEST;
    const char *key = cpu ? "cpu" : memory ? "memory" : "ephemeral-storage";
    const Node *resources = kube_at(((const KubeContainer *) object)->node, "resources");
    const Node *n = kube_at(kube_at(resources, "requests"), key);
    Getter g = {cpu ? GET_MILLI : GET_BYTES, "", NULL, NULL};
    return getter_value(&g, n ? n : kube_at(kube_at(resources, "limits"), key), ref, scratch);
}

static Value get_env(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    /* Of a name that is given twice the last one counts. */
    for (size_t i = c->n_env; i > 0; i--)
        if (str_eq(kube_text(c->env[i - 1].node, "name"), ref->arg))
            return value_str_or_none(kube_text(c->env[i - 1].node, "value"));
    return value_none();
}

static Value get_env_secrets(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    const Node *from = kube_at(c->node, "envFrom");
    Gather g = gather(scratch, c->n_env + node_items(from));
    for (size_t i = 0; i < c->n_env; i++)
        gather_text(&g, kube_text(c->env[i].node, "valueFrom.secretKeyRef.name"));
    list_each(f, from)
        gather_text(&g, kube_text(f, "secretRef.name"));
    return gather_value(&g);
}

static Value get_host_paths(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    bool writable = ref->field->slot == SLOT_CONTAINER_WRITABLE_HOST_PATHS;
    Gather g = gather(scratch, c->n_mounts);
    for (size_t i = 0; i < c->n_mounts; i++) {
        const KubeVolume *v = kube_volume_find(c->workload, kube_text(c->mounts[i].node, "name"));
        if (v && (!writable || !kube_bool(kube_at(c->mounts[i].node, "readOnly"), false)))
            gather_text(&g, v->host_path);
    }
    return gather_value(&g);
}

static Value get_texts_of(const Node *list, const char *key, Scratch *scratch) {
    Gather g = gather(scratch, node_items(list));
    list_each(c, list)
        gather_text(&g, kube_text(c, key));
    return gather_value(&g);
}

static Value get_mount_paths(const void *object, const FieldRef *ref, Scratch *scratch) {
    return get_texts_of(kube_at(((const KubeContainer *) object)->node, "volumeMounts"), "mountPath", scratch);
}

static Value get_devices(const void *object, const FieldRef *ref, Scratch *scratch) {
    return get_texts_of(kube_at(((const KubeContainer *) object)->node, "volumeDevices"), "devicePath", scratch);
}

/* Paths begin at the container. */
static const Getter getters[] = {
    [SLOT_CONTAINER_NAME] = {.call = get_name},
    [SLOT_CONTAINER_KIND] = {.call = get_kind},
    [SLOT_CONTAINER_IMAGE] = {.call = get_image_part},
    [SLOT_CONTAINER_IMAGE_REGISTRY] = {.call = get_image_part},
    [SLOT_CONTAINER_IMAGE_REPOSITORY] = {.call = get_image_part},
    [SLOT_CONTAINER_IMAGE_TAG] = {.call = get_image_part},
    [SLOT_CONTAINER_IMAGE_TAG_SET] = {.call = get_tag_set},
    [SLOT_CONTAINER_IMAGE_DIGEST] = {.call = get_image_part},
    [SLOT_CONTAINER_IMAGE_VERDICT] = {.call = get_image_verdict},
    [SLOT_CONTAINER_IMAGE_SCAN_AGE] = {.call = get_image_scan_age},
    [SLOT_CONTAINER_PULL_POLICY] = {.call = get_pull_policy},
    [SLOT_CONTAINER_PULL_POLICY_SET] = {GET_SET, "imagePullPolicy", NULL, NULL},
    [SLOT_CONTAINER_COMMAND] = {GET_TEXTS, "command", NULL, NULL},
    [SLOT_CONTAINER_ARGS] = {.call = get_args},
    [SLOT_CONTAINER_WORKING_DIR] = {GET_FILLED, "workingDir", NULL, NULL},
    [SLOT_CONTAINER_STDIN] = {GET_BOOL, "stdin", NULL, NULL},
    [SLOT_CONTAINER_TTY] = {GET_BOOL, "tty", NULL, NULL},
    [SLOT_CONTAINER_ESCALATION] = {.call = get_escalation},
    [SLOT_CONTAINER_RUN_AS_NON_ROOT] = {.call = get_inherited},
    [SLOT_CONTAINER_RUN_AS_USER] = {.call = get_inherited},
    [SLOT_CONTAINER_RUN_AS_GROUP] = {.call = get_inherited},
    [SLOT_CONTAINER_SECCOMP_PROFILE] = {.call = get_inherited},
    [SLOT_CONTAINER_SECCOMP_ANNOTATION] = {.call = get_seccomp_annotation},
    [SLOT_CONTAINER_APPARMOR_PROFILE] = {.call = get_inherited},
    [SLOT_CONTAINER_SELINUX_TYPE] = {.call = get_selinux},
    [SLOT_CONTAINER_SELINUX_USER] = {.call = get_selinux},
    [SLOT_CONTAINER_SELINUX_ROLE] = {.call = get_selinux},
    [SLOT_CONTAINER_WINDOWS_HOST_PROCESS] = {.call = get_inherited},
    [SLOT_CONTAINER_CAPABILITIES] = {.call = get_capabilities},
    [SLOT_CONTAINER_PORTS] = {.call = get_ports},
    [SLOT_CONTAINER_HOST_PORTS] = {.call = get_ports},
    [SLOT_CONTAINER_HANDLER_HOSTS] = {.call = get_handler_hosts},
    [SLOT_CONTAINER_LIVENESS_PROBE] = {GET_SET, "livenessProbe", NULL, NULL},
    [SLOT_CONTAINER_READINESS_PROBE] = {GET_SET, "readinessProbe", NULL, NULL},
    [SLOT_CONTAINER_STARTUP_PROBE] = {GET_SET, "startupProbe", NULL, NULL},
    [SLOT_CONTAINER_POST_START] = {GET_SET, "lifecycle.postStart", NULL, NULL},
    [SLOT_CONTAINER_CPU_REQUEST] = {.call = get_request},
    [SLOT_CONTAINER_CPU_LIMIT] = {GET_MILLI, "resources.limits.cpu", NULL, NULL},
    [SLOT_CONTAINER_MEMORY_REQUEST] = {.call = get_request},
    [SLOT_CONTAINER_MEMORY_LIMIT] = {GET_BYTES, "resources.limits.memory", NULL, NULL},
    [SLOT_CONTAINER_STORAGE_REQUEST] = {.call = get_request},
    [SLOT_CONTAINER_STORAGE_LIMIT] = {GET_BYTES, "resources.limits.ephemeral-storage", NULL, NULL},
    [SLOT_CONTAINER_ENV] = {.call = get_env},
    [SLOT_CONTAINER_ENV_NAMES] = {GET_NAMES, "env", NULL, NULL},
    [SLOT_CONTAINER_ENV_SECRETS] = {.call = get_env_secrets},
    [SLOT_CONTAINER_MOUNT_PATHS] = {.call = get_mount_paths},
    [SLOT_CONTAINER_HOST_PATHS] = {.call = get_host_paths},
    [SLOT_CONTAINER_WRITABLE_HOST_PATHS] = {.call = get_host_paths},
    [SLOT_CONTAINER_DEVICES] = {.call = get_devices},
};

/* Paths begin at its securityContext. */
static const Getter security_getters[] = {
    [SLOT_CONTAINER_PRIVILEGED] = {GET_BOOL, "privileged", NULL, NULL},
    [SLOT_CONTAINER_PRIVILEGED_SET] = {GET_SET, "privileged", NULL, NULL},
    [SLOT_CONTAINER_ESCALATION_SET] = {GET_SET, "allowPrivilegeEscalation", NULL, NULL},
    [SLOT_CONTAINER_ESCALATION_RAW] = {GET_BOOL_RAW, "allowPrivilegeEscalation", NULL, NULL},
    [SLOT_CONTAINER_READ_ONLY_ROOT] = {GET_BOOL, "readOnlyRootFilesystem", NULL, NULL},
    [SLOT_CONTAINER_READ_ONLY_ROOT_SET] = {GET_SET, "readOnlyRootFilesystem", NULL, NULL},
    [SLOT_CONTAINER_RUN_AS_NON_ROOT_SET] = {GET_SET, "runAsNonRoot", NULL, NULL},
    [SLOT_CONTAINER_RUN_AS_USER_SET] = {GET_SET, "runAsUser", NULL, NULL},
    [SLOT_CONTAINER_RUN_AS_GROUP_SET] = {GET_SET, "runAsGroup", NULL, NULL},
    [SLOT_CONTAINER_PROC_MOUNT] = {GET_WORD, "procMount", "Default", NULL},
    [SLOT_CONTAINER_PROC_MOUNT_SET] = {GET_SET, "procMount", NULL, NULL},
    [SLOT_CONTAINER_SECCOMP_PROFILE_SET] = {GET_SET, "seccompProfile", NULL, NULL},
    [SLOT_CONTAINER_APPARMOR_PROFILE_SET] = {GET_SET, "appArmorProfile", NULL, NULL},
    [SLOT_CONTAINER_SELINUX_SET] = {GET_SET, "seLinuxOptions", NULL, NULL},
    [SLOT_CONTAINER_CAPABILITIES_ADD] = {GET_TEXTS, "capabilities.add", NULL, NULL},
    [SLOT_CONTAINER_CAPABILITIES_DROP] = {GET_TEXTS, "capabilities.drop", NULL, NULL},
};

static Value get_container(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeContainer *c = object;
    unsigned slot = ref->field->slot;
    if (slot < ARRAY_SIZE(security_getters) && security_getters[slot].how != GET_NOTHING)
        return getter_value(&security_getters[slot], c->security, ref, scratch);
    if (slot >= ARRAY_SIZE(getters))
        return value_none();
    const Getter *g = &getters[slot];
    return g->call ? g->call(c, ref, scratch) : getter_value(g, c->node, ref, scratch);
}

static const void *container_child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const KubeContainer *c = object;
    if (str_eqz(STR("env"), source->name)) {
        *ret_ops = &kube_env_ops;
        return i < c->n_env ? &c->env[i] : NULL;
    }
    *ret_ops = &kube_mount_ops;
    return str_eqz(STR("mount"), source->name) && i < c->n_mounts ? &c->mounts[i] : NULL;
}

const SubjectOps kube_container_ops = {.get = get_container, .child = container_child};

static Value get_env_source(const Node *n) {
    static const struct {
        const char *key, *name;
    } sources_[] = {{"secretKeyRef", "secret"}, {"configMapKeyRef", "config_map"}, {"fieldRef", "field"}, {"resourceFieldRef", "resource"}, {"fileKeyRef", "file"}};
    const Node *from = kube_at(n, "valueFrom");
    for (size_t i = 0; i < ARRAY_SIZE(sources_); i++)
        if (kube_at(from, sources_[i].key))
            return value_str(str_from(sources_[i].name));
    return value_str(STR("value"));
}

static Value get_env_field(const void *object, const FieldRef *ref, Scratch *scratch) {
    const Node *n = ((const KubeItem *) object)->node;
    Str s;
    switch (ref->field->slot) {
    case SLOT_ENV_NAME:
        return value_str_or_none(kube_text(n, "name"));
    case SLOT_ENV_VALUE:
        s = kube_text(n, "value");
        /* Neither a value nor a source is an empty value. */
        return value_str_or_none(s.p || kube_at(n, "valueFrom") ? s : STR(""));
    case SLOT_ENV_SOURCE:
        return get_env_source(n);
    case SLOT_ENV_SECRET:
        return value_str_or_none(kube_text(n, "valueFrom.secretKeyRef.name"));
    case SLOT_ENV_KEY:
        s = kube_text(n, "valueFrom.secretKeyRef.key");
        return value_str_or_none(s.p ? s : kube_text(n, "valueFrom.configMapKeyRef.key"));
    default:
        return value_none();
    }
}

const SubjectOps kube_env_ops = {.get = get_env_field};

static Value get_mount_field(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeItem *m = object;
    const KubeVolume *v = kube_volume_find(m->container->workload, kube_text(m->node, "name"));
    Str s;
    switch (ref->field->slot) {
    case SLOT_MOUNT_PATH:
        return value_str_or_none(kube_text(m->node, "mountPath"));
    case SLOT_MOUNT_VOLUME:
        return value_str_or_none(kube_text(m->node, "name"));
    case SLOT_MOUNT_VOLUME_TYPE:
        return v ? value_str(v->type) : value_none();
    case SLOT_MOUNT_HOST_PATH:
        return v ? value_str_or_none(v->host_path) : value_none();
    case SLOT_MOUNT_READ_ONLY:
        return value_bool(kube_bool(kube_at(m->node, "readOnly"), false));
    case SLOT_MOUNT_PROPAGATION:
        s = kube_text(m->node, "mountPropagation");
        return value_str(s.n ? s : STR("None"));
    case SLOT_MOUNT_SUB_PATH:
        s = kube_text(m->node, "subPath");
        return value_str_or_none(s.p ? s : kube_text(m->node, "subPathExpr"));
    default:
        return value_none();
    }
}

const SubjectOps kube_mount_ops = {.get = get_mount_field};
