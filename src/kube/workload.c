/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/workload.h"

#include "base/alloc.h"

static const char *const kind_names[] = {[KUBE_INIT] = "init", [KUBE_SIDECAR] = "sidecar", [KUBE_REGULAR] = "regular", [KUBE_EPHEMERAL] = "ephemeral"};

const char *kube_container_kind_name(KubeContainerKind k) {
    return kind_names[k];
}

/* Is the part before the first "/" a registry and no beginning of a repository? */
static bool is_registry(Str s) {
    return str_chr(s, '.') >= 0 || str_chr(s, ':') >= 0 || str_eqz(s, "localhost");
}

KubeImage kube_image(Str reference) {
    KubeImage i = {0};
    Str rest = str_trim(reference), head, tail;
    if (str_cut(rest, '@', &head, &tail)) {
        rest = head;
        i.digest = tail;
    }
    ssize_t colon = str_rchr(rest, ':');
    if (colon >= 0 && str_chr(str_from_at(rest, (size_t) colon), '/') < 0) {
        i.tag = str_from_at(rest, (size_t) colon + 1);
        i.tag_set = i.tag.n > 0;
        rest = str_head(rest, (size_t) colon);
    }
    i.registry = STR("docker.io");
    i.repository = rest;
    if (str_cut(rest, '/', &head, &tail) && is_registry(head)) {
        i.registry = str_eqz(head, "index.docker.io") ? STR("docker.io") : head;
        i.repository = tail;
    }
    if (!i.tag_set && !i.digest.p)
        i.tag = STR("latest");
    return i;
}

static size_t count(const Node *spec, const char *key) {
    const Node *list = kube_at(spec, key);
    return node_is(list, NODE_LIST) ? list->list.n : 0;
}

/* The maps of a list. */
static int take_items(const KubeContainer *c, const char *key, Arena *a, KubeItem **ret, size_t *ret_n) {
    const Node *list = kube_at(c->node, key);
    if (!node_is(list, NODE_LIST) || !list->list.n)
        return 0;
    *ret = arena_alloc(a, list->list.n * sizeof(KubeItem));
    if (!*ret)
        return -E2BIG;
    node_each(n, list)
        if (n->type == NODE_MAP)
            (*ret)[(*ret_n)++] = (KubeItem) {c, n};
    return 0;
}

static int take_containers(KubeWorkload *w, const char *key, KubeContainerKind kind, Arena *a) {
    const Node *list = kube_at(w->spec, key);
    if (!node_is(list, NODE_LIST))
        return 0;
    node_each(n, list) {
        if (n->type != NODE_MAP)
            continue;
        /* An init container that is restarted always runs beside the others from then on. */
        bool sidecar = kind == KUBE_INIT && str_eqz(kube_text(n, "restartPolicy"), "Always");
        KubeContainer *c = &w->containers[w->n_containers++];
        *c = (KubeContainer) {
            .workload = w,
            .node = n,
            .security = kube_at(n, "securityContext"),
            .kind = sidecar ? KUBE_SIDECAR : kind,
            .name = kube_text(n, "name"),
            .image = kube_image(kube_text(n, "image")),
        };
        int r = take_items(c, "env", a, &c->env, &c->n_env);
        if (r == 0)
            r = take_items(c, "volumeMounts", a, &c->mounts, &c->n_mounts);
        if (r < 0)
            return r;
    }
    return 0;
}

/* The path as the kernel walks it; one that leaves the root ends there. */
static Str clean_path(Str path, Arena *a) {
    /* Compose has paths beside its file; which those are is not known here. */
    if (path.n && path.p[0] != '/')
        return path;
    char *out = arena_bytes(a, path.n + 2);
    if (!out)
        return path;
    size_t n = 0;
    Str rest = path, part;
    while (str_split(&rest, '/', &part)) {
        if (part.n == 0 || str_eqz(part, "."))
            continue;
        if (str_eqz(part, "..")) {
            while (n && out[--n] != '/')
                ;
            continue;
        }
        out[n++] = '/';
        memcpy(out + n, part.p, part.n);
        n += part.n;
    }
    if (n == 0)
        out[n++] = '/';
    return str_n(out, n);
}

static void take_volumes(KubeWorkload *w, Arena *a) {
    const Node *list = kube_at(w->spec, "volumes");
    if (!node_is(list, NODE_LIST))
        return;
    node_each(n, list) {
        if (n->type != NODE_MAP)
            continue;
        KubeVolume *v = &w->volumes[w->n_volumes++];
        *v = (KubeVolume) {.workload = w, .node = n, .name = kube_text(n, "name"), .type = STR("emptyDir")};
        node_each(c, n)
            if (c->type != NODE_NULL && !str_eqz(c->key, "name")) {
                /* The API server refuses several types; should it come to that the worst one counts. */
                w->several = w->several ? w->several : v->source ? c : NULL;
                if (!v->source || str_eqz(c->key, "hostPath")) {
                    v->type = c->key;
                    v->source = c;
                }
            }
        if (str_eqz(v->type, "hostPath")) {
            Str path = kube_text(v->source, "path");
            v->host_path = clean_path(path, a);
        }
        map_set(&w->by_name, v->name, v);
    }
}

KubeWorkload *kube_workload_new(const KubeObject *o, const Node *template, Arena *a) {
    KubeWorkload *w = arena_new(a, KubeWorkload);
    if (!w)
        return NULL;
    w->object = o;
    w->metadata = kube_at(template, "metadata");
    w->spec = kube_at(template, "spec");
    w->security = kube_at(w->spec, "securityContext");
    size_t n = count(w->spec, "initContainers") + count(w->spec, "containers") + count(w->spec, "ephemeralContainers");
    w->containers = arena_alloc(a, (n + 1) * sizeof(KubeContainer));
    w->volumes = arena_alloc(a, (count(w->spec, "volumes") + 1) * sizeof(KubeVolume));
    if (!w->containers || !w->volumes)
        return NULL;
    take_volumes(w, a);
    if (take_containers(w, "initContainers", KUBE_INIT, a) < 0 || take_containers(w, "containers", KUBE_REGULAR, a) < 0 ||
        take_containers(w, "ephemeralContainers", KUBE_EPHEMERAL, a) < 0)
        return NULL;
    return w;
}

const KubeVolume *kube_volume_find(const KubeWorkload *w, Str name) {
    return name.p ? map_get(&w->by_name, name) : NULL;
}

Str kube_annotated_profile(Str value, bool seccomp) {
    if (str_eqz(value, "runtime/default") || (seccomp && str_eqz(value, "docker/default")))
        return STR("RuntimeDefault");
    if (str_starts(value, STR("localhost/")))
        return STR("Localhost");
    if (str_eqz(value, "unconfined"))
        return STR("Unconfined");
    /* The words of the fields mean nothing in an annotation. */
    return str_eqz(value, "RuntimeDefault") || str_eqz(value, "Localhost") ? STR("unknown") : value;
}
