/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "image/internal.h"
#include "image/platform.h"
#include "model/digest.h"

enum { INDEX_DEPTH = 4 }; /* indexes in indexes; two are met in practice */

Platform image_platform(const Image *img) {
    return img->options.platform.os[0] ? img->options.platform : platform_host();
}

int image_verify(const char *name, const Descriptor *d, Str bytes, Error *err) {
    if (bytes.n != d->size)
        return error_set(err, -EBADMSG, "%s: %zu bytes, its descriptor says %" PRIu64, name, bytes.n, d->size);
    if (!digest_matches(d->digest, bytes.p, bytes.n))
        return error_set(err, -EBADMSG, "%s: its bytes do not have the digest %.*s", name, STR_FMT(d->digest));
    return 0;
}

static void list_platforms(Buf *b, const Manifest *index) {
    for (size_t i = 0; i < index->n_items; i++) {
        const Descriptor *d = &index->items[i];
        if (d->attestation || str_empty(d->os))
            continue;
        buf_printf(b, "%s%.*s/%.*s", b->n ? ", " : "", STR_FMT(d->os), STR_FMT(d->arch));
        if (!str_empty(d->variant))
            buf_printf(b, "/%.*s", STR_FMT(d->variant));
    }
}

int image_choose_platform(const Image *img, const Manifest *index, const char *name, size_t *ret, Error *err) {
    Platform want = image_platform(img);
    size_t best = 0, images = 0, last = 0;
    int best_rank = -1;
    for (size_t i = 0; i < index->n_items; i++) {
        const Descriptor *d = &index->items[i];
        if (d->attestation)
            continue;
        images++;
        last = i;
        /* Without a statement only the image itself can tell; it is checked when it is read. */
        int rank = str_empty(d->os) && str_empty(d->arch) ? 0 : platform_rank(&want, d->os, d->arch, d->variant);
        if (rank > best_rank) {
            best_rank = rank;
            best = i;
        }
    }
    if (best_rank < 0 && images == 1 && !img->options.platform.os[0]) {
        best = last; /* nobody asked for a platform, and there is nothing to choose */
        best_rank = 0;
    }
    if (best_rank >= 0) {
        *ret = best;
        return 0;
    }
    if (images == 0)
        return error_set(err, -ENOENT, "%s: an index without images", name);
    _cleanup_(buf_done) Buf b = buf_new(4096);
    list_platforms(&b, index);
    return error_set(err, -ENOENT, "%s: no image for %s/%s%s%s; there are %.*s", name, want.os, want.arch, want.variant[0] ? "/" : "", want.variant,
                     STR_FMT(buf_view(&b)));
}

int image_set_config(Image *img, Str text, const char *name, size_t n_layers, Error *err) {
    ImageConfig c;
    int r = image_config_parse(text, name, &img->limits, img->arena, &c, err);
    if (r < 0)
        return r;
    if (n_layers == LAYERS_UNKNOWN)
        n_layers = c.n_layers;
    if (c.n_layers != n_layers)
        return error_set(err, -EBADMSG, "%s: lists %zu diff_ids for an image of %zu layers", name, c.n_layers, n_layers);
    if (img->options.platform.os[0] && !str_empty(c.os) && platform_rank(&img->options.platform, c.os, c.arch, c.variant) < 0)
        return error_set(err, -ENOENT, "%s: the image is for %.*s/%.*s%s%.*s, not for %s/%s%s%s", name, STR_FMT(c.os), STR_FMT(c.arch),
                         str_empty(c.variant) ? "" : "/", STR_FMT(c.variant), img->options.platform.os, img->options.platform.arch,
                         img->options.platform.variant[0] ? "/" : "", img->options.platform.variant);
    Artifact *f = &img->artifact;
    f->os = c.os;
    f->arch = c.arch;
    f->variant = c.variant;
    f->created = c.created;
    f->user = c.user;
    f->config = text;
    f->n_layers = n_layers;
    if (!f->layers)
        f->layers = arena_alloc(img->arena, n_layers * sizeof(*f->layers));
    if (n_layers && !f->layers)
        return error_errno(err, -E2BIG, "%s", name);
    for (size_t i = 0; i < n_layers; i++) {
        f->layers[i].diff_id = c.diff_ids[i];
        f->layers[i].created_by = c.created_by[i];
    }
    return 0;
}

static int read_verified(Image *img, const Descriptor *d, const char *what, uint64_t max, char **ret_name, Str *ret, Error *err) {
    _cleanup_free_ char *name = xasprintf("%s: %s %.*s", img->place, what, STR_FMT(d->digest));
    if (d->size > max)
        return error_set(err, -E2BIG, "%s: %" PRIu64 " bytes, more than the %" PRIu64 " that are allowed", name, d->size, max);
    int r = img->read_blob(img, d, max, ret, err);
    if (r < 0)
        return error_wrap(err, r, "%s", name);
    r = image_verify(name, d, *ret, err);
    if (r < 0)
        return r;
    *ret_name = TAKE_PTR(name);
    return 0;
}

int image_resolve(Image *img, const Descriptor *top, Error *err) {
    Descriptor d = *top;
    Manifest m;
    for (int depth = 0;; depth++) {
        _cleanup_free_ char *name = NULL;
        Str text;
        int r = read_verified(img, &d, "manifest", img->limits.manifest_bytes, &name, &text, err);
        if (r == 0)
            r = manifest_parse(text, name, d.media_type, &img->limits, img->arena, &m, err);
        if (r < 0)
            return r;
        if (!m.is_index)
            break;
        if (depth == INDEX_DEPTH)
            return error_set(err, -E2BIG, "%s: indexes nested deeper than %d", name, INDEX_DEPTH);
        size_t choice;
        r = image_choose_platform(img, &m, name, &choice, err);
        if (r < 0)
            return r;
        d = m.items[choice];
    }

    Artifact *f = &img->artifact;
    f->kind = ARTIFACT_IMAGE;
    f->digest = arena_str(img->arena, d.digest);
    f->top_digest = arena_str(img->arena, top->digest);
    f->image_id = m.config.digest;
    f->layers = arena_alloc(img->arena, m.n_items * sizeof(*f->layers));
    if (m.n_items && !f->layers)
        return error_errno(err, -E2BIG, "%s", img->place);
    for (size_t i = 0; i < m.n_items; i++)
        f->layers[i] = (LayerInfo) {.digest = m.items[i].digest, .media_type = m.items[i].media_type, .size = m.items[i].size};

    _cleanup_free_ char *name = NULL;
    Str config;
    int r = read_verified(img, &m.config, "configuration", img->limits.config_bytes, &name, &config, err);
    if (r < 0)
        return r;
    return image_set_config(img, config, name, m.n_items, err);
}
