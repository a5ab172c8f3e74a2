/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "runtime/container-state.h"

enum { ID_MIN = 12, ID_MAX = 64, CONTAINER_BYTES = 2 << 20, CONTAINER_FIRST = 1024, SCRATCH_BYTES = 64 << 20 };

void container_free(Container *c) {
    if (!c)
        return;
    arena_done(c->arena);
    free(c->arena);
    free(c);
}

static bool is_hex(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n >= ID_MIN && s.n <= ID_MAX;
}

/* "docker-ID.scope" of systemd, "libpod-ID" of Podman, "crio-ID" … What only watches over a container ("libpod-conmon-ID") is not in it. */
static Str bare(Str part) {
    if (str_ends(part, STR(".scope")))
        part.n -= sizeof(".scope") - 1;
    if (str_find(part, STR("-conmon-")) >= 0)
        return part;
    ssize_t dash = str_rchr(part, '-');
    Str tail = dash >= 0 ? str_from_at(part, (size_t) dash + 1) : part;
    return dash >= 0 && is_hex(tail) ? tail : part;
}

Str container_id_of(Str path) {
    Str found = STR_NULL, one;
    while (str_split(&path, '/', &one)) {
        Str id = bare(one);
        if (is_hex(id))
            found = id;
    }
    return found;
}

static Str last_name(Str path) {
    ssize_t slash = str_rchr(path, '/');
    return bare(str_from_at(path, (size_t) (slash + 1)));
}

void image_name_split(Str name, Str *ret_repository, Str *ret_tag, Str *ret_digest) {
    *ret_tag = *ret_digest = STR_NULL;
    ssize_t at = str_chr(name, '@');
    if (at >= 0) {
        *ret_digest = str_from_at(name, (size_t) at + 1);
        name = str_head(name, (size_t) at);
    }
    ssize_t colon = str_rchr(name, ':'), slash = str_rchr(name, '/');
    if (colon > slash) {
        *ret_tag = str_from_at(name, (size_t) colon + 1);
        name = str_head(name, (size_t) colon);
    }
    *ret_repository = name;
}

static Str annotation(const Node *config, const char *key) {
    return node_get_str(node_get(config, "annotations"), key);
}

static Str first_of(const Node *config, const char *const *keys) {
    Str s = STR_NULL;
    for (; *keys && !s.n; keys++)
        s = annotation(config, *keys);
    return s;
}

/* A namespace that the bundle does not make is the host's. */
static bool shares(const Node *config, const char *type) {
    node_each(ns, node_path(config, "linux", "namespaces", NULL))
        if (str_eqz(node_get_str(ns, "type"), type))
            return false;
    return true;
}

/* Every capability but few, no masked paths and all devices: what runtimes make of --privileged. */
static bool is_privileged(const Node *config) {
    const Node *bounding = node_path(config, "process", "capabilities", "bounding", NULL);
    bool admin = false, module = false;
    node_each(cap, bounding) {
        admin |= str_eqz(node_str(cap), "CAP_SYS_ADMIN");
        module |= str_eqz(node_str(cap), "CAP_SYS_MODULE");
    }
    return admin && module && node_count(node_path(config, "linux", "maskedPaths", NULL)) == 0;
}

/* What a runtime makes for every container (its resolv.conf …) is none of the mounts that somebody asked for: …/containers/ID/FILE, …/overlay-containers/ID/…,
 * …/sandboxes/ID/…. */
static bool is_of_runtime(Str source) {
    Str rest = source, one, before = STR_NULL;
    while (str_split(&rest, '/', &one)) {
        if (is_hex(one) && one.n == ID_MAX && (str_ends(before, STR("containers")) || str_eqz(before, "sandboxes")))
            return true;
        before = one;
    }
    return false;
}

/* In Falco's text the mode is what was asked of Docker or Podman ("ro"); other runtimes tell it none. */
static void add_mount(StateRead *r, const Node *one, ContainerMount *m, Buf *text) {
    bool asked = str_eqz(r->c->type, "docker") || str_eqz(r->c->type, "podman");
    Str propagation = STR("rprivate");
    *m = (ContainerMount) {.source = state_keep(r, node_get_str(one, "source")), .destination = state_keep(r, node_get_str(one, "destination")), .writable = true};
    node_each(option, node_get(one, "options")) {
        Str o = node_str(option);
        if (str_eqz(o, "ro"))
            m->writable = false;
        if (str_ends(o, STR("private")) || str_ends(o, STR("shared")) || str_ends(o, STR("slave")))
            propagation = o;
    }
    m->mode = m->writable ? STR("rw") : STR("ro");
    buf_printf(text, "%s%.*s:%.*s:%s:%s:%.*s", text->n ? "," : "", STR_FMT(m->source), STR_FMT(m->destination), asked && !m->writable ? "ro" : "", m->writable ? "true" : "false", STR_FMT(propagation));
}

static void set_mounts(StateRead *r, const Node *mounts) {
    Container *c = r->c;
    ContainerMount *m = arena_alloc(c->arena, (node_count(mounts) + 1) * sizeof(*m));
    Buf text = buf_new(1 << 20);
    size_t n = 0;
    node_each(one, m ? mounts : NULL) {
        Str type = node_get_str(one, "type");
        if ((str_eqz(type, "bind") || type.n == 0) && !is_of_runtime(node_get_str(one, "source")))
            add_mount(r, one, &m[n++], &text);
    }
    c->mounts = m;
    c->n_mounts = n;
    c->mounts_text = state_keep(r, buf_view(&text));
    buf_done(&text);
}

/* DATA-ROOT/containers of Docker, by the files that it mounts into each container. */
static bool from_docker_mounts(StateRead *r, const Node *mounts) {
    node_each(one, mounts) {
        Str source = node_get_str(one, "source");
        ssize_t at = is_of_runtime(source) ? str_find(source, STR("/containers/")) : -1;
        if (at < 0)
            continue;
        _cleanup_free_ char *dir = xasprintf("%.*s/containers/%.*s", (int) at, source.p, STR_FMT(r->c->id));
        if (state_docker(r, dir))
            return true;
    }
    return false;
}

/* config.json of a bundle (OCI runtime specification): annotations of the CRI runtimes and of Podman, mounts, privileges. */
static bool from_bundle(StateRead *r, const char *dir) {
    static const char *const images[] = {"io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName", "org.opencontainers.image.ref.name", NULL};
    static const char *const names[] = {"io.kubernetes.cri.container-name", "io.kubernetes.container.name", "io.kubernetes.cri-o.ContainerName", NULL};
    static const char *const pods[] = {"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name", "io.kubernetes.cri-o.KubeName", NULL};
    static const char *const spaces[] = {"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace", "io.kubernetes.cri-o.Namespace", NULL};
    static const char *const uids[] = {"io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid", NULL};
    Container *c = r->c;
    _cleanup_free_ char *path = xasprintf("%s/config.json", dir);
    const Node *config = state_json(r, path);
    if (!config)
        return false;
    state_image(r, first_of(config, images));
    c->name = state_keep(r, first_of(config, names));
    c->pod = state_keep(r, first_of(config, pods));
    c->namespace = state_keep(r, first_of(config, spaces));
    c->pod_uid = state_keep(r, first_of(config, uids));
    Str root = node_get_str(node_get(config, "root"), "path");
    if (root.n)
        c->rootfs = str_starts(root, STR("/")) ? state_keep(r, root) : arena_printf(c->arena, "%s/%.*s", dir, STR_FMT(root));
    c->privileged = is_privileged(config);
    c->host_pid = shares(config, "pid");
    c->host_network = shares(config, "network");
    c->host_ipc = shares(config, "ipc");
    const Node *mounts = node_get(config, "mounts");
    Str manager = annotation(config, "io.container.manager");
    if (str_eqz(manager, "libpod"))
        state_podman(r, dir);
    else if (str_eqz(manager, "cri-o") || annotation(config, "io.kubernetes.cri-o.SandboxID").n)
        state_crio(r, dir, config);
    else if (!from_docker_mounts(r, mounts))
        state_containerd(r, dir, config);
    set_mounts(r, mounts);
    if (!c->n_labels)
        c->n_labels = state_texts(r, node_get(config, "annotations"), &c->labels);
    return true;
}

static bool is_there(const char *dir, const char *file) {
    _cleanup_free_ char *path = xasprintf("%s/%s", dir, file);
    return access(path, F_OK) == 0;
}

/* state.json of runc and status of crun: bundle, and when it was made. The bundle is the caller's to free; NULL: no such state. */
static char *bundle_of_state(StateRead *r, const char *root) {
    _cleanup_free_ char *runc = xasprintf("%s/%.*s/state.json", root, STR_FMT(r->c->id)), *crun = xasprintf("%s/%.*s/status", root, STR_FMT(r->c->id));
    const Node *state = state_json(r, runc);
    bool is_crun = !state;
    if (!state)
        state = state_json(r, crun);
    int64_t created = state_time(node_get_str(state, "created"));
    if (created)
        r->c->start = created;
    Str bundle = is_crun ? node_get_str(state, "bundle") : STR_NULL;
    node_each(label, is_crun ? NULL : node_path(state, "config", "labels", NULL)) {
        Str key, value;
        if (str_cut(node_str(label), '=', &key, &value) && str_eqz(key, "bundle"))
            bundle = value;
    }
    if (is_crun && state)
        r->c->type = STR("crun");
    return bundle.n ? str_dup(bundle) : NULL;
}

/* Where runtimes put bundles when nobody tells them otherwise; the last two are CRI-O's and Podman's. */
static char *usual_bundle(Str id) {
    static const char *const places[] = {"/run/containerd/io.containerd.runtime.v2.task/*", "/run/docker/containerd/daemon/io.containerd.runtime.v2.task/*", "/run/containers/storage/*-containers",
                                         "/var/lib/containers/storage/*-containers"};
    char *bundle = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(places) && !bundle; i++) {
        _cleanup_free_ char *pattern = xasprintf("%s/%.*s%s/config.json", places[i], STR_FMT(id), i < 2 ? "" : "/userdata");
        glob_t found = {0};
        if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0 && found.gl_pathc > 0)
            bundle = str_dup(str_head(str_from(found.gl_pathv[0]), strlen(found.gl_pathv[0]) - (sizeof("/config.json") - 1)));
        globfree(&found);
    }
    return bundle;
}

static char *find_bundle(StateRead *r, const ContainerHint *hint) {
    const char *const roots[] = {hint->state, "/run/runc", "/run/crun"};
    char *bundle = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(roots) && !bundle; i++)
        bundle = roots[i] ? bundle_of_state(r, roots[i]) : NULL;
    if (hint->bundle && is_there(hint->bundle, "config.json")) {
        free(bundle);
        return xstrdup(hint->bundle);
    }
    return bundle ? bundle : usual_bundle(r->c->id);
}

/* An id is a name of a file below directories of runtimes: nothing that leads elsewhere. */
static bool is_plain(Str id) {
    return id.n > 0 && id.n <= 255 && str_chr(id, '/') < 0 && str_chr(id, '*') < 0 && str_chr(id, '?') < 0 && str_chr(id, '[') < 0 && id.p[0] != '.';
}

static void read_state(StateRead *r, const ContainerHint *hint) {
    Container *c = r->c;
    _cleanup_free_ char *bundle = find_bundle(r, hint), *docker = xasprintf("/var/lib/docker/containers/%.*s", STR_FMT(c->id));
    c->known = (bundle && from_bundle(r, bundle)) || state_docker(r, docker);
    if (!c->known)
        return;
    if (!c->type.n)
        c->type = hint->runtime ? state_keep(r, str_from(hint->runtime)) : STR("runc");
    if (!c->name.n)
        c->name = c->id;
}

Container *container_find(const ContainerHint *hint) {
    Str id = hint->id ? str_from(hint->id) : container_id_of(hint->cgroup);
    if (!id.n)
        id = last_name(hint->cgroup);
    if (!is_plain(id))
        return NULL;
    Container *c = xcalloc(1, sizeof(*c));
    c->arena = xcalloc(1, sizeof(*c->arena));
    c->arena->max = CONTAINER_BYTES;
    c->arena->first = CONTAINER_FIRST;
    c->id = arena_str(c->arena, id);
    StateRead r = {.c = c, .scratch = {.max = SCRATCH_BYTES}};
    read_state(&r, hint);
    arena_done(&r.scratch);
    if (c->known || (hint->apart && is_hex(c->id)))
        return c;
    container_free(c);
    return NULL;
}
