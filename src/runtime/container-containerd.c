/* SPDX-License-Identifier: Apache-2.0 */
/* containerd: bundle STATE/io.containerd.runtime.v2.task/NAMESPACE/ID, whose link "work" leads to the same below ROOT, and ROOT/io.containerd.metadata.v1.bolt/meta.db (containerd's
 * metadata/buckets.go): v1 → NAMESPACE → containers → ID → image, labels → KEY; v1 → NAMESPACE → images → NAME → target → digest. The CRI plugin names an image by
 * the digest of its configuration as well. */
#include <limits.h>
#include <stdio.h>

#include "base/alloc.h"
#include "parse/bolt.h"
#include "runtime/container-state.h"

enum { TRIES = 3, LABELS_MAX = 256 };

static const char tasks[] = "/io.containerd.runtime.v2.task/";

typedef struct Labels {
    StateRead *r;
    ContainerMount *p;
    size_t n;
} Labels;

static int add_label(void *userdata, Str key, Str value, const BoltBucket *bucket) {
    Labels *l = userdata;
    if (!bucket && l->n < LABELS_MAX)
        l->p[l->n++] = (ContainerMount) {.source = arena_str(&l->r->scratch, key), .destination = arena_str(&l->r->scratch, value)};
    return 0;
}

typedef struct ByDigest {
    Bolt *bolt;
    Str digest, name;  /* of the image, and of its configuration */
} ByDigest;

static int is_same_image(void *userdata, Str key, Str value, const BoltBucket *bucket) {
    ByDigest *d = userdata;
    BoltBucket target;
    Str digest;
    if (!bucket || !str_starts(key, STR("sha256:")) || bolt_bucket(d->bolt, bucket, "target", &target) < 0 || bolt_get(d->bolt, &target, "digest", &digest) < 0 || !str_eq(digest, d->digest))
        return 0;
    d->name = key;
    return 1;
}

typedef struct Found {
    Str image, digest, image_id;
    Labels labels, pod_labels;
} Found;

static void find_labels(Bolt *b, const BoltBucket *containers, const char *id, Labels *l) {
    BoltBucket one, labels;
    if (l->p && bolt_bucket(b, containers, id, &one) == 0 && bolt_bucket(b, &one, "labels", &labels) == 0)
        (void) bolt_each(b, &labels, add_label, l);
}

static int find_in(StateRead *r, Bolt *b, const char *namespace, const char *sandbox, Found *f) {
    BoltBucket root = bolt_root(b), v1, space, containers, one, images, target;
    int e = bolt_bucket(b, &root, "v1", &v1);
    if (e == 0)
        e = bolt_bucket(b, &v1, namespace, &space);
    if (e == 0)
        e = bolt_bucket(b, &space, "containers", &containers);
    if (e < 0)
        return e;
    find_labels(b, &containers, r->c->id.p, &f->labels);
    if (sandbox)
        find_labels(b, &containers, sandbox, &f->pod_labels);
    Str name = STR_NULL, digest = STR_NULL;
    if (bolt_bucket(b, &containers, r->c->id.p, &one) == 0)
        (void) bolt_get(b, &one, "image", &name);
    f->image = arena_str(&r->scratch, name);
    if (!f->image.n || bolt_bucket(b, &space, "images", &images) < 0 || bolt_bucket(b, &images, f->image.p, &one) < 0 || bolt_bucket(b, &one, "target", &target) < 0 ||
        bolt_get(b, &target, "digest", &digest) < 0)
        return 0;
    f->digest = arena_str(&r->scratch, digest);
    ByDigest by = {.bolt = b, .digest = f->digest};
    (void) bolt_each(b, &images, is_same_image, &by);
    f->image_id = arena_str(&r->scratch, by.name);
    return 0;
}

/* containerd writes beside us: what was read is whole when the newest transaction is still the same. */
static bool find(StateRead *r, const char *path, const char *namespace, const char *sandbox, Found *f) {
    Str data = state_file(r, path);
    Bolt b, after;
    for (unsigned i = 0; i < TRIES && data.n; i++) {
        *f = (Found) {.labels = {r, arena_alloc(&r->scratch, LABELS_MAX * sizeof(ContainerMount)), 0}, .pod_labels = {r, arena_alloc(&r->scratch, LABELS_MAX * sizeof(ContainerMount)), 0}};
        int e = bolt_open(data, &b);
        if (e == 0)
            e = find_in(r, &b, namespace, sandbox, f);
        if (bolt_open(data, &after) == 0 && after.txid == b.txid && (e == 0 || e == -ENOENT))
            return e == 0;
    }
    if (data.n)
        state_problem(r, "%s: cannot be read as a bolt database", path);
    return false;
}

static size_t keep_labels(StateRead *r, const Labels *l, const ContainerMount **ret) {
    ContainerMount *p = l->n ? arena_alloc(r->c->arena, l->n * sizeof(*p)) : NULL;
    for (size_t i = 0; p && i < l->n; i++)
        p[i] = (ContainerMount) {.source = state_keep(r, l->p[i].source), .destination = state_keep(r, l->p[i].destination)};
    *ret = p;
    return p ? l->n : 0;
}

/* ROOT of containerd, by the link in its bundle; the usual place where there is none. */
static char *root_of(const char *bundle) {
    _cleanup_free_ char *link = xasprintf("%s/work", bundle);
    char target[PATH_MAX];
    ssize_t n = readlink(link, target, sizeof(target));
    ssize_t at = n > 0 ? str_find(str_n(target, (size_t) n), str_from(tasks)) : -1;
    return at > 0 ? str_dup(str_n(target, (size_t) at)) : xstrdup("/var/lib/containerd");
}

void state_containerd(StateRead *r, const char *bundle, const Node *config) {
    Container *c = r->c;
    ssize_t at = str_find(str_from(bundle), str_from(tasks));
    Str rest = str_from_at(str_from(bundle), (size_t) at + sizeof(tasks) - 1), namespace = STR_NULL;
    if (at < 0 || !str_split(&rest, '/', &namespace))
        return;
    c->type = STR("containerd");
    _cleanup_free_ char *root = root_of(bundle), *space = str_dup(namespace), *path = xasprintf("%s/io.containerd.metadata.v1.bolt/meta.db", root);
    Str sandbox = node_get_str(node_get(config, "annotations"), "io.kubernetes.cri.sandbox-id");
    _cleanup_free_ char *pod = sandbox.n ? str_dup(sandbox) : NULL;
    Found f = {0};
    if (!find(r, path, space, pod, &f))
        return;
    state_image(r, f.image);
    if (!c->digest.n)
        c->digest = state_keep(r, f.digest);
    c->image_id = state_short_id(r, f.image_id);
    c->n_labels = keep_labels(r, &f.labels, &c->labels);
    c->n_pod_labels = keep_labels(r, &f.pod_labels, &c->pod_labels);
}
