/* SPDX-License-Identifier: Apache-2.0 */
/* Which resources a server has (kubernetes.io/docs/concepts/overview/kubernetes-api, discovery): /api and /apis name the versions, each of these its resources. */
#include "kube/client-private.h"
#include "kube/tree.h"

enum { DISCOVERY_MAX = 16 << 20, RESOURCES_MAX = 100 * 1000 };

void kube_resources_done(KubeResources *r) {
    vec_done(&r->all);
    vec_done(&r->missed);
    arena_done(&r->arena);
}

static int get(KubeClient *c, const char *path, Arena *a, Node **ret, Error *err) {
    _cleanup_(buf_done) Buf body = buf_new(0);
    const KubeRequest rq = {.path = path, .max = DISCOVERY_MAX};
    int r = kube_request(c, &rq, &body, err);
    if (r < 0)
        return r;
    const Limits limits = limits_default();
    Str text = arena_str(a, buf_view(&body));
    r = json_parse(text, path, &limits, a, NULL, ret);
    return r < 0 || !node_is(*ret, NODE_MAP) ? error_set(err, -EBADMSG, "GET %s%s: the answer is no JSON object: is this an API server of Kubernetes?", c->server, path) : 0;
}

static bool has_verb(const Node *resource, const char *verb) {
    return kube_has(kube_at(resource, "verbs"), verb);
}

/* Names become paths: what could lead elsewhere is no name. */
static bool is_name(Str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-'))
            return false;
    }
    return s.n > 0;
}

static void take_resources(KubeResources *ret, const Node *list, Str group, Str version) {
    node_each(n, kube_at(list, "resources")) {
        Str name = kube_text(n, "name"), kind = kube_text(n, "kind");
        /* Names with a slash are parts of others: pods/exec. */
        if (!is_name(name) || !kind.n || ret->all.n >= RESOURCES_MAX || kube_resource_find(ret, group, name))
            continue;
        vec_push(&ret->all, ((KubeResource) {.group = group, .version = version, .name = name, .kind = kind, .namespaced = kube_bool(kube_at(n, "namespaced"), false), .list = has_verb(n, "list"), .watch = has_verb(n, "watch")}));
    }
}

static int take_version(KubeClient *c, KubeResources *ret, Str group, Str version, Error *err) {
    if (!is_name(version) || (group.n && !is_name(group)))
        return 0;
    _cleanup_free_ char *path = group.n ? xasprintf("/apis/%.*s/%.*s", STR_FMT(group), STR_FMT(version)) : xasprintf("/api/%.*s", STR_FMT(version));
    _cleanup_error_ Error why = {0};
    Node *n;
    int r = get(c, path, &ret->arena, &n, &why);
    /* A server behind this one that is down takes only its own group along. */
    if (r < 0 && group.n && r != -EACCES) {
        vec_push(&ret->missed, arena_printf(&ret->arena, "%.*s/%.*s: %s", STR_FMT(group), STR_FMT(version), error_text(&why, r)));
        return 0;
    }
    if (r < 0)
        return error_set(err, r, "%s", error_text(&why, r));
    take_resources(ret, n, group, version);
    return 0;
}

static int take_group(KubeClient *c, KubeResources *ret, const Node *g, Error *err) {
    Str group = kube_text(g, "name"), preferred = kube_text(g, "preferredVersion.version");
    int r = preferred.n ? take_version(c, ret, group, preferred, err) : 0;
    node_each(v, kube_at(g, "versions")) {
        Str version = kube_text(v, "version");
        if (r == 0 && !str_eq(version, preferred))
            r = take_version(c, ret, group, version, err);
    }
    return r;
}

int kube_discover(KubeClient *c, bool (*wanted)(void *userdata, Str group), void *userdata, KubeResources *ret, Error *err) {
    Node *n;
    int r = 0;
    if (!wanted || wanted(userdata, STR("")))
        r = take_version(c, ret, STR(""), STR("v1"), err);
    if (r == 0)
        r = get(c, "/apis", &ret->arena, &n, err);
    if (r < 0)
        return r;
    node_each(g, kube_at(n, "groups"))
        if (r == 0 && (!wanted || wanted(userdata, kube_text(g, "name"))))
            r = take_group(c, ret, g, err);
    return r;
}

const KubeResource *kube_resource_find(const KubeResources *r, Str group, Str name) {
    for (size_t i = 0; i < r->all.n; i++)
        if (str_eq(r->all.p[i].name, name) && str_eq(r->all.p[i].group, group))
            return &r->all.p[i];
    return NULL;
}

char *kube_resource_path(const KubeResource *r, const char *namespace) {
    const char *in = namespace && r->namespaced ? namespace : NULL;
    return xasprintf("/%s%.*s/%.*s%s%s/%.*s", r->group.n ? "apis/" : "api", STR_FMT(r->group), STR_FMT(r->version), in ? "/namespaces/" : "", in ? in : "", STR_FMT(r->name));
}

char *kube_resource_api_version(const KubeResource *r) {
    return xasprintf("%.*s%s%.*s", STR_FMT(r->group), r->group.n ? "/" : "", STR_FMT(r->version));
}
