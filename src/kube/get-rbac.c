/* SPDX-License-Identifier: Apache-2.0 */
/* Service accounts, roles, their permissions, and bindings. */
#include "kube/getter.h"
#include "kube/relations.h"
#include "kube/subject.h"
#include "policy/fields/slots.h"

static bool bound(const KubeObject *account, const KubeObject *binding) {
    return (!binding->namespace.p || str_eq(binding->namespace, account->namespace)) && kube_binds(binding, account->name, account->namespace);
}

static Value get_account_roles(const KubeObject *o, Scratch *scratch) {
    const KubeObjects *bindings = &o->world->of[KUBE_BINDING];
    size_t n = 0;
    for (size_t i = 0; i < bindings->n; i++)
        n += bound(o, bindings->p[i]);
    Gather g = gather(scratch, n);
    for (size_t i = 0; i < bindings->n && g.n < g.max; i++)
        if (bound(o, bindings->p[i]))
            gather_text(&g, kube_text(bindings->p[i]->root, "roleRef.name"));
    return gather_value(&g);
}

static Value get_service_account(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const Getter getters[] = {
        [SLOT_SERVICE_ACCOUNT_NAME] = {GET_TEXT, "metadata.name", NULL, NULL},
        [SLOT_SERVICE_ACCOUNT_AUTOMOUNT] = {GET_BOOL_TRUE, "automountServiceAccountToken", NULL, NULL},
        [SLOT_SERVICE_ACCOUNT_AUTOMOUNT_SET] = {GET_SET, "automountServiceAccountToken", NULL, NULL},
        [SLOT_SERVICE_ACCOUNT_SECRETS] = {GET_NAMES, "secrets", NULL, NULL},
        [SLOT_SERVICE_ACCOUNT_PULL_SECRETS] = {GET_NAMES, "imagePullSecrets", NULL, NULL},
    };
    const KubeObject *o = object;
    if (ref->field->slot == SLOT_SERVICE_ACCOUNT_ROLES)
        return get_account_roles(o, scratch);
    return ref->field->slot < ARRAY_SIZE(getters) ? getter_value(&getters[ref->field->slot], o->root, ref, scratch) : value_none();
}

const SubjectOps kube_service_account_ops = {.get = get_service_account};

static Value get_aggregates_to(const KubeObject *o, Scratch *scratch) {
    static const char *const names[] = {"admin", "edit", "view"};
    Gather g = gather(scratch, ARRAY_SIZE(names));
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        char key[80];
        snprintf(key, sizeof(key), "rbac.authorization.k8s.io/aggregate-to-%s", names[i]);
        if (str_eqz(node_str(kube_key(kube_at(o->metadata, "labels"), str_from(key))), "true"))
            gather_add(&g, value_str(str_from(names[i])));
    }
    return gather_value(&g);
}

static Value get_role(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeObject *o = object;
    switch (ref->field->slot) {
    case SLOT_ROLE_NAME:
        return value_str_or_none(o->name);
    case SLOT_ROLE_CLUSTER:
        return value_bool(str_eqz(o->kind, "ClusterRole"));
    case SLOT_ROLE_AGGREGATED:
        return value_bool(kube_at(o->root, "aggregationRule") != NULL);
    case SLOT_ROLE_AGGREGATES_TO:
        return get_aggregates_to(o, scratch);
    default:
        return value_none();
    }
}

static const void *role_child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const KubeObject *o = object;
    *ret_ops = &kube_permission_ops;
    return str_eqz(STR("permission"), source->name) && i < o->n_rules ? o->rules[i] : NULL;
}

const SubjectOps kube_role_ops = {.get = get_role, .child = role_child};

static Value get_permission(const void *object, const FieldRef *ref, Scratch *scratch) {
    static const Getter getters[] = {
        [SLOT_PERMISSION_VERBS] = {GET_TEXTS, "verbs", NULL, NULL},
        [SLOT_PERMISSION_GROUPS] = {GET_TEXTS, "apiGroups", NULL, NULL},
        [SLOT_PERMISSION_RESOURCES] = {GET_TEXTS, "resources", NULL, NULL},
        [SLOT_PERMISSION_NAMES] = {GET_TEXTS, "resourceNames", NULL, NULL},
        [SLOT_PERMISSION_URLS] = {GET_TEXTS, "nonResourceURLs", NULL, NULL},
    };
    return ref->field->slot < ARRAY_SIZE(getters) ? getter_value(&getters[ref->field->slot], object, ref, scratch) : value_none();
}

const SubjectOps kube_permission_ops = {.get = get_permission};

/* What the subjects of a binding say under `key`; those of one kind, when given. */
static Value get_subjects(const KubeObject *o, const char *kind, const char *key, Scratch *scratch) {
    const Node *subjects = kube_at(o->root, "subjects");
    Gather g = gather(scratch, node_items(subjects));
    list_each(s, subjects)
        if (!kind || str_eqz(kube_text(s, "kind"), kind))
            gather_text(&g, kube_text(s, key));
    return gather_value(&g);
}

static Value get_binding(const void *object, const FieldRef *ref, Scratch *scratch) {
    const KubeObject *o = object;
    switch (ref->field->slot) {
    case SLOT_BINDING_NAME:
        return value_str_or_none(o->name);
    case SLOT_BINDING_CLUSTER:
        return value_bool(str_eqz(o->kind, "ClusterRoleBinding"));
    case SLOT_BINDING_ROLE:
        return value_str_or_none(kube_text(o->root, "roleRef.name"));
    case SLOT_BINDING_ROLE_KIND:
        return value_str_or_none(kube_text(o->root, "roleRef.kind"));
    case SLOT_BINDING_SUBJECTS:
        return get_subjects(o, NULL, "name", scratch);
    case SLOT_BINDING_KINDS:
        return get_subjects(o, NULL, "kind", scratch);
    case SLOT_BINDING_USERS:
        return get_subjects(o, "User", "name", scratch);
    case SLOT_BINDING_GROUPS:
        return get_subjects(o, "Group", "name", scratch);
    case SLOT_BINDING_SERVICE_ACCOUNTS:
        return get_subjects(o, "ServiceAccount", "name", scratch);
    default:
        return value_none();
    }
}

const SubjectOps kube_binding_ops = {.get = get_binding};
