/* SPDX-License-Identifier: Apache-2.0 */
/* Podman and CRI-O. Both keep a bundle GRAPH-ROOT/DRIVER-containers/ID/userdata (CRI-O also below its run root), containers-storage writes DRIVER-containers/containers.json and
 * DRIVER-images/images.json. Podman 4 has the rest in GRAPH-ROOT/libpod/bolt_state.db (bucket ctr → ID → config, state; pod → ID → config, JSON each), CRI-O in annotations
 * of the bundle. */
#include <stdio.h>

#include "base/alloc.h"
#include "parse/bolt.h"
#include "runtime/container-state.h"

enum { TRIES = 3 };

/* "…/overlay-containers/ID/userdata" without that many parts at its end. */
static Str above(Str path, unsigned parts) {
    for (; parts && path.n; parts--) {
        ssize_t slash = str_rchr(path, '/');
        path = slash > 0 ? str_head(path, (size_t) slash) : STR_NULL;
    }
    return path;
}

static Str value_in(Bolt *b, const BoltBucket *in, const char *bucket, const char *id, const char *key) {
    BoltBucket outer, inner;
    Str value;
    int r = bolt_bucket(b, in, bucket, &outer);
    if (r == 0)
        r = bolt_bucket(b, &outer, id, &inner);
    return r == 0 && bolt_get(b, &inner, key, &value) == 0 ? value : STR_NULL;
}

typedef struct Records {
    const Node *config, *state, *pod;
} Records;

/* Podman writes beside us: what was read is whole when the newest transaction is still the same. */
static bool read_records(StateRead *r, const char *path, const char *id, Records *ret) {
    Str data = state_file(r, path);
    Bolt b, after;
    for (unsigned i = 0; i < TRIES && data.n; i++) {
        *ret = (Records) {0};
        if (bolt_open(data, &b) < 0)
            break;
        BoltBucket root = bolt_root(&b);
        Str config = value_in(&b, &root, "ctr", id, "config"), state = value_in(&b, &root, "ctr", id, "state");
        /* Copied, for the tree points into the text. */
        config = arena_str(&r->scratch, config);
        state = arena_str(&r->scratch, state);
        Str pod = STR_NULL;
        ret->config = config.n ? state_json_text(r, config, path) : NULL;
        Str pod_id = node_get_str(ret->config, "pod");
        if (pod_id.n) {
            _cleanup_free_ char *z = str_dup(pod_id);
            pod = arena_str(&r->scratch, value_in(&b, &root, "pod", z, "config"));
        }
        if (bolt_open(data, &after) < 0 || after.txid != b.txid)
            continue;
        ret->state = state.n ? state_json_text(r, state, path) : NULL;
        ret->pod = pod.n ? state_json_text(r, pod, path) : NULL;
        return ret->config != NULL;
    }
    if (data.n)
        state_problem(r, "%s: cannot be read as a bolt database", path);
    return false;
}

/* A name of the network and the first address in it: {"podman": {"interfaces": {"eth0": {"subnets": [{"ipnet": "10.88.0.2/16"}]}}}}. */
static Str first_address(const Node *networks) {
    node_each(network, networks)
        node_each(interface, node_get(network, "interfaces"))
            node_each(subnet, node_get(interface, "subnets")) {
                Str address = node_get_str(subnet, "ipnet");
                ssize_t slash = str_chr(address, '/');
                return slash < 0 ? address : str_head(address, (size_t) slash);
            }
    return STR_NULL;
}

static void from_records(StateRead *r, const Records *rec) {
    Container *c = r->c;
    c->name = state_keep(r, node_get_str(rec->config, "name"));
    state_image(r, node_get_str(rec->config, "rootfsImageName"));
    c->image_id = state_short_id(r, node_get_str(rec->config, "rootfsImageID"));
    c->n_labels = state_texts(r, node_get(rec->config, "labels"), &c->labels);
    c->pod = state_keep(r, node_get_str(rec->pod, "name"));
    c->ip = state_keep(r, first_address(node_get(rec->state, "networkStatus")));
    if (node_get(rec->config, "privileged"))
        c->privileged = node_true(node_get(rec->config, "privileged"));
    node_each(port, node_get(rec->config, "newPortMappings")) {
        int64_t host = 0, inside = 0, range = 1;
        (void) node_i64(node_get(port, "host_port"), &host);
        (void) node_i64(node_get(port, "container_port"), &inside);
        (void) node_i64(node_get(port, "range"), &range);
        bool good = host >= 0 && host <= UINT16_MAX && inside >= 0 && inside <= UINT16_MAX;
        for (int64_t i = 0; good && i < range && i <= UINT16_MAX; i++)
            state_port(r, node_get_str(port, "host_ip"), (uint64_t) (host + i), (uint64_t) (inside + i), node_get_str(port, "protocol"));
    }
}

/* Of other versions of Podman, and CRI-O: what containers-storage has. */
static void from_storage(StateRead *r, Str containers) {
    Container *c = r->c;
    _cleanup_free_ char *path = xasprintf("%.*s/containers.json", STR_FMT(containers));
    node_each(one, state_json(r, path)) {
        if (!str_eq(node_get_str(one, "id"), c->id))
            continue;
        if (!c->name.n)
            c->name = state_keep(r, node_str(node_first(node_get(one, "names"))));
        /* A document inside of this one. */
        Str meta = node_get_str(one, "metadata");
        state_image(r, meta.n ? node_get_str(state_json_text(r, meta, path), "image-name") : STR_NULL);
        if (!c->image_id.n)
            c->image_id = state_short_id(r, node_get_str(one, "image"));
    }
}

/* DRIVER-images/images.json beside DRIVER-containers. */
static void from_images(StateRead *r, Str containers) {
    Container *c = r->c;
    if (!str_ends(containers, STR("-containers")) || !c->image_id.n || c->digest.n)
        return;
    Str driver = str_head(containers, containers.n - (sizeof("-containers") - 1));
    _cleanup_free_ char *path = xasprintf("%.*s-images/images.json", STR_FMT(driver));
    node_each(one, state_json(r, path))
        if (str_starts(node_get_str(one, "id"), c->image_id))
            c->digest = state_keep(r, node_get_str(one, "digest"));
}

void state_podman(StateRead *r, const char *bundle) {
    Str containers = above(str_from(bundle), 2), root = above(containers, 1);
    _cleanup_free_ char *path = xasprintf("%.*s/libpod/bolt_state.db", STR_FMT(root));
    Records rec = {0};
    r->c->type = STR("podman");
    if (read_records(r, path, r->c->id.p, &rec))
        from_records(r, &rec);
    else
        from_storage(r, containers);
    from_images(r, containers);
}

/* Labels stand in an annotation, as a document. */
static size_t crio_labels(StateRead *r, const Node *config, const char *path, const ContainerMount **ret) {
    Str text = node_get_str(node_get(config, "annotations"), "io.kubernetes.cri-o.Labels");
    return text.n ? state_texts(r, state_json_text(r, text, path), ret) : 0;
}

void state_crio(StateRead *r, const char *bundle, const Node *config) {
    Container *c = r->c;
    const Node *notes = node_get(config, "annotations");
    c->type = STR("cri-o");
    Str reference = node_get_str(notes, "io.kubernetes.cri-o.ImageRef"), sandbox = node_get_str(notes, "io.kubernetes.cri-o.SandboxID"), repository, tag, digest;
    image_name_split(reference, &repository, &tag, &digest);
    if (digest.n)
        c->digest = state_keep(r, digest);
    else if (reference.n)
        c->image_id = state_short_id(r, reference);
    c->ip = state_keep(r, node_get_str(notes, "io.kubernetes.cri-o.IP.0"));
    c->n_labels = crio_labels(r, config, bundle, &c->labels);
    Str containers = above(str_from(bundle), 2);
    from_storage(r, containers);
    if (sandbox.n && str_chr(sandbox, '/') < 0) {
        _cleanup_free_ char *path = xasprintf("%.*s/%.*s/userdata/config.json", STR_FMT(containers), STR_FMT(sandbox));
        const Node *pod = str_eq(sandbox, c->id) ? config : state_json(r, path);
        c->n_pod_labels = crio_labels(r, pod, path, &c->pod_labels);
        if (!c->ip.n)
            c->ip = state_keep(r, node_get_str(node_get(pod, "annotations"), "io.kubernetes.cri-o.IP.0"));
    }
}
