/* SPDX-License-Identifier: Apache-2.0 */
/* Images of a registry. */
#include "base/alloc.h"
#include "image/sources.h"

typedef struct RemoteState {
    Registry *registry;
    Descriptor top;      /* what the reference named, read already */
    Str top_bytes;
} RemoteState;

static void remote_free(void *state) {
    RemoteState *s = state;
    if (s->registry)
        registry_close(s->registry);
    free(s);
}

static int remote_manifest(Image *img, Str what, uint64_t max, Str *ret, Str *ret_type, Str *ret_digest, Error *err) {
    RemoteState *s = img->state;
    _cleanup_(registry_manifest_done) RegistryManifest m = {0};
    int r = registry_manifest_get(s->registry, what, (size_t) max, &m, err);
    if (r < 0)
        return r;
    *ret = arena_str(img->arena, str_n(m.bytes, m.n));
    *ret_type = arena_str(img->arena, str_from(m.media_type));
    *ret_digest = arena_str(img->arena, str_from(m.digest));
    return ret->p || !m.n ? 0 : error_errno(err, -E2BIG, "%s", img->place);
}

static bool is_manifest_type(Str t) {
    return str_starts(t, STR("application/vnd.oci.image.manifest.")) || str_starts(t, STR("application/vnd.oci.image.index.")) ||
           str_starts(t, STR("application/vnd.docker.distribution.manifest."));
}

static int remote_read_blob(Image *img, const Descriptor *d, uint64_t max, Str *ret, Error *err) {
    RemoteState *s = img->state;
    if (str_eq(d->digest, s->top.digest)) {
        *ret = s->top_bytes;
        return 0;
    }
    if (is_manifest_type(d->media_type)) {
        Str type, digest;
        return remote_manifest(img, d->digest, max, ret, &type, &digest, err);
    }
    _cleanup_(registry_blob_closep) RegistryBlob *b = NULL;
    int r = registry_blob_open(s->registry, d->digest, d->size, &b, err);
    if (r < 0)
        return r;
    char *p = arena_bytes(img->arena, (size_t) d->size + 1);
    if (!p)
        return error_errno(err, -E2BIG, "reading it");
    size_t n = 0;
    while (n < d->size) {
        ssize_t got = registry_blob_read(b, p + n, (size_t) d->size - n, err);
        if (got < 0)
            return (int) got;
        if (got == 0)
            break;
        n += (size_t) got;
    }
    *ret = str_n(p, n);
    return 0;
}

typedef struct RemoteStream {
    BlobStream base;
    RegistryBlob *blob;
} RemoteStream;

static ssize_t remote_stream_read(BlobStream *s, void *p, size_t n, Error *err) {
    return registry_blob_read(((RemoteStream *) s)->blob, p, n, err);
}

static void remote_stream_close(BlobStream *s) {
    registry_blob_close(((RemoteStream *) s)->blob);
    free(s);
}

static int remote_layer_open(Image *img, size_t layer, BlobStream **ret, Error *err) {
    RemoteState *s = img->state;
    const LayerInfo *l = &img->artifact.layers[layer];
    RegistryBlob *b;
    int r = registry_blob_open(s->registry, l->digest, l->size, &b, err);
    if (r == -ENOENT) {
        bool foreign;
        (void) layer_kind(l->media_type, &foreign);
        return error_wrap(err, r, "%s: layer %zu%s", img->place, layer + 1, foreign ? " (a foreign layer, which is fetched from elsewhere)" : "");
    }
    if (r < 0)
        return error_wrap(err, r, "%s: layer %zu", img->place, layer + 1);
    RemoteStream *stream = xcalloc(1, sizeof(*stream));
    *stream = (RemoteStream) {{remote_stream_read, remote_stream_close}, b};
    *ret = &stream->base;
    return 0;
}

int source_registry_open(Image *img, const char *reference, Error *err) {
    RegistryRef ref;
    int r = registry_ref_parse(str_from(reference), img->arena, &ref, err);
    if (r < 0)
        return r;
    RemoteState *s = xcalloc(1, sizeof(*s));
    img->state = s;
    img->state_free = remote_free;
    img->read_blob = remote_read_blob;
    img->layer_open = remote_layer_open;
    img->place = xasprintf("%.*s", STR_FMT(ref.text));
    r = registry_open(&ref, &img->options.registry, &s->registry, err);
    if (r < 0)
        return r;
    Str what = !str_empty(ref.digest) ? ref.digest : ref.tag;
    r = remote_manifest(img, what, img->limits.manifest_bytes, &s->top_bytes, &s->top.media_type, &s->top.digest, err);
    if (r < 0)
        return r;
    s->top.size = s->top_bytes.n;
    if (str_empty(ref.digest)) {
        img->artifact.repo_tags = arena_new(img->arena, Str);
        if (!img->artifact.repo_tags)
            return error_errno(err, -E2BIG, "%s", img->place);
        img->artifact.repo_tags[0] = ref.text;
        img->artifact.n_repo_tags = 1;
        img->artifact.tag = ref.text;
    }
    return image_resolve(img, &s->top, err);
}
