/* SPDX-License-Identifier: Apache-2.0 */
#include "image/image.h"

#include <sys/stat.h>

#include "base/alloc.h"
#include "image/path.h"
#include "image/sources.h"
#include "parse/decompress.h"

static const ImageSource sources[] = {
#define X(n, open, path, named, d) {n, d, path, named, open},
#include "image/source.list.h"
#undef X
    {0},
};

const ImageSource *image_sources(void) {
    return sources;
}

bool image_source(size_t i, const char **ret_name, const char **ret_doc) {
    if (i >= ARRAY_SIZE(sources) - 1)
        return false;
    *ret_name = sources[i].name;
    *ret_doc = sources[i].doc;
    return true;
}

static const ImageSource *source_find(Str name) {
    for (const ImageSource *s = sources; s->name; s++)
        if (str_eqz(name, s->name))
            return s;
    return NULL;
}

void image_close(Image *img) {
    if (img->state_free)
        img->state_free(img->state);
    fd_closep(&img->root_fd);
    free(img->place);
    free(img);
}

/* Forgets what a source that failed has set, before the next one is tried. */
static void image_reset(Image *img) {
    if (img->state_free)
        img->state_free(img->state);
    fd_closep(&img->root_fd);
    free(img->place);
    Str reference = img->artifact.reference;
    *img = (Image) {.arena = img->arena, .options = img->options, .limits = img->limits, .root_fd = -1, .artifact.reference = reference};
}

static bool looks_like_path(const char *s) {
    Str t = str_from(s);
    return str_starts(t, STR("/")) || str_starts(t, STR("./")) || str_starts(t, STR("../")) || str_eqz(t, ".") || str_eqz(t, "..");
}

/* Local stores first, then the registry. A store that is not on this machine, or does not have the image, is passed over;
 * one that cannot be read is remembered for the message. */
static int open_by_name(Image *img, const char *reference, Error *err) {
    _cleanup_(buf_done) Buf notes = buf_new(8192);
    for (const ImageSource *s = sources; s->name; s++) {
        if (!s->by_name)
            continue;
        _cleanup_error_ Error e = {0};
        int r = s->open(img, reference, &e);
        if (r >= 0)
            return r;
        if (r != -ENODEV && r != -ENOENT && s[1].name && s[1].by_name) {
            /* A store that has the image but damaged: another source must not hide it. */
            if (r != -EACCES)
                return error_set(err, r, "%s", error_text(&e, r));
            buf_printf(&notes, "; %s", error_text(&e, r));
        }
        if (!s[1].name || !s[1].by_name)
            return error_set(err, r, "%s%s", error_text(&e, r), notes.n ? notes.p : "");
        image_reset(img);
    }
    return error_set(err, -ENOENT, "%s: no source of images by name", reference);
}

static int open_reference(Image *img, const char *reference, Error *err) {
    const char *forced = img->options.source;
    if (forced && *forced) {
        const ImageSource *s = source_find(str_from(forced));
        return s ? s->open(img, reference, err) : error_set(err, -EINVAL, "unknown source '%s'; see plimsoll list sources", forced);
    }
    struct stat st;
    lint_assume(reference);
    if (stat(reference, &st) == 0)
        return image_open_path(img, reference, err);
    Str before, after;
    if (str_cut(str_from(reference), ':', &before, &after) && !str_empty(after)) {
        const ImageSource *s = source_find(before);
        if (s)
            return s->open(img, after.p, err);
    }
    if (image_path_exists(reference))
        return image_open_path(img, reference, err);
    if (looks_like_path(reference))
        return error_errno(err, -errno, "%s", reference);
    return open_by_name(img, reference, err);
}

int image_open(const char *reference, const ImageOptions *options, Arena *a, Image **ret, Error *err) {
    _cleanup_(image_closep) Image *img = xcalloc(1, sizeof(*img));
    img->arena = a;
    img->options = *options;
    img->limits = options->limits ? *options->limits : limits_default();
    img->root_fd = -1;
    img->artifact.reference = arena_str(a, str_from(reference));
    if (str_empty(img->artifact.reference))
        return error_set(err, -EINVAL, "an empty image reference");
    errno = ENOENT;
    int r = open_reference(img, reference, err);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(img);
    return 0;
}

const Artifact *image_artifact(const Image *img) {
    return &img->artifact;
}

int image_root_fd(const Image *img) {
    return img->root_fd;
}

static LayerCompression from_content(Image *img, size_t layer, Error *err) {
    _cleanup_(blob_closep) BlobStream *s = NULL;
    int r = image_layer_open(img, layer, &s, err);
    if (r < 0)
        return LAYER_UNSUPPORTED;
    uint8_t head[6];
    size_t n = 0;
    while (n < sizeof(head)) {
        ssize_t got = blob_read(s, head + n, sizeof(head) - n, err);
        if (got < 0)
            return LAYER_UNSUPPORTED;
        if (got == 0)
            break;
        n += (size_t) got;
    }
    Compression c = compression_detect(head, n);
    switch (c) {
    case COMPRESSION_NONE:
        return LAYER_TAR;
    case COMPRESSION_GZIP:
        return LAYER_GZIP;
    case COMPRESSION_ZSTD:
        return LAYER_ZSTD;
    default:
        error_set(err, -ENOTSUP, "%s: layer %zu is compressed with %s, which no image format has", img->place, layer + 1, compression_name(c));
        return LAYER_UNSUPPORTED;
    }
}

LayerCompression image_layer_compression(Image *img, size_t layer, Error *err) {
    if (layer >= img->artifact.n_layers) {
        error_set(err, -EINVAL, "no layer %zu", layer);
        return LAYER_UNSUPPORTED;
    }
    if (img->layers_plain)
        return LAYER_TAR;
    Str type = img->artifact.layers[layer].media_type;
    LayerKind kind = str_empty(type) ? LAYER_KIND_PLAIN : layer_kind(type, NULL);
    if (kind == LAYER_KIND_ENCRYPTED || kind == LAYER_KIND_UNKNOWN) {
        error_set(err, -ENOTSUP, "%s: layer %zu is %s (media type '%.*s')", img->place, layer + 1,
                  kind == LAYER_KIND_ENCRYPTED ? "encrypted; decrypt the image first" : "of an unknown kind", STR_FMT(type));
        return LAYER_UNSUPPORTED;
    }
    /* Runtimes look at the bytes, whatever the media type says; where that costs a request, the type has to do. */
    if (img->local)
        return from_content(img, layer, err);
    return kind == LAYER_KIND_GZIP ? LAYER_GZIP : kind == LAYER_KIND_ZSTD ? LAYER_ZSTD : LAYER_TAR;
}

int image_layer_open(Image *img, size_t layer, BlobStream **ret, Error *err) {
    if (layer >= img->artifact.n_layers)
        return error_set(err, -EINVAL, "no layer %zu", layer);
    return img->layer_open(img, layer, ret, err);
}
