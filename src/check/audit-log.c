/* SPDX-License-Identifier: Apache-2.0 */
/* Audit logs of Kubernetes: events as subjects of rules. */
#include "check/audit-log.h"

#include "check/object-reader.h"

typedef struct Visitor {
    const CheckFile *file;
    CheckEach each;
    void *userdata;
} Visitor;

/* "alice get secrets shop/token": what a report calls the event. */
static Str name_of(const AuditEvent *e, Arena *a) {
    Str user = kube_text(e->root, "user.username"), verb = kube_text(e->root, "verb"), resource = kube_text(e->root, "objectRef.resource"), sub = kube_text(e->root, "objectRef.subresource"),
        namespace = kube_text(e->root, "objectRef.namespace"), name = kube_text(e->root, "objectRef.name");
    if (!resource.n)
        return arena_printf(a, "%.*s %.*s %.*s", STR_FMT(user), STR_FMT(verb), STR_FMT(kube_text(e->root, "requestURI")));
    return arena_printf(a, "%.*s %.*s %.*s%s%.*s%s%.*s%s%.*s", STR_FMT(user), STR_FMT(verb), STR_FMT(resource), sub.n ? "/" : "", STR_FMT(sub), namespace.n || name.n ? " " : "", STR_FMT(namespace),
                        namespace.n && name.n ? "/" : "", STR_FMT(name));
}

static int each_event(void *userdata, const AuditEvent *e, uint32_t line) {
    Visitor *v = userdata;
    CheckSubject s = {
        .subject = {.source = source_by_name(STR("k8s_audit")), .ops = &audit_event_ops, .object = e},
        .place = {.line = line, .col = 1},
    };
    s.name = name_of(e, v->file->arena);
    return s.name.p ? v->each(v->userdata, &s) : -E2BIG;
}

static int read_log(const CheckFile *f, CheckEach each, void *userdata) {
    Visitor v = {f, each, userdata};
    return audit_read(f->text, f->path, f->limits, f->diag, each_event, &v);
}

static bool recognise(Str path, Str head) {
    return (str_ends(path, STR(".log")) || str_ends(path, STR(".json")) || str_ends(path, STR(".jsonl"))) && audit_looks(head);
}

const CheckInput check_input_k8s_audit = {
    .name = "k8s-audit",
    .doc = "Audit logs of Kubernetes API servers: a line of JSON for each event, or an EventList; up to 512 MiB",
    .sources = "k8s_audit",
    .max_bytes = CHECK_AUDIT_BYTES,
    .recognise = recognise,
    .sniff = audit_looks,
    .read = read_log,
};

static int read_object(const Source *source, const Node *object, const char *file, Arena *a, Diag *d, SubjectEach each, void *userdata) {
    AuditEvent *e = arena_new(a, AuditEvent);
    if (!e)
        return -E2BIG;
    *e = audit_event(object, NULL);
    Subject *s = arena_new(a, Subject);
    if (!s)
        return -E2BIG;
    *s = (Subject) {.source = source, .ops = &audit_event_ops, .object = e};
    return each(userdata, s);
}

const ObjectReader audit_object_reader = {
    .sources = "k8s_audit",
    .read = read_object,
};
