/* SPDX-License-Identifier: Apache-2.0 */
/* containers-storage, the store of Podman, Buildah, CRI-O and skopeo: <driver>-images/images.json with each image's manifest and
 * configuration beside it, <driver>-layers/layers.json with the chain of layers and their tar-split, and the unpacked files. */
#include <stdlib.h>

#include "base/map.h"
#include "image/path.h"
#include "image/sources.h"
#include "image/unpacked.h"
#include "model/digest.h"
#include "parse/node.h"

enum { ID_PREFIX_MIN = 6, JSON_MAX = 64 << 20 };

static const struct {
    const char *name, *before, *after; /* of a layer's id: where its files are */
} drivers[] = {
    {"overlay", "overlay/", "/diff"},
    {"vfs", "vfs/dir/", ""},
    {"btrfs", "btrfs/subvolumes/", ""},
};

static bool is_id(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n == 64;
}

/* Where "big data" lies: names that are plain keep themselves, others are "=" and base64 (containers-storage,
 * makeBigDataBaseName). */
static char *big_data_path(size_t driver, Str image, Str key) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    Buf b = buf_new(4096);
    buf_printf(&b, "%s-images/%.*s/", drivers[driver].name, STR_FMT(image));
    bool plain = true;
    for (size_t i = 0; i < key.n; i++)
        plain &= (key.p[i] >= 'a' && key.p[i] <= 'z') || (key.p[i] >= '0' && key.p[i] <= '9') || key.p[i] == '.';
    if (plain) {
        buf_str(&b, key);
        return buf_take(&b);
    }
    buf_putc(&b, '=');
    for (size_t i = 0; i < key.n; i += 3) {
        size_t n = MIN(key.n - i, (size_t) 3);
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? (uint8_t) key.p[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_putc(&b, k <= n ? digits[bits >> (18 - 6 * k) & 63] : '=');
    }
    return buf_take(&b);
}

static int read_list(Image *img, const UnpackedStore *s, const char *path, Node **ret, Error *err) {
    Str text;
    int r = unpacked_read(s, img, path, JSON_MAX, &text, err);
    if (r < 0)
        return r;
    _cleanup_free_ char *name = xasprintf("%s/%s", s->name, path);
    r = image_json(text, name, &img->limits, img->arena, ret, err);
    lint_assume(r < 0 || *ret);
    if (r == 0 && !node_is(*ret, NODE_LIST) && !node_is(*ret, NODE_NULL))
        return error_set(err, -EBADMSG, "%s: %s, expected a list", name, node_type_name((*ret)->type));
    return r;
}

static int find_image(const UnpackedStore *s, const Node *images, Str want, const Node **ret, Error *err) {
    Str id = str_starts(want, STR("sha256:")) ? str_from_at(want, 7) : want;
    const Node *by_id = NULL;
    size_t hits = 0;
    /* "alpine" is also "localhost/alpine", what a build without a registry is called. */
    _cleanup_free_ char *local = xasprintf("localhost/%.*s", STR_FMT(want));
    const Node *by_local = NULL;
    node_each(image, images) {
        node_each(name, node_get(image, "names")) {
            if (image_name_matches(node_str(name), want)) {
                *ret = image;
                return 0;
            }
            if (image_name_matches(node_str(name), str_from(local)))
                by_local = image;
        }
        if (id.n >= ID_PREFIX_MIN && str_starts(node_get_str(image, "id"), id)) {
            by_id = image;
            hits++;
        }
    }
    if (by_local) {
        *ret = by_local;
        return 0;
    }
    if (hits > 1)
        return error_set(err, -EINVAL, "%s: several images have ids that begin with %.*s", s->name, STR_FMT(id));
    if (!by_id)
        return -ENOENT;
    *ret = by_id;
    return 0;
}

/* From the top layer down by parent; the store names them by random or content ids. */
static int add_layers(Image *img, UnpackedStore *s, size_t driver, Str top, Error *err) {
    _cleanup_free_ char *path = xasprintf("%s-layers/layers.json", drivers[driver].name);
    Node *list;
    int r = read_list(img, s, path, &list, err);
    if (r < 0)
        return r == -ENOENT ? error_set(err, -EBADMSG, "%s/%s is missing", s->name, path) : r;
    _cleanup_(map_done) Map layers = {0};
    node_each(l, list)
        map_set(&layers, node_get_str(l, "id"), (void *) (uintptr_t) l);

    size_t n = img->artifact.n_layers;
    for (size_t i = 0; i < n; i++)
        vec_push(&s->layers, (UnpackedLayer) {0}); /* filled from the top down */
    Str id = top;
    for (size_t i = n; i-- > 0;) {
        const Node *l = map_get(&layers, id);
        if (!l || !is_id(id))
            return error_set(err, -EBADMSG, "%s: layer %zu is missing from the store (%.*s)", img->place, i + 1, STR_FMT(str_head(id, 64)));
        LayerInfo *info = &img->artifact.layers[i];
        Str diff = node_get_str(l, "diff-digest");
        if (!str_empty(diff) && !str_eq(diff, info->diff_id))
            return error_set(err, -EBADMSG, "%s: layer %zu of the store (%.*s) is another one than the image's", img->place, i + 1, STR_FMT(id));
        int64_t size;
        if (node_i64(node_get(l, "diff-size"), &size) == 0 && size >= 0)
            info->size = (uint64_t) size;
        s->layers.p[i].dir = xasprintf("%s%.*s%s", drivers[driver].before, STR_FMT(id), drivers[driver].after);
        s->layers.p[i].tar_split = xasprintf("%s-layers/%.*s.tar-split.gz", drivers[driver].name, STR_FMT(id));
        id = node_get_str(l, "parent");
    }
    if (!str_empty(id))
        return error_set(err, -EBADMSG, "%s: the store has more layers for it than its configuration", img->place);
    return 0;
}

typedef struct PodmanImage {
    size_t driver;
    Str id;
} PodmanImage;

static int read_big_data(Image *img, const UnpackedStore *s, const PodmanImage *p, Str key, uint64_t max, Str *ret, Error *err) {
    _cleanup_free_ char *path = big_data_path(p->driver, p->id, key);
    int r = unpacked_read(s, img, path, max, ret, err);
    return r == -ENOENT ? error_set(err, -EBADMSG, "%s: %s/%s is missing", img->place, s->name, path) : r;
}

static int open_image(Image *img, UnpackedStore *s, size_t driver, const Node *image, const char *reference, Error *err) {
    PodmanImage p = {driver, node_get_str(image, "id")};
    Str digest = node_get_str(image, "digest"), text, config;
    img->place = xasprintf("podman:%s", reference);
    if (!is_id(p.id))
        return error_set(err, -EBADMSG, "%s: its id '%.*s' is malformed", img->place, STR_FMT(str_head(p.id, 100)));
    /* An image that was pulled by several manifests has each by its digest, and the last one as "manifest". */
    _cleanup_free_ char *by_digest = xasprintf("manifest-%.*s", STR_FMT(digest)), *path = big_data_path(driver, p.id, str_from(by_digest));
    int r = str_empty(digest) ? -ENOENT : unpacked_read(s, img, path, img->limits.manifest_bytes, &text, err);
    if (r == -ENOENT)
        r = read_big_data(img, s, &p, STR("manifest"), img->limits.manifest_bytes, &text, err);
    if (r < 0)
        return r;
    _cleanup_free_ char *name = xasprintf("%s: manifest %.*s", img->place, STR_FMT(digest));
    if (!str_empty(digest) && !digest_matches(digest, text.p, text.n))
        return error_set(err, -EBADMSG, "%s: its bytes do not have this digest", name);
    Manifest m;
    r = manifest_parse(text, name, STR_NULL, &img->limits, img->arena, &m, err);
    if (r < 0)
        return r;
    if (m.is_index)
        return error_set(err, -ENOTSUP, "%s: a list of images; name one of them by its id", name);
    _cleanup_free_ char *config_name = xasprintf("%s: configuration %.*s", img->place, STR_FMT(m.config.digest));
    r = read_big_data(img, s, &p, m.config.digest, img->limits.config_bytes, &config, err);
    if (r == 0)
        r = image_verify(config_name, &m.config, config, err);
    if (r == 0)
        r = image_set_config(img, config, config_name, m.n_items, err);
    if (r < 0)
        return r;

    Artifact *f = &img->artifact;
    f->kind = ARTIFACT_IMAGE;
    f->digest = digest;
    f->image_id = m.config.digest;
    const Node *names = node_get(image, "names");
    f->repo_tags = arena_alloc(img->arena, node_count(names) * sizeof(Str));
    node_each(n, names)
        if (f->repo_tags && node_is(n, NODE_STRING))
            f->repo_tags[f->n_repo_tags++] = node_str(n);
    return add_layers(img, s, driver, node_get_str(image, "layer"), err);
}

int source_podman_open(Image *img, const char *reference, Error *err) {
    /* Without root's store there may be the user's own. */
    const char *home = getenv("HOME");
    _cleanup_free_ char *own = xasprintf("%s/.local/share/containers/storage", home ? home : "");
    const char *root = store_root("PLIMSOLL_PODMAN_ROOT", geteuid() == 0 || !home ? "/var/lib/containers/storage" : own);
    UnpackedStore *s;
    int r = unpacked_open(img, root, &s, err);
    if (r < 0)
        return error_wrap(err, r, "Podman's images");
    for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
        _cleanup_free_ char *path = xasprintf("%s-images/images.json", drivers[i].name);
        Node *images;
        const Node *image = NULL;
        r = read_list(img, s, path, &images, err);
        if (r == 0)
            r = find_image(s, images, str_from(reference), &image, err);
        if (r == 0)
            return open_image(img, s, i, image, reference, err);
        if (r != -ENOENT)
            return r;
    }
    return error_set(err, -ENOENT, "%s: no image %s in Podman's store", root, reference);
}
