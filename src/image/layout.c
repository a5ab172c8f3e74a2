/* SPDX-License-Identifier: Apache-2.0 */
/* OCI image layout 1.0 (image-spec, image-layout.md), also as `docker save` writes it since Docker 25. */
#include <inttypes.h>

#include "base/alloc.h"
#include "image/path.h"
#include "model/digest.h"
#include "parse/node.h"

static void layout_free(void *state) {
    image_files_free(state);
}

/* "blobs/sha256/…" of a descriptor's digest, which was checked when it was parsed. */
static char *blob_path(Str digest) {
    Str algorithm = STR_NULL, hex = STR_NULL;
    (void) str_cut(digest, ':', &algorithm, &hex);
    return xasprintf("blobs/%.*s/%.*s", STR_FMT(algorithm), STR_FMT(hex));
}

static int layout_read_blob(Image *img, const Descriptor *d, uint64_t max, Str *ret, Error *err) {
    _cleanup_free_ char *path = blob_path(d->digest);
    int r = image_files_read(img->state, str_from(path), max, img->arena, ret, err);
    return r == -ENOENT ? error_set(err, r, "the file %s is missing", path) : r;
}

static int layout_layer_open(Image *img, size_t layer, BlobStream **ret, Error *err) {
    const LayerInfo *l = &img->artifact.layers[layer];
    _cleanup_free_ char *path = blob_path(l->digest);
    _cleanup_free_ char *name = xasprintf("%s: layer %zu (%s)", img->place, layer + 1, path);
    _cleanup_fd_ int fd = -1;
    uint64_t offset, size;
    int r = image_files_find(img->state, str_from(path), &fd, &offset, &size, err);
    if (r == -ENOENT) {
        bool foreign;
        (void) layer_kind(l->media_type, &foreign);
        return error_set(err, r, "%s is missing%s", name, foreign ? ": a foreign layer, which is fetched from elsewhere" : "");
    }
    if (r < 0)
        return r;
    if (size != l->size)
        return error_set(err, -EBADMSG, "%s: %" PRIu64 " bytes, its descriptor says %" PRIu64, name, size, l->size);
    *ret = blob_from_range(take_fd(&fd), offset, size, name);
    return 0;
}

static bool selected(const Descriptor *d, const Selector *s, size_t number) {
    if (!str_empty(s->name))
        return str_eq(d->ref_name, s->name) || (!str_empty(d->ref_name) && image_name_matches(d->ref_name, s->name)) ||
               (!str_empty(d->image_name) && image_name_matches(d->image_name, s->name));
    if (!str_empty(s->digest)) {
        Str hex = str_from_at(d->digest, (size_t) str_chr(d->digest, ':') + 1);
        return str_starts(d->digest, s->digest) || (s->digest.n >= 4 && str_starts(hex, s->digest));
    }
    return s->number < 0 || (size_t) s->number == number;
}

static Str descriptor_name(const Descriptor *d) {
    return !str_empty(d->image_name) ? d->image_name : d->ref_name;
}

static void list_choices(Buf *b, const Manifest *index) {
    size_t number = 0;
    for (size_t i = 0; i < index->n_items; i++) {
        const Descriptor *d = &index->items[i];
        if (d->attestation)
            continue;
        Str name = descriptor_name(d);
        buf_printf(b, "%s%zu: %.*s%s%.*s", b->n ? ", " : "", number++, STR_FMT(name), str_empty(name) ? "" : " ", STR_FMT(d->digest));
    }
}

/* Narrows the index to what is asked for, and says whether its parts can only differ by platform. */
static int select_images(Image *img, Manifest *index, const Selector *select, Error *err) {
    Descriptor *keep = arena_alloc(img->arena, MAX(index->n_items, (size_t) 1) * sizeof(*keep));
    if (!keep)
        return error_errno(err, -E2BIG, "%s", img->place);
    size_t n = 0, number = 0;
    for (size_t i = 0; i < index->n_items; i++) {
        if (index->items[i].attestation)
            continue;
        if (selected(&index->items[i], select, number))
            keep[n++] = index->items[i];
        number++;
    }
    _cleanup_(buf_done) Buf choices = buf_new(64 * 1024);
    list_choices(&choices, index);
    if (n == 0)
        return number == 0 ? error_set(err, -EBADMSG, "%s: index.json lists no image", img->place)
                           : error_set(err, -ENOENT, "%s: no such image in it; there are %.*s", img->place, STR_FMT(buf_view(&choices)));
    bool same = true, by_platform = true;
    for (size_t i = 0; i < n; i++) {
        same &= str_eq(keep[i].digest, keep[0].digest);
        by_platform &= str_eq(descriptor_name(&keep[i]), descriptor_name(&keep[0])) && !str_empty(keep[i].os);
    }
    if (!same && !by_platform)
        return image_ambiguous(img->place, &choices, err);
    index->items = keep;
    index->n_items = n;
    return same;
}

static int collect_names(Image *img, const Manifest *index, const Descriptor *d) {
    img->artifact.repo_tags = arena_alloc(img->arena, index->n_items * sizeof(Str));
    if (!img->artifact.repo_tags)
        return -E2BIG;
    for (size_t i = 0; i < index->n_items; i++) {
        Str name = descriptor_name(&index->items[i]);
        if (str_eq(index->items[i].digest, d->digest) && !str_empty(name))
            img->artifact.repo_tags[img->artifact.n_repo_tags++] = name;
    }
    return 0;
}

static int check_version(Image *img, Error *err) {
    Str text;
    Node *root;
    int r = image_files_read(img->state, STR("oci-layout"), img->limits.manifest_bytes, img->arena, &text, err);
    if (r == -ENOENT)
        return error_set(err, -EBADMSG, "%s: not an OCI image layout (no 'oci-layout')", img->place);
    if (r < 0)
        return r;
    _cleanup_free_ char *name = xasprintf("%s/oci-layout", img->place);
    r = image_json(text, name, &img->limits, img->arena, &root, err);
    if (r < 0)
        return r;
    Str version = node_get_str(root, "imageLayoutVersion");
    if (!str_starts(version, STR("1.")))
        return error_set(err, -ENOTSUP, "%s: image layout of version '%.*s', known is 1.0.0", name, STR_FMT(version));
    return 0;
}

void image_use_blobs(Image *img, ImageFiles *files) {
    img->state = files;
    img->state_free = layout_free;
    img->read_blob = layout_read_blob;
    img->layer_open = layout_layer_open;
    img->local = true;
}

int image_open_layout(Image *img, ImageFiles *files, const Selector *select, Error *err) {
    image_use_blobs(img, files);
    int r = check_version(img, err);
    if (r < 0)
        return r;
    Str text;
    r = image_files_read(files, STR("index.json"), img->limits.manifest_bytes, img->arena, &text, err);
    if (r == -ENOENT)
        return error_set(err, -EBADMSG, "%s: an OCI image layout without index.json", img->place);
    if (r < 0)
        return r;
    _cleanup_free_ char *name = xasprintf("%s/index.json", img->place);
    Manifest index;
    r = manifest_parse(text, name, STR_NULL, &img->limits, img->arena, &index, err);
    if (r < 0)
        return r;
    if (!index.is_index)
        return error_set(err, -EBADMSG, "%s: an image manifest, expected an index", name);
    Manifest all = index;
    r = select_images(img, &index, select, err);
    if (r < 0)
        return r;
    size_t choice = 0;
    if (r == 0) { /* several, one for each platform */
        r = image_choose_platform(img, &index, name, &choice, err);
        if (r < 0)
            return r;
    }
    r = collect_names(img, &all, &index.items[choice]);
    return r < 0 ? error_errno(err, r, "%s", img->place) : image_resolve(img, &index.items[choice], err);
}
