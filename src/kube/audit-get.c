/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of audit events. Numbers and booleans are texts, as Falco's rules want them. */
#include "kube/audit.h"
#include "kube/getter.h"
#include "kube/tree.h"
#include "parse/json-write.h"
#include "policy/fields/slots.h"

enum { TEXT_MAX = 256 << 10 };

static Value in_scratch(Str s, Scratch *scratch) {
    char *p = scratch_alloc(scratch, s.n + 1);
    if (!p)
        return value_none();
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return value_str(str_n(p, s.n));
}

static Value as_json(const Node *n, Scratch *scratch) {
    _cleanup_(buf_done) Buf b = buf_new(TEXT_MAX);
    JsonWriter w = json_writer(&b, false);
    json_node(&w, NULL, n);
    return b.failed ? value_none() : in_scratch(buf_view(&b), scratch);
}

static Value as_text(const Node *n, Scratch *scratch) {
    if (!n || n->type == NODE_NULL)
        return value_none();
    if (n->type == NODE_STRING || n->type == NODE_NUMBER)
        return value_str(n->text);
    if (n->type == NODE_BOOL)
        return value_str(n->boolean ? STR("true") : STR("false"));
    return as_json(n, scratch);
}

/* Adds a value, or those of a list. */
static void add(Gather *g, const Node *n, Scratch *scratch) {
    if (node_is(n, NODE_LIST)) {
        node_each(c, n)
            add(g, c, scratch);
        return;
    }
    Value v = as_text(n, scratch);
    if (v.type != VALUE_NONE)
        gather_add(g, v);
}

static bool is_wanted(const FieldRef *ref, int64_t i) {
    return !ref->has_arg || ref->index == i;
}

/* What stands at `path` in the items of a list, or in the n-th. `otherwise` where it is absent; NULL: nothing. */
static Value of_items(const Node *list, const char *path, const char *otherwise, const FieldRef *ref, Scratch *scratch) {
    size_t n = 0;
    int64_t i = 0;
    list_each(item, list)
        n += MAX(node_items(kube_at(item, path)), (size_t) 1);
    Gather g = gather(scratch, n);
    list_each(item, list) {
        const Node *at = *path ? kube_at(item, path) : item;
        if (!is_wanted(ref, i++))
            continue;
        if (at)
            add(&g, at, scratch);
        else if (otherwise)
            gather_text(&g, str_from(otherwise));
    }
    return gather_value(&g);
}

static Value list_of(const Node *list, Scratch *scratch) {
    Gather g = gather(scratch, node_items(list));
    add(&g, node_is(list, NODE_LIST) ? list : NULL, scratch);
    return gather_value(&g);
}

/* The container's own, else the pod's, else 0. */
static Value effective(const Node *request, const char *key, const FieldRef *ref, Scratch *scratch) {
    const Node *pod = kube_at(kube_at(request, "spec.securityContext"), key), *containers = kube_at(request, "spec.containers");
    Gather g = gather(scratch, node_items(containers));
    int64_t i = 0;
    list_each(c, containers) {
        const Node *own = kube_at(kube_at(c, "securityContext"), key);
        if (!is_wanted(ref, i++))
            continue;
        if (own || pod)
            add(&g, own ? own : pod, scratch);
        else
            gather_text(&g, STR("0"));
    }
    return gather_value(&g);
}

/* Without registry, tag and digest. */
static Value repositories(const Node *request, const FieldRef *ref, bool first, Scratch *scratch) {
    const Node *containers = kube_at(request, "spec.containers");
    Gather g = gather(scratch, node_items(containers));
    int64_t i = 0;
    list_each(c, containers) {
        Str image = kube_text(c, "image");
        bool wanted = first ? i == 0 : is_wanted(ref, i);
        i++;
        if (wanted && image.p)
            gather_add(&g, value_str(kube_image(image).repository));
    }
    return first && g.n ? g.p[0] : gather_value(&g);
}

static Value host_ports(const Node *request, const FieldRef *ref, Scratch *scratch) {
    const Node *containers = kube_at(request, "spec.containers");
    size_t n = 0;
    int64_t i = 0;
    list_each(c, containers)
        n += node_items(kube_at(c, "ports"));
    Gather g = gather(scratch, n);
    list_each(c, containers) {
        if (!is_wanted(ref, i++))
            continue;
        list_each(port, kube_at(c, "ports"))
            add(&g, kube_at(port, "hostPort"), scratch);
    }
    return gather_value(&g);
}

static Value any_privileged(const Node *request) {
    const Node *containers = kube_at(request, "spec.containers");
    if (!node_is(containers, NODE_LIST))
        return value_none();
    node_each(c, containers)
        if (kube_bool(kube_at(c, "securityContext.privileged"), false))
            return value_str(STR("true"));
    return value_str(STR("false"));
}

static Value volume_types(const Node *request, const FieldRef *ref, Scratch *scratch) {
    const Node *volumes = kube_at(request, "spec.volumes");
    size_t n = 0;
    int64_t i = 0;
    list_each(v, volumes)
        n += node_count(v);
    Gather g = gather(scratch, n);
    list_each(v, volumes) {
        if (!is_wanted(ref, i++) || v->type != NODE_MAP)
            continue;
        node_each(key, v)
            if (!str_eqz(key->key, "name"))
                gather_text(&g, key->key);
    }
    return gather_value(&g);
}

static Value has_hostpath(const Node *request, Str wanted) {
    const Node *volumes = kube_at(request, "spec.volumes");
    bool found = false, prefix = str_ends(wanted, STR("*"));
    if (!node_is(volumes, NODE_LIST))
        return value_none();
    node_each(v, volumes) {
        Str path = kube_text(v, "hostPath.path");
        found = found || (path.p && (prefix ? str_starts(path, str_head(wanted, wanted.n - 1)) : str_eq(path, wanted)));
    }
    return value_str(found ? STR("true") : STR("false"));
}

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %41 and + of a query. */
static Value decoded(Str s, Scratch *scratch) {
    char *p = scratch_alloc(scratch, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; p && i < s.n; i++) {
        int high = s.p[i] == '%' && i + 2 < s.n ? hex(s.p[i + 1]) : -1, low = high >= 0 ? hex(s.p[i + 2]) : -1;
        if (low >= 0) {
            p[n++] = (char) (high * 16 + low);
            i += 2;
        } else {
            p[n++] = s.p[i] == '+' ? ' ' : s.p[i];
        }
    }
    return p ? value_str(str_n(p, n)) : value_none();
}

static Value parameter(Str uri, Str name, Scratch *scratch) {
    Str path, query, part;
    if (!str_cut(uri, '?', &path, &query))
        return value_none();
    while (str_split(&query, '&', &part)) {
        Str key = part, value = STR("");
        str_cut(part, '=', &key, &value);
        Value k = decoded(key, scratch);
        if (k.type == VALUE_STRING && str_eq(k.text, name))
            return decoded(value, scratch);
    }
    return value_none();
}

/* RFC 6901. */
static const Node *at_pointer(const Node *n, Str pointer) {
    Str part;
    if (pointer.n && pointer.p[0] != '/')
        return NULL;
    pointer = str_from_at(pointer, 1);
    while (n && str_split(&pointer, '/', &part)) {
        char key[256];
        size_t k = 0;
        for (size_t i = 0; i < part.n && k + 1 < sizeof(key); i++) {
            bool escape = part.p[i] == '~' && i + 1 < part.n && (part.p[i + 1] == '0' || part.p[i + 1] == '1');
            key[k++] = escape ? (part.p[i + 1] == '0' ? '~' : '/') : part.p[i];
            i += escape;
        }
        uint64_t index;
        if (node_is(n, NODE_MAP)) {
            n = kube_key(n, str_n(key, k));
        } else if (node_is(n, NODE_LIST) && str_to_u64(part, UINT32_MAX, &index) == 0) {
            const Node *c = n->list.first;
            while (c && index--)
                c = c->next;
            n = c;
        } else {
            n = NULL;
        }
    }
    return n;
}

/* Fields that are one value at a path of the event. */
static const char *const simple[] = {
    [SLOT_KA_AUDITID] = "auditID",
    [SLOT_KA_STAGE] = "stage",
    [SLOT_KA_USER_NAME] = "user.username",
    [SLOT_KA_IMPUSER_NAME] = "impersonatedUser.username",
    [SLOT_KA_VERB] = "verb",
    [SLOT_KA_URI] = "requestURI",
    [SLOT_KA_TARGET_NAME] = "objectRef.name",
    [SLOT_KA_TARGET_NAMESPACE] = "objectRef.namespace",
    [SLOT_KA_TARGET_RESOURCE] = "objectRef.resource",
    [SLOT_KA_TARGET_SUBRESOURCE] = "objectRef.subresource",
    [SLOT_KA_REQ_BINDING_ROLE] = "requestObject.roleRef.name",
    [SLOT_KA_REQ_CONFIGMAP_NAME] = "objectRef.name",
    [SLOT_KA_REQ_CONFIGMAP_OBJ] = "requestObject.data",
    [SLOT_KA_REQ_POD_HOST_IPC] = "requestObject.spec.hostIPC",
    [SLOT_KA_REQ_POD_HOST_NETWORK] = "requestObject.spec.hostNetwork",
    [SLOT_KA_REQ_CONTAINER_HOST_NETWORK] = "requestObject.spec.hostNetwork",
    [SLOT_KA_REQ_POD_HOST_PID] = "requestObject.spec.hostPID",
    [SLOT_KA_REQ_POD_USER] = "requestObject.spec.securityContext.runAsUser",
    [SLOT_KA_REQ_POD_GROUP] = "requestObject.spec.securityContext.runAsGroup",
    [SLOT_KA_REQ_POD_FS_GROUP] = "requestObject.spec.securityContext.fsGroup",
    [SLOT_KA_REQ_SERVICE_TYPE] = "requestObject.spec.type",
    [SLOT_KA_RESP_NAME] = "responseObject.metadata.name",
    [SLOT_KA_RESPONSE_CODE] = "responseStatus.code",
    [SLOT_KA_RESPONSE_REASON] = "responseStatus.reason",
    [SLOT_KA_USERAGENT] = "userAgent",
    [SLOT_JEVT_TIME] = "stageTimestamp",
    [SLOT_JEVT_OBJ] = "",
};

/* Fields that gather a path of the items of a list. */
static const struct {
    const char *list, *path;
} gathered[] = {
    [SLOT_KA_REQ_POD_IMAGE] = {"requestObject.spec.containers", "image"},
    [SLOT_KA_REQ_POD_PRIVILEGED] = {"requestObject.spec.containers", "securityContext.privileged"},
    [SLOT_KA_REQ_POD_ESCALATION] = {"requestObject.spec.containers", "securityContext.allowPrivilegeEscalation"},
    [SLOT_KA_REQ_POD_READ_ONLY] = {"requestObject.spec.containers", "securityContext.readOnlyRootFilesystem"},
    [SLOT_KA_REQ_CONTAINERS_USER] = {"requestObject.spec.containers", "securityContext.runAsUser"},
    [SLOT_KA_REQ_CONTAINERS_GROUP] = {"requestObject.spec.containers", "securityContext.runAsGroup"},
    [SLOT_KA_REQ_POD_PROC_MOUNT] = {"requestObject.spec.containers", "securityContext.procMount"},
    [SLOT_KA_REQ_POD_CAPABILITIES] = {"requestObject.spec.containers", "securityContext.capabilities.add"},
    [SLOT_KA_REQ_ROLE_GROUPS] = {"requestObject.rules", "apiGroups"},
    [SLOT_KA_REQ_ROLE_URLS] = {"requestObject.rules", "nonResourceURLs"},
    [SLOT_KA_REQ_ROLE_VERBS] = {"requestObject.rules", "verbs"},
    [SLOT_KA_REQ_ROLE_RESOURCES] = {"requestObject.rules", "resources"},
    [SLOT_KA_REQ_SERVICE_PORTS] = {"requestObject.spec.ports", ""},
    [SLOT_KA_REQ_POD_HOSTPATH] = {"requestObject.spec.volumes", "hostPath.path"},
    [SLOT_KA_REQ_POD_FLEXVOLUME] = {"requestObject.spec.volumes", "flexVolume.driver"},
    [SLOT_KA_SOURCEIPS] = {"sourceIPs", ""},
    /* Lists without an index. */
    [SLOT_KA_USER_GROUPS] = {"user.groups", ""},
    [SLOT_KA_REQ_BINDING_SUBJECTS] = {"requestObject.subjects", ""},
    [SLOT_KA_REQ_ROLE_RULES] = {"requestObject.rules", ""},
    [SLOT_KA_REQ_POD_SUPPLEMENTAL] = {"requestObject.spec.securityContext.supplementalGroups", ""},
};

static Value annotation(const Node *root, Str key) {
    return value_str_or_none(node_str(kube_key(kube_at(root, "annotations"), key)));
}

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const AuditEvent *e = object;
    const uint16_t slot = ref->field->slot;
    const Node *request = kube_at(e->root, "requestObject");
    if (slot < ARRAY_SIZE(simple) && simple[slot])
        return as_text(kube_at(e->root, simple[slot]), scratch);
    if (slot < ARRAY_SIZE(gathered) && gathered[slot].list) {
        const Node *list = kube_at(e->root, gathered[slot].list);
        return *gathered[slot].path || ref->has_arg ? of_items(list, gathered[slot].path, NULL, ref, scratch) : list_of(list, scratch);
    }
    switch (slot) {
    case SLOT_KA_AUTH_DECISION:
        return annotation(e->root, STR("authorization.k8s.io/decision"));
    case SLOT_KA_AUTH_REASON:
        return annotation(e->root, STR("authorization.k8s.io/reason"));
    case SLOT_KA_URI_PARAM:
        return parameter(kube_text(e->root, "requestURI"), ref->arg, scratch);
    case SLOT_KA_REQ_BINDING_SUBJECT_HAS_NAME:
        return value_str(STR("N/A"));
    case SLOT_KA_REQ_CONTAINER_IMAGE:
        return value_str_or_none(kube_text(node_first(kube_at(request, "spec.containers")), "image"));
    case SLOT_KA_REQ_POD_REPOSITORY:
        return repositories(request, ref, false, scratch);
    case SLOT_KA_REQ_CONTAINER_REPOSITORY:
        return repositories(request, ref, true, scratch);
    case SLOT_KA_REQ_POD_HOST_PORT:
        return host_ports(request, ref, scratch);
    case SLOT_KA_REQ_CONTAINER_PRIVILEGED:
        return any_privileged(request);
    case SLOT_KA_REQ_CONTAINERS_EFF_USER:
        return effective(request, "runAsUser", ref, scratch);
    case SLOT_KA_REQ_CONTAINERS_EFF_GROUP:
        return effective(request, "runAsGroup", ref, scratch);
    case SLOT_KA_REQ_VOLUME_HOSTPATH:
        return has_hostpath(request, ref->arg);
    case SLOT_KA_REQ_POD_VOLUME_TYPE:
        return volume_types(request, ref, scratch);
    case SLOT_JEVT_RAWTIME:
        return e->time_ns == INT64_MIN ? value_none() : value_int(e->time_ns);
    case SLOT_JEVT_VALUE:
        return as_text(at_pointer(e->root, ref->arg), scratch);
    case SLOT_AUDIT_SECRETS_READ:
        return value_int(e->secrets_read);
    case SLOT_AUDIT_REFUSED:
        return value_int(e->refused);
    case SLOT_AUDIT_TRUNCATED:
        return value_bool(e->truncated);
    case SLOT_AUDIT_REPEATED:
        return value_bool(e->repeated);
    default:
        return value_none();
    }
}

const SubjectOps audit_event_ops = {.get = get};
