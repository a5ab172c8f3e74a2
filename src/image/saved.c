/* SPDX-License-Identifier: Apache-2.0 */
/* Archives of `docker save` by their manifest.json (Docker image specification v1.2), as Docker, Podman, skopeo, kaniko and
 * Bazel write them. They state no digest of a manifest or a stored layer; the configuration's name holds its digest. */
#include "base/alloc.h"
#include "image/path.h"
#include "model/digest.h"

typedef struct SavedState {
    ImageFiles *files;
    Str *layers; /* member names */
} SavedState;

static void saved_free(void *state) {
    SavedState *s = state;
    image_files_free(s->files);
    free(s);
}

static int saved_layer_open(Image *img, size_t layer, BlobStream **ret, Error *err) {
    const SavedState *s = img->state;
    _cleanup_free_ char *name = xasprintf("%s: layer %zu (%.*s)", img->place, layer + 1, STR_FMT(s->layers[layer]));
    _cleanup_fd_ int fd = -1;
    uint64_t offset, size;
    int r = image_files_find(s->files, s->layers[layer], &fd, &offset, &size, err);
    if (r == -ENOENT)
        return error_set(err, r, "%s is missing", name);
    if (r < 0)
        return r;
    *ret = blob_from_range(take_fd(&fd), offset, size, name);
    return 0;
}

/* The hex digest in "HEX.json" or "blobs/sha256/HEX"; empty when the name holds none (Bazel calls it "config.json"). */
static Str name_digest(Str name) {
    ssize_t slash = str_rchr(name, '/');
    Str base = str_from_at(name, (size_t) (slash + 1));
    if (str_ends(base, STR(".json")))
        base.n -= 5;
    if (base.n != 64)
        return STR_NULL;
    for (size_t i = 0; i < base.n; i++)
        if (!((base.p[i] >= '0' && base.p[i] <= '9') || (base.p[i] >= 'a' && base.p[i] <= 'f')))
            return STR_NULL;
    return base;
}

static bool selected(const SavedImage *m, const Selector *s, size_t number) {
    if (s->number >= 0)
        return (size_t) s->number == number;
    if (!str_empty(s->digest)) {
        Str hex = name_digest(m->config), prefix = STR("sha256:");
        Str want = str_starts(s->digest, prefix) ? str_from_at(s->digest, prefix.n) : s->digest;
        return want.n >= 4 && str_starts(hex, want);
    }
    if (str_empty(s->name))
        return true;
    for (size_t i = 0; i < m->n_repo_tags; i++)
        if (image_name_matches(m->repo_tags[i], s->name))
            return true;
    return false;
}

static int choose(Image *img, const SavedImage *v, size_t n, const Selector *s, const SavedImage **ret, Error *err) {
    const SavedImage *found = NULL;
    size_t hits = 0;
    for (size_t i = 0; i < n; i++)
        if (selected(&v[i], s, i)) {
            hits++;
            found = &v[i];
        }
    if (hits == 1) {
        *ret = found;
        return 0;
    }
    _cleanup_(buf_done) Buf b = buf_new(64 * 1024);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%zu: %.*s", i ? ", " : "", i, STR_FMT(v[i].n_repo_tags ? v[i].repo_tags[0] : v[i].config));
    if (hits > 1)
        return image_ambiguous(img->place, &b, err);
    return error_set(err, -ENOENT, "%s: no such image in it; there are %.*s", img->place, STR_FMT(buf_view(&b)));
}

int image_open_saved(Image *img, ImageFiles *files, const Selector *select, Error *err) {
    SavedState *state = xcalloc(1, sizeof(*state));
    state->files = files;
    img->state = state;
    img->state_free = saved_free;
    img->layer_open = saved_layer_open;
    img->local = true;

    Str text;
    int r = image_files_read(files, STR("manifest.json"), img->limits.manifest_bytes, img->arena, &text, err);
    if (r == -ENOENT)
        return error_set(err, -EBADMSG, "%s: not an archive of docker save (no 'manifest.json')", img->place);
    if (r < 0)
        return r;
    _cleanup_free_ char *name = xasprintf("%s/manifest.json", img->place);
    SavedImage *images;
    const SavedImage *m = NULL;
    size_t n;
    r = saved_images_parse(text, name, &img->limits, img->arena, &images, &n, err);
    if (r == 0)
        r = choose(img, images, n, select, &m, err);
    if (r < 0)
        return r;
    lint_assume(m);

    _cleanup_free_ char *config_name = xasprintf("%s/%.*s", img->place, STR_FMT(m->config));
    Str config;
    r = image_files_read(files, m->config, img->limits.config_bytes, img->arena, &config, err);
    if (r == -ENOENT)
        return error_set(err, -EBADMSG, "%s: the image configuration is missing", config_name);
    if (r < 0)
        return r;
    char digest[72];
    digest_sha256(config.p, config.n, digest);
    Str stated = name_digest(m->config);
    if (!str_empty(stated) && !str_eqz(stated, digest + 7))
        return error_set(err, -EBADMSG, "%s: its bytes do not have the digest that is its name", config_name);

    Artifact *f = &img->artifact;
    f->kind = ARTIFACT_IMAGE;
    f->image_id = arena_str(img->arena, str_from(digest));
    f->repo_tags = m->repo_tags;
    f->n_repo_tags = m->n_repo_tags;
    state->layers = m->layers;
    r = image_set_config(img, config, config_name, m->n_layers, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < m->n_layers; i++) {
        _cleanup_fd_ int fd = -1;
        uint64_t offset;
        /* What is missing here is told when the layer is opened. */
        (void) image_files_find(files, m->layers[i], &fd, &offset, &f->layers[i].size, NULL);
    }
    return 0;
}
