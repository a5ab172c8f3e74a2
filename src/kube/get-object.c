/* SPDX-License-Identifier: Apache-2.0 */
/* Fields that every object of Kubernetes has. */
#include "kube/getter.h"
#include "kube/path.h"
#include "kube/subject.h"
#include "policy/fields/slots.h"

typedef struct Deprecated {
    const char *api_version, *kind;
    unsigned deprecated, removed;
    const char *replacement;
} Deprecated;

static const Deprecated deprecated_table[] = {
#define DEPRECATED(api_version, kind, deprecated, removed, replacement) {api_version, kind, deprecated, removed, replacement},
#include "kube/deprecated.list.h"
#undef DEPRECATED
};

static const Deprecated *deprecated_of(const KubeObject *o) {
    for (size_t i = 0; i < ARRAY_SIZE(deprecated_table); i++) {
        const Deprecated *d = &deprecated_table[i];
        if (str_eqz(o->api_version, d->api_version) && (strcmp(d->kind, "*") == 0 || str_eqz(o->kind, d->kind)))
            return d;
    }
    return NULL;
}

static Str scalar_text(const Node *n) {
    switch (n->type) {
    case NODE_BOOL:
        return n->boolean ? STR("true") : STR("false");
    case NODE_NUMBER:
    case NODE_STRING:
        return n->text.p ? n->text : STR("");
    case NODE_MAP:
        return STR("{}");
    case NODE_LIST:
        return STR("[]");
    case NODE_NULL:
        break;
    }
    return STR_NULL;
}

static void add_text(void *userdata, const Node *n) {
    gather_text(userdata, scalar_text(n));
}

static void add_number(void *userdata, const Node *n) {
    double v;
    if (node_double(n, &v))
        gather_add(userdata, value_double(v));
}

static Value at_path(const KubeObject *o, const FieldRef *ref, void (*each)(void *, const Node *), Scratch *scratch) {
    Gather g = gather(scratch, kube_path_each(o->root, ref->arg, NULL, NULL));
    if (g.max)
        kube_path_each(o->root, ref->arg, each, &g);
    return gather_value(&g);
}

static Value deprecated_value(const KubeObject *o, unsigned slot) {
    const Deprecated *d = deprecated_of(o);
    unsigned minor = o->world->minor;
    switch (slot) {
    case SLOT_K8S_API_DEPRECATED:
        return value_bool(d && minor >= d->deprecated);
    case SLOT_K8S_API_REMOVED:
        return value_bool(d && d->removed && minor >= d->removed);
    case SLOT_K8S_API_REMOVED_IN:
        return d && d->removed ? value_int(d->removed) : value_none();
    default:
        return d ? value_str(str_from(d->replacement)) : value_none();
    }
}

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeObject *o = object;
    Getter keyed = {GET_KEYED, "labels", NULL, NULL}, keys = {GET_KEYS, "labels", NULL, NULL};
    switch (ref->field->slot) {
    case SLOT_K8S_KIND:
        return value_str(o->kind);
    case SLOT_K8S_API_VERSION:
        return value_str(o->api_version);
    case SLOT_K8S_GROUP:
        return value_str(o->group);
    case SLOT_K8S_VERSION:
        return value_str(o->version);
    case SLOT_K8S_NAME:
        return value_str_or_none(o->name);
    case SLOT_K8S_NAMESPACE:
        return value_str_or_none(o->namespace);
    case SLOT_K8S_NAMESPACE_SET:
        return value_bool(kube_at(o->metadata, "namespace") != NULL);
    case SLOT_K8S_LABEL:
        return getter_value(&keyed, o->metadata, ref, scratch);
    case SLOT_K8S_LABELS:
        return getter_value(&keys, o->metadata, ref, scratch);
    case SLOT_K8S_ANNOTATION:
        keyed.path = "annotations";
        return getter_value(&keyed, o->metadata, ref, scratch);
    case SLOT_K8S_ANNOTATIONS:
        keys.path = "annotations";
        return getter_value(&keys, o->metadata, ref, scratch);
    case SLOT_K8S_OBJ:
        return at_path(o, ref, add_text, scratch);
    case SLOT_K8S_NUM:
        return at_path(o, ref, add_number, scratch);
    case SLOT_K8S_COUNT:
        return value_int((int64_t) kube_path_each(o->root, ref->arg, NULL, NULL));
    case SLOT_K8S_MINOR:
        return value_int(o->world->minor);
    case SLOT_K8S_API_DEPRECATED:
    case SLOT_K8S_API_REMOVED:
    case SLOT_K8S_API_REMOVED_IN:
    case SLOT_K8S_API_REPLACEMENT:
        return deprecated_value(o, ref->field->slot);
    default:
        return value_none();
    }
}

const SubjectOps kube_k8s_ops = {.get = get};
