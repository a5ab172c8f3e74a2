/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/admission.h"

/* An object of etcd's 1.5 MiB that is all small values has no more, twice. */
enum { NODES_MAX = 600 * 1000, DEPTH_MAX = 128 };

static int expected(const Node *at, const char *what, Diag *d) {
    return diag_add(d, DIAG_ERROR, "review", at ? at->line : 1, at ? at->col : 1, "expected %s, found %s", what, at ? node_type_name(at->type) : "nothing");
}

/* A member that may be missing, but is a string where it is there. */
static int take(const Node *map, const char *key, Str *ret, Diag *d) {
    const Node *n = kube_at(map, key);
    if (n && n->type != NODE_STRING)
        return diag_add(d, DIAG_ERROR, "review", n->line, n->col, "\"%s\": expected a string, found %s", key, node_type_name(n->type));
    *ret = n ? n->text : STR("");
    return 0;
}

static int take_object(const Node *request, const char *key, Node **ret, Diag *d) {
    Node *n = (Node *) kube_at(request, key);
    if (n && n->type != NODE_MAP)
        return expected(n, "an object", d);
    *ret = n;
    return 0;
}

static int take_user(const Node *request, AdmissionReview *ret, Diag *d) {
    const Node *info = kube_at(request, "userInfo");
    if (info && info->type != NODE_MAP)
        return expected(info, "a map with the user", d);
    int r = take(info, "username", &ret->user, d);
    ret->groups = kube_at(info, "groups");
    if (r == 0 && ret->groups && ret->groups->type != NODE_LIST)
        r = expected(ret->groups, "a list of groups", d);
    return r;
}

static int take_request(const Node *q, AdmissionReview *ret, Diag *d) {
    static const struct {
        const char *key;
        size_t at;
    } texts[] = {
        {"operation", offsetof(AdmissionReview, operation)},
        {"resource.group", offsetof(AdmissionReview, group)},
        {"resource.version", offsetof(AdmissionReview, version)},
        {"resource.resource", offsetof(AdmissionReview, resource)},
        {"subResource", offsetof(AdmissionReview, subresource)},
        {"kind.kind", offsetof(AdmissionReview, kind)},
        {"name", offsetof(AdmissionReview, name)},
        {"namespace", offsetof(AdmissionReview, namespace)},
    };
    int r = 0;
    for (size_t i = 0; i < ARRAY_SIZE(texts) && r == 0; i++)
        r = take(q, texts[i].key, (Str *) ((char *) ret + texts[i].at), d);
    if (r == 0)
        r = take_user(q, ret, d);
    if (r == 0)
        r = take_object(q, "object", &ret->object, d);
    if (r == 0)
        r = take_object(q, "oldObject", &ret->old, d);
    const Node *dry = kube_at(q, "dryRun");
    if (r == 0 && dry && dry->type != NODE_BOOL)
        r = expected(dry, "true or false for \"dryRun\"", d);
    ret->dry_run = kube_bool(dry, false);
    if (r == 0 && !ret->operation.n)
        r = expected(NULL, "\"operation\"", d);
    return r;
}

int admission_read(Str body, Arena *a, Diag *d, AdmissionReview *ret) {
    Limits limits = limits_default();
    limits.document_bytes = ADMISSION_BODY_MAX;
    limits.document_nodes = NODES_MAX;
    limits.document_depth = DEPTH_MAX;
    *ret = (AdmissionReview) {0};
    Node *root = NULL;
    int r = json_parse(body, "review", &limits, a, d, &root);
    if (r < 0)
        return r;
    if (!node_is(root, NODE_MAP) || !str_eqz(kube_text(root, "kind"), "AdmissionReview"))
        return expected(root, "an object of kind AdmissionReview", d);
    if (!str_eqz(kube_text(root, "apiVersion"), "admission.k8s.io/v1")) {
        const Node *version = kube_at(root, "apiVersion");
        return diag_add(d, DIAG_ERROR, "review", version ? version->line : 1, version ? version->col : 1, "expected version admission.k8s.io/v1, found %.*s",
                        STR_FMT(version && version->type == NODE_STRING ? version->text : STR("none")));
    }
    const Node *q = kube_at(root, "request");
    if (!node_is(q, NODE_MAP))
        return expected(q, "\"request\"", d);
    ret->uid = kube_text(q, "uid");
    if (!ret->uid.n)
        return expected(kube_at(q, "uid"), "\"uid\"", d);
    return take_request(q, ret, d);
}
