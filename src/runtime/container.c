/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/container.h"

#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/fs.h"
#include "base/time.h"
#include "parse/node.h"

enum { STATE_MAX = 8 << 20, ID_MIN = 12, ID_MAX = 64, SHOWN = 12 };

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

/* "docker-ID.scope" of systemd, "libpod-ID" of Podman, "crio-ID" … */
static Str bare(Str part) {
    if (str_ends(part, STR(".scope")))
        part.n -= sizeof(".scope") - 1;
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

/* The next argument; they end with NULs. */
static bool next_arg(Str *rest, Str *ret) {
    return str_split(rest, 0, ret);
}

static char *absolute(Str path, Str cwd) {
    return str_starts(path, STR("/")) ? str_dup(path) : xasprintf("%.*s%.*s", STR_FMT(cwd), STR_FMT(path));
}

/* The value of an option: "--root X", "--root=X". */
static bool option_value(Str arg, const char *const *names, Str *rest, Str *ret) {
    for (; *names; names++) {
        Str name = str_from(*names);
        if (str_eq(arg, name))
            return next_arg(rest, ret);
        if (str_starts(arg, name) && arg.n > name.n && arg.p[name.n] == '=') {
            *ret = str_from_at(arg, name.n + 1);
            return true;
        }
    }
    return false;
}

void container_maker(Str args, Str cwd, char **ret_state, char **ret_bundle, char **ret_id) {
    static const char *const root[] = {"--root", NULL}, *const bundle[] = {"--bundle", "-b", NULL};
    static const char *const others[] = {"--log", "--log-format", "--criu", "--rootless", "--pid-file", "--console-socket", "--preserve-fds", NULL};
    *ret_state = *ret_bundle = *ret_id = NULL;
    Str arg, value, last = STR_NULL;
    bool makes = false;
    if (!next_arg(&args, &arg))
        return;
    while (next_arg(&args, &arg)) {
        if (option_value(arg, root, &args, &value)) {
            free(*ret_state);
            *ret_state = absolute(value, cwd);
        } else if (option_value(arg, bundle, &args, &value)) {
            free(*ret_bundle);
            *ret_bundle = absolute(value, cwd);
        } else if (!option_value(arg, others, &args, &value) && !str_starts(arg, STR("-"))) {
            if (str_eqz(arg, "run") || str_eqz(arg, "create"))
                makes = true;
            else if (arg.n)
                last = arg;
        }
    }
    if (makes && last.n) {
        *ret_id = str_dup(last);
        if (!*ret_bundle)
            *ret_bundle = str_dup(cwd);
        return;
    }
    free(*ret_state);
    free(*ret_bundle);
    *ret_state = *ret_bundle = NULL;
}

/* A JSON file of a runtime; NULL when it cannot be read or is none. */
static const Node *read_json(Container *c, const char *path) {
    Limits limits = limits_default();
    limits.document_bytes = STATE_MAX;
    limits.document_nodes = 200000;
    char *text;
    size_t n;
    if (fs_read(path, STATE_MAX, &text, &n, NULL) < 0)
        return NULL;
    arena_defer(c->arena, free, text);
    Node *root;
    _cleanup_(diag_done) Diag d = {0};
    return json_parse(str_n(text, n), path, &limits, c->arena, &d, &root) < 0 ? NULL : root;
}

static void set_image(Container *c, Str name) {
    if (name.n && !c->image.n) {
        Str digest;
        c->image = name;
        image_name_split(name, &c->repository, &c->tag, &digest);
        if (digest.n)
            c->digest = digest;
    }
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

static void set_mounts(Container *c, const Node *mounts) {
    ContainerMount *m = arena_alloc(c->arena, (node_count(mounts) + 1) * sizeof(*m));
    Buf text = buf_new(1 << 20);
    size_t n = 0;
    node_each(one, mounts) {
        Str type = node_get_str(one, "type");
        bool bind = str_eqz(type, "bind") || type.n == 0;
        if (!m || !bind)
            continue;
        m[n] = (ContainerMount) {node_get_str(one, "source"), node_get_str(one, "destination"), STR_NULL, true};
        node_each(option, node_get(one, "options"))
            if (str_eqz(node_str(option), "ro"))
                m[n].writable = false;
        m[n].mode = m[n].writable ? STR("rw") : STR("ro");
        buf_printf(&text, "%s%.*s:%.*s:%s:%s:rprivate", n ? "," : "", STR_FMT(m[n].source), STR_FMT(m[n].destination), "", m[n].writable ? "true" : "false");
        n++;
    }
    c->mounts = m;
    c->n_mounts = m ? n : 0;
    c->mounts_text = arena_str(c->arena, buf_view(&text));
    buf_done(&text);
}

static void set_labels(Container *c, const Node *labels) {
    ContainerMount *l = arena_alloc(c->arena, (node_count(labels) + 1) * sizeof(*l));
    size_t n = 0;
    node_each(one, l ? labels : NULL)
        if (one->type == NODE_STRING)
            l[n++] = (ContainerMount) {.source = one->key, .destination = one->text};
    c->labels = l;
    c->n_labels = n;
}

/* config.json of a bundle: annotations of the CRI runtimes and of Podman, mounts, privileges. */
static bool from_bundle(Container *c, const char *dir) {
    static const char *const images[] = {"io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName", "org.opencontainers.image.ref.name", NULL};
    static const char *const names[] = {"io.kubernetes.cri.container-name", "io.kubernetes.cri-o.ContainerName", NULL};
    static const char *const pods[] = {"io.kubernetes.cri.sandbox-name", "io.kubernetes.cri-o.KubeName", NULL};
    static const char *const spaces[] = {"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri-o.Namespace", NULL};
    static const char *const uids[] = {"io.kubernetes.cri.sandbox-uid", NULL};
    _cleanup_free_ char *path = xasprintf("%s/config.json", dir);
    const Node *config = read_json(c, path);
    if (!config)
        return false;
    set_image(c, first_of(config, images));
    Str name = first_of(config, names);
    c->name = name.n ? name : c->name;
    c->pod = first_of(config, pods);
    c->namespace = first_of(config, spaces);
    c->pod_uid = first_of(config, uids);
    Str root = node_get_str(node_get(config, "root"), "path");
    if (root.n)
        c->rootfs = str_starts(root, STR("/")) ? arena_printf(c->arena, "%.*s", STR_FMT(root)) : arena_printf(c->arena, "%s/%.*s", dir, STR_FMT(root));
    c->privileged = is_privileged(config);
    c->host_pid = shares(config, "pid");
    c->host_network = shares(config, "network");
    c->host_ipc = shares(config, "ipc");
    set_mounts(c, node_get(config, "mounts"));
    set_labels(c, node_get(config, "annotations"));
    return true;
}

/* state.json of runc: bundle, and when it was made. */
static bool from_runc(Container *c, const char *root, const char *id) {
    _cleanup_free_ char *path = xasprintf("%s/%s/state.json", root, id);
    const Node *state = read_json(c, path);
    if (!state)
        return false;
    int64_t created = 0;
    if (time_parse(node_get_str(state, "created"), &created) == 0)
        c->start = created * 1000000000;
    Str bundle = STR_NULL;
    node_each(label, node_path(state, "config", "labels", NULL)) {
        Str key, value;
        if (str_cut(node_str(label), '=', &key, &value) && str_eqz(key, "bundle"))
            bundle = value;
    }
    if (bundle.n) {
        _cleanup_free_ char *dir = str_dup(bundle);
        from_bundle(c, dir);
    }
    return true;
}

static bool from_docker(Container *c, const char *id) {
    _cleanup_free_ char *path = xasprintf("/var/lib/docker/containers/%s/config.v2.json", id);
    _cleanup_free_ char *host = xasprintf("/var/lib/docker/containers/%s/hostconfig.json", id);
    const Node *config = read_json(c, path), *settings = config ? read_json(c, host) : NULL;
    if (!config)
        return false;
    c->type = STR("docker");
    Str name = node_get_str(config, "Name");
    c->name = str_starts(name, STR("/")) ? str_from_at(name, 1) : name;
    set_image(c, node_get_str(node_get(config, "Config"), "Image"));
    Str image_id = node_get_str(config, "Image");
    c->image_id = str_starts(image_id, STR("sha256:")) ? str_head(str_from_at(image_id, 7), SHOWN) : image_id;
    set_labels(c, node_path(config, "Config", "Labels", NULL));
    node_each(network, node_path(config, "NetworkSettings", "Networks", NULL))
        c->ip = c->ip.n ? c->ip : node_get_str(network, "IPAddress");
    int64_t created;
    if (time_parse(node_get_str(node_get(config, "State"), "StartedAt"), &created) == 0 && created > 0)
        c->start = created * 1000000000;
    c->privileged = node_true(node_get(settings, "Privileged"));
    c->host_pid = str_eqz(node_get_str(settings, "PidMode"), "host");
    c->host_network = str_eqz(node_get_str(settings, "NetworkMode"), "host");
    c->host_ipc = str_eqz(node_get_str(settings, "IpcMode"), "host");
    return true;
}

/* The first directory that the pattern finds. */
static bool from_bundle_at(Container *c, const char *pattern) {
    glob_t found = {0};
    bool r = glob(pattern, GLOB_NOSORT, NULL, &found) == 0 && found.gl_pathc > 0 && from_bundle(c, found.gl_pathv[0]);
    globfree(&found);
    return r;
}

static bool from_podman(Container *c, const char *id) {
    _cleanup_free_ char *path = xasprintf("/var/lib/containers/storage/overlay-containers/%s/userdata", id);
    if (!from_bundle(c, path))
        return false;
    c->type = STR("podman");
    const Node *all = read_json(c, "/var/lib/containers/storage/overlay-containers/containers.json");
    node_each(one, all) {
        if (!str_eqz(node_get_str(one, "id"), id))
            continue;
        c->name = node_str(node_first(node_get(one, "names")));
        /* Podman keeps the image's name in a document inside of this one. */
        Str meta = node_get_str(one, "metadata");
        Limits limits = limits_default();
        _cleanup_(diag_done) Diag d = {0};
        Node *inner;
        if (meta.n && json_parse(meta, "metadata", &limits, c->arena, &d, &inner) == 0)
            set_image(c, node_get_str(inner, "image-name"));
        c->image_id = str_head(node_get_str(one, "image"), SHOWN);
    }
    return true;
}

static bool from_containerd(Container *c, const char *id) {
    _cleanup_free_ char *pattern = xasprintf("/run/containerd/io.containerd.runtime.v2.task/*/%s", id);
    if (!from_bundle_at(c, pattern))
        return false;
    c->type = STR("containerd");
    return true;
}

/* An id is a name of a file below directories of runtimes: nothing that leads elsewhere. */
static bool is_plain(Str id) {
    return id.n > 0 && id.n <= 255 && str_chr(id, '/') < 0 && str_chr(id, '*') < 0 && str_chr(id, '?') < 0 && str_chr(id, '[') < 0 && id.p[0] != '.';
}

Container *container_find(const ContainerHint *hint) {
    Str id = hint->id ? str_from(hint->id) : container_id_of(hint->cgroup);
    if (!id.n)
        id = last_name(hint->cgroup);
    if (!is_plain(id))
        return NULL;
    Container *c = xcalloc(1, sizeof(*c));
    c->arena = xcalloc(1, sizeof(*c->arena));
    c->arena->max = (size_t) 16 << 20;
    id = c->id = arena_str(c->arena, id);
    c->known = from_docker(c, id.p) || from_podman(c, id.p) || from_containerd(c, id.p);
    bool runc = from_runc(c, hint->state ? hint->state : "/run/runc", id.p);
    runc = runc || (!c->known && hint->bundle && from_bundle(c, hint->bundle));
    if (runc && !c->known) {
        c->type = STR("runc");
        c->known = true;
    }
    if (!c->name.n && c->known)
        c->name = c->id;
    if (c->known || (hint->apart && is_hex(id)))
        return c;
    container_free(c);
    return NULL;
}
