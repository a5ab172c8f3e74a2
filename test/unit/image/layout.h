/* SPDX-License-Identifier: Apache-2.0 */
/* Hand-built image layouts for the unit tests: blobs are written under their digest, documents as JSON text. */
#pragma once

#include <ftw.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "image/image.h"
#include "model/digest.h"

#define OCI_TYPE "application/vnd.oci.image."

typedef struct TestLayout {
    char dir[64];
} TestLayout;

static inline void layout_write(const TestLayout *l, const char *name, Str bytes) {
    _cleanup_free_ char *path = xasprintf("%s/%s", l->dir, name), *parent = xstrdup(path);
    *strrchr(parent, '/') = 0;
    if (fs_mkdir_p(parent, NULL) < 0 || fs_write_atomic(path, bytes.p ? bytes.p : "", bytes.n, 0644, NULL) < 0)
        abort();
}

/* A blob; its descriptor, with further members from `more` (", \"x\": 1" or ""), is the caller's to free. */
static inline char *layout_blob(const TestLayout *l, const char *media_type, Str bytes, const char *more) {
    char digest[72];
    digest_sha256(bytes.p, bytes.n, digest);
    _cleanup_free_ char *name = xasprintf("blobs/sha256/%s", digest + 7);
    layout_write(l, name, bytes);
    return xasprintf("{\"mediaType\": \"%s\", \"digest\": \"%s\", \"size\": %zu%s}", media_type, digest, bytes.n, more);
}

static inline void layout_start(TestLayout *l) {
    const char *tmp = getenv("TMPDIR");
    snprintf(l->dir, sizeof(l->dir), "%s/plimsoll-layout.XXXXXX", tmp && strlen(tmp) < 30 ? tmp : "/var/tmp");
    if (!mkdtemp(l->dir))
        abort();
}

/* Manifest of one plain layer ("layer bytes") and a configuration with this platform; its descriptor. */
static inline char *layout_image(const TestLayout *l, const char *os, const char *arch, const char *more) {
    Str layer = STR("layer bytes");
    char diff_id[72];
    digest_sha256(layer.p, layer.n, diff_id);
    _cleanup_free_ char *config_text =
        xasprintf("{\"os\": \"%s\", \"architecture\": \"%s\", \"created\": \"2025-01-02T03:04:05Z\", \"config\": {\"User\": \"1000\"}, "
                  "\"rootfs\": {\"type\": \"layers\", \"diff_ids\": [\"%s\"]}, \"history\": [{\"created_by\": \"ENV A=b\", \"empty_layer\": true}, "
                  "{\"created_by\": \"COPY . /\"}]}",
                  os, arch, diff_id);
    _cleanup_free_ char *config = layout_blob(l, OCI_TYPE "config.v1+json", str_from(config_text), "");
    _cleanup_free_ char *layer_descriptor = layout_blob(l, OCI_TYPE "layer.v1.tar", layer, "");
    _cleanup_free_ char *manifest = xasprintf("{\"schemaVersion\": 2, \"config\": %s, \"layers\": [%s]}", config, layer_descriptor);
    return layout_blob(l, OCI_TYPE "manifest.v1+json", str_from(manifest), more);
}

/* index.json of these descriptors (", "-joined) and oci-layout. */
static inline void layout_index(const TestLayout *l, const char *descriptors) {
    _cleanup_free_ char *index = xasprintf("{\"schemaVersion\": 2, \"manifests\": [%s]}", descriptors);
    layout_write(l, "index.json", str_from(index));
    layout_write(l, "oci-layout", STR("{\"imageLayoutVersion\": \"1.0.0\"}"));
}

static inline int layout_remove_one(const char *path, const struct stat *st, int type, struct FTW *f) {
    return remove(path);
}
static inline void layout_done(TestLayout *l) {
    nftw(l->dir, layout_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
