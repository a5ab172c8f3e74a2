/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a request to the API server, as its admission review has it. */
#include "kube/admission.h"
#include "kube/getter.h"
#include "kube/subject.h"
#include "policy/fields/slots.h"

static Value filled(Str s) {
    return s.n ? value_str(s) : value_none();
}

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const AdmissionReview *q = object;
    const Getter groups = {GET_TEXTS, "", NULL, NULL}, command = {GET_TEXTS, "command", NULL, NULL}, ports = {GET_INTS, "ports", NULL, NULL};
    switch (ref->field->slot) {
    case SLOT_ADMISSION_OPERATION:
        return value_str(q->operation);
    case SLOT_ADMISSION_RESOURCE:
        return value_str(q->resource);
    case SLOT_ADMISSION_SUBRESOURCE:
        return filled(q->subresource);
    case SLOT_ADMISSION_GROUP:
        return value_str(q->group);
    case SLOT_ADMISSION_KIND:
        return filled(q->kind);
    case SLOT_ADMISSION_NAME:
        return filled(q->name);
    case SLOT_ADMISSION_NAMESPACE:
        return filled(q->namespace);
    case SLOT_ADMISSION_USER:
        return value_str(q->user);
    case SLOT_ADMISSION_GROUPS:
        return getter_value(&groups, q->groups, ref, scratch);
    case SLOT_ADMISSION_SERVICE_ACCOUNT:
        return value_bool(str_starts(q->user, STR("system:serviceaccount:")));
    case SLOT_ADMISSION_DRY_RUN:
        return value_bool(q->dry_run);
    case SLOT_ADMISSION_BREAK_GLASS:
        return filled(node_str(kube_key(kube_at(q->object, "metadata.annotations"), STR(ADMISSION_BREAK_GLASS))));
    case SLOT_ADMISSION_CONTAINER:
        return filled(kube_text(q->object, "container"));
    case SLOT_ADMISSION_COMMAND:
        return getter_value(&command, q->object, ref, scratch);
    case SLOT_ADMISSION_STDIN:
        return value_bool(kube_bool(kube_at(q->object, "stdin"), false));
    case SLOT_ADMISSION_TTY:
        return value_bool(kube_bool(kube_at(q->object, "tty"), false));
    case SLOT_ADMISSION_PORTS:
        return getter_value(&ports, q->object, ref, scratch);
    default:
        return value_none();
    }
}

const SubjectOps kube_admission_ops = {.get = get};
