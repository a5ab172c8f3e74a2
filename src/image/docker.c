/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's own image store (not the containerd one of newer versions: that is containerd.c's). Layout: image/<driver>/
 * repositories.json, imagedb/content/sha256/<image id>, layerdb/sha256/<chain id>/{cache-id, diff, tar-split.json.gz}, and the
 * unpacked files by cache id where the storage driver keeps them. */
#include <dirent.h>
#include <fcntl.h>

#include "image/path.h"
#include "image/sources.h"
#include "image/unpacked.h"
#include "model/digest.h"
#include "parse/node.h"

enum { SMALL = 4096, ID_PREFIX_MIN = 6 };

static const struct {
    const char *name, *before, *after; /* of the cache id: where the files are */
} drivers[] = {
    {"overlay2", "overlay2/", "/diff"},
    {"fuse-overlayfs", "fuse-overlayfs/", "/diff"},
    {"vfs", "vfs/dir/", ""},
    {"btrfs", "btrfs/subvolumes/", ""},
};

static bool is_hex(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
            return false;
    return s.n > 0;
}

/* An image id by its beginning. */
static int find_id(const UnpackedStore *s, Image *img, const char *images, Str prefix, Str *ret, Error *err) {
    if (str_starts(prefix, STR("sha256:")))
        prefix = str_from_at(prefix, 7);
    if (prefix.n < ID_PREFIX_MIN || prefix.n > 64 || !is_hex(prefix))
        return -ENOENT;
    int fd = openat(s->root, images, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        fd_closep(&fd);
        return -ENOENT;
    }
    size_t hits = 0;
    struct dirent *e;
    while ((e = readdir(d)))
        if (str_starts(str_from(e->d_name), prefix) && strlen(e->d_name) == 64) {
            hits++;
            *ret = arena_str(img->arena, str_from(e->d_name));
        }
    closedir(d);
    if (hits > 1)
        return error_set(err, -EINVAL, "%s: several images have ids that begin with %.*s", s->name, STR_FMT(prefix));
    return hits ? 0 : -ENOENT;
}

/* The image's id by its name in repositories.json (`want`) or, when that is not there, by the beginning of its id; and all
 * names of that image. */
static int find_image(Image *img, const UnpackedStore *s, const char *images, Str repositories, const char *name, Str want, Str *ret, Error *err) {
    Node *root;
    int r = image_json(repositories, name, &img->limits, img->arena, &root, err);
    if (r < 0)
        return r;
    const Node *all = node_get(root, "Repositories");
    Str id = STR_NULL;
    size_t n = 0;
    node_each(repository, all)
        node_each(reference, repository) {
            n++;
            if (image_name_matches(reference->key, want))
                id = node_str(reference);
        }
    if (str_empty(id))
        r = find_id(s, img, images, want, &id, err);
    else if (str_starts(id, STR("sha256:")))
        id = str_from_at(id, 7);
    if (r < 0)
        return r;
    img->artifact.repo_tags = arena_alloc(img->arena, MAX(n, (size_t) 1) * sizeof(Str));
    if (!img->artifact.repo_tags)
        return error_errno(err, -E2BIG, "%s", name);
    node_each(repository, all)
        node_each(reference, repository)
            if (str_ends(node_str(reference), id) && str_chr(reference->key, '@') < 0)
                img->artifact.repo_tags[img->artifact.n_repo_tags++] = reference->key;
    *ret = id;
    return 0;
}

static int add_layer(Image *img, UnpackedStore *s, size_t driver, Str chain, size_t i, Error *err) {
    Str hex = str_from_at(chain, 7), cache = STR_NULL, diff = STR_NULL, size = STR_NULL;
    _cleanup_free_ char *dir = xasprintf("image/%s/layerdb/sha256/%.*s", drivers[driver].name, STR_FMT(hex));
    _cleanup_free_ char *cache_path = xasprintf("%s/cache-id", dir), *diff_path = xasprintf("%s/diff", dir), *size_path = xasprintf("%s/size", dir);
    int r = unpacked_read(s, img, cache_path, SMALL, &cache, err);
    if (r == 0)
        r = unpacked_read(s, img, diff_path, SMALL, &diff, err);
    if (r == -ENOENT)
        return error_set(err, r, "%s: layer %zu is missing from the store (%s)", img->place, i + 1, dir);
    if (r < 0)
        return r;
    cache = str_trim(cache);
    /* The id becomes a part of a path. */
    if (str_empty(cache) || str_chr(cache, '/') >= 0 || cache.p[0] == '.')
        return error_set(err, -EBADMSG, "%s: %s holds no id", img->place, cache_path);
    LayerInfo *l = &img->artifact.layers[i];
    if (!str_eq(str_trim(diff), l->diff_id))
        return error_set(err, -EBADMSG, "%s: %s is not the diff_id of layer %zu", img->place, diff_path, i + 1);
    if (unpacked_read(s, img, size_path, SMALL, &size, NULL) == 0)
        (void) str_to_u64(str_trim(size), INT64_MAX, &l->size);
    vec_push(&s->layers, (UnpackedLayer) {xasprintf("%s%.*s%s", drivers[driver].before, STR_FMT(cache), drivers[driver].after),
                                          xasprintf("%s/tar-split.json.gz", dir)});
    return 0;
}

/* The chain id of a layer covers all below it: chain(n) = sha256(chain(n-1) + " " + diff_id(n)) (image-spec, config.md). */
static int add_layers(Image *img, UnpackedStore *s, size_t driver, Error *err) {
    char chain[72] = "";
    for (size_t i = 0; i < img->artifact.n_layers; i++) {
        Str diff_id = img->artifact.layers[i].diff_id;
        if (diff_id.n != 71)
            return error_set(err, -ENOTSUP, "%s: layer %zu: Docker's store has sha256 digests only", img->place, i + 1);
        if (i == 0) {
            memcpy(chain, diff_id.p, 71);
        } else {
            char both[71 + 1 + 71];
            memcpy(both, chain, 71);
            both[71] = ' ';
            memcpy(both + 72, diff_id.p, 71);
            digest_sha256(both, sizeof(both), chain);
        }
        int r = add_layer(img, s, driver, str_n(chain, 71), i, err);
        if (r < 0)
            return r;
    }
    return 0;
}

static int open_in_driver(Image *img, UnpackedStore *s, size_t driver, const char *reference, Error *err) {
    _cleanup_free_ char *names = xasprintf("image/%s/repositories.json", drivers[driver].name);
    _cleanup_free_ char *images = xasprintf("image/%s/imagedb/content/sha256", drivers[driver].name);
    Str text, id = STR_NULL;
    int r = unpacked_read(s, img, names, img->limits.config_bytes, &text, err);
    if (r < 0)
        return r;
    _cleanup_free_ char *full = xasprintf("%s/%s", s->name, names);
    r = find_image(img, s, images, text, full, str_from(reference), &id, err);
    if (r < 0)
        return r;
    if (id.n != 64 || !is_hex(id))
        return error_set(err, -EBADMSG, "%s: '%.*s' is no image id", full, STR_FMT(str_head(id, 100)));

    img->place = xasprintf("docker:%s", reference);
    _cleanup_free_ char *config_path = xasprintf("%s/%.*s", images, STR_FMT(id)), *config_name = xasprintf("%s/%s", s->name, config_path);
    Str config;
    r = unpacked_read(s, img, config_path, img->limits.config_bytes, &config, err);
    if (r == -ENOENT)
        return error_set(err, -EBADMSG, "%s: the image configuration is missing", config_name);
    if (r < 0)
        return r;
    char digest[72];
    digest_sha256(config.p, config.n, digest);
    if (!str_eqz(id, digest + 7))
        return error_set(err, -EBADMSG, "%s: its bytes do not have the digest that is its name", config_name);
    img->artifact.kind = ARTIFACT_IMAGE;
    img->artifact.image_id = arena_str(img->arena, str_from(digest));
    r = image_set_config(img, config, config_name, LAYERS_UNKNOWN, err);
    return r < 0 ? r : add_layers(img, s, driver, err);
}

int source_docker_open(Image *img, const char *reference, Error *err) {
    const char *root = store_root("PLIMSOLL_DOCKER_ROOT", "/var/lib/docker");
    UnpackedStore *s;
    int r = unpacked_open(img, root, &s, err);
    if (r < 0)
        return error_wrap(err, r, "Docker's images");
    for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
        r = open_in_driver(img, s, i, reference, err);
        if (r != -ENOENT || img->place)
            return r;
    }
    return error_set(err, -ENOENT, "%s: no image %s in Docker's store", root, reference);
}
