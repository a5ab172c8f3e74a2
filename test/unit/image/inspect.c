/* SPDX-License-Identifier: Apache-2.0 */
/* image-inspect [--source S] [--platform P] REFERENCE: what image_open() sees, one "name value" a line, and each layer read to
 * its end with both digests compared. For the shell tests of real images. Exit code 1: an error, 3: a bad layer. */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/worker.h"
#include "image/image.h"
#include "model/digest.h"
#include "parse/decompress.h"

typedef struct Source {
    BlobStream *stream;
    Hasher *stored;
    uint64_t n;
    Error *err;
} Source;

static ssize_t source_read(void *userdata, void *p, size_t n) {
    Source *s = userdata;
    ssize_t got = blob_read(s->stream, p, n, s->err);
    if (got > 0) {
        hasher_add(s->stored, p, (size_t) got);
        s->n += (uint64_t) got;
    }
    return got;
}

static int layer(Image *img, size_t i) {
    static char buf[1 << 18];
    const LayerInfo *l = &image_artifact(img)->layers[i];
    _cleanup_error_ Error err = {0};
    static const char *const names[] = {"tar", "gzip", "zstd", "unsupported"};
    LayerCompression c = image_layer_compression(img, i, &err);
    printf("layer %zu %s\n", i, names[c]);
    printf("created_by %zu %.*s\n", i, STR_FMT(l->created_by));
    if (c == LAYER_UNSUPPORTED) {
        printf("error %zu %s\n", i, error_text(&err, -ENOTSUP));
        return 3;
    }
    Source s = {.stored = hasher_new(DIGEST_SHA256), .err = &err};
    int r = image_layer_open(img, i, &s.stream, &err);
    if (r < 0) {
        printf("error %zu %s\n", i, error_text(&err, r));
        hasher_free(s.stored);
        return 3;
    }
    static const Compression kinds[] = {COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD};
    Decompressor *d = decompressor_new(kinds[c], source_read, &s);
    Hasher *plain = hasher_new(DIGEST_SHA256);
    ssize_t n;
    while ((n = decompressor_read(d, buf, sizeof(buf), err.message ? NULL : &err)) > 0)
        hasher_add(plain, buf, (size_t) n);
    char stored_hex[DIGEST_HEX_MAX + 1], plain_hex[DIGEST_HEX_MAX + 1];
    hasher_hex(s.stored, stored_hex);
    hasher_hex(plain, plain_hex);
    Str want_stored = STR_NULL, want_plain = STR_NULL;
    bool stated = digest_parse(l->digest, NULL, &want_stored) == 0;
    (void) digest_parse(l->diff_id, NULL, &want_plain);
    bool good = n == 0 && (!stated || str_eqz(want_stored, stored_hex)) && str_eqz(want_plain, plain_hex);
    printf("bytes %zu %llu\nverified %zu %s\n", i, (unsigned long long) s.n, i, good ? "yes" : "no");
    if (n < 0)
        printf("error %zu %s\n", i, error_text(&err, (int) n));
    decompressor_free(d);
    hasher_free(s.stored);
    hasher_free(plain);
    blob_close(s.stream);
    return good ? 0 : 3;
}

int main(int argc, char **argv) {
    _cleanup_error_ Error err = {0};
    _cleanup_(arena_done) Arena a = {0};
    ImageOptions o = {.temp_dir = getenv("TMPDIR")};
    int r = worker_init(&err), at = 1;
    for (; r == 0 && at + 1 < argc && argv[at][0] == '-' && argv[at][1] == '-'; at += 2) {
        if (str_eqz(STR("--source"), argv[at]))
            o.source = argv[at + 1];
        else if (str_eqz(STR("--platform"), argv[at]))
            r = platform_parse(str_from(argv[at + 1]), &o.platform, &err);
        else if (str_eqz(STR("--plain-http"), argv[at]))
            o.registry.plain_http = true, at--;
    }
    if (r == 0 && at + 1 != argc)
        r = error_set(&err, -EINVAL, "usage: image-inspect [--source S] [--platform P] [--plain-http] REFERENCE");
    _cleanup_(image_closep) Image *img = NULL;
    if (r == 0)
        r = image_open(argv[at], &o, &a, &img, &err);
    if (r < 0) {
        fprintf(stderr, "image-inspect: %s\n", error_text(&err, r));
        return 1;
    }
    const Artifact *f = image_artifact(img);
    char created[TIME_TEXT_MAX];
    printf("kind %s\n", artifact_kind_name(f->kind));
    if (f->kind == ARTIFACT_DIRECTORY) {
        printf("root %s\n", image_root_fd(img) >= 0 ? "yes" : "no");
        return 0;
    }
    printf("digest %.*s\nid %.*s\nplatform %.*s/%.*s\ncreated %s\nuser %.*s\nlayers %zu\n", STR_FMT(f->digest), STR_FMT(f->image_id),
           STR_FMT(f->os), STR_FMT(f->arch), time_format(f->created, created), STR_FMT(f->user), f->n_layers);
    for (size_t i = 0; i < f->n_repo_tags; i++)
        printf("tag %.*s\n", STR_FMT(f->repo_tags[i]));
    int worst = 0;
    for (size_t i = 0; i < f->n_layers; i++) {
        int code = layer(img, i);
        worst = MAX(worst, code);
    }
    return worst;
}
