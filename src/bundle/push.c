/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "bundle/private.h"

static int by_name(const void *a, const void *b) {
    return str_cmp(((const BundleFile *) a)->name, ((const BundleFile *) b)->name);
}

/* Files that a reader would refuse are refused here. */
static int check(const BundleFile *files, size_t n, Error *err) {
    uint64_t bytes = 0;
    if (n == 0)
        return error_set(err, -EINVAL, "there is no rules file to send");
    if (n > BUNDLE_FILES_MAX)
        return error_set(err, -E2BIG, "%zu files, a policy bundle has at most %d", n, BUNDLE_FILES_MAX);
    for (size_t i = 0; i < n; i++) {
        const BundleFile *f = &files[i];
        int r = bundle_name_check(f->name, err);
        if (r < 0)
            return error_wrap(err, r, "%.*s", STR_FMT(f->name));
        if (i && str_eq(f->name, files[i - 1].name))
            return error_set(err, -EINVAL, "two files would be called %.*s", STR_FMT(f->name));
        if (!f->text.n)
            return error_set(err, -EINVAL, "%.*s is empty", STR_FMT(f->name));
        if (f->text.n > BUNDLE_FILE_MAX || (bytes += f->text.n) > BUNDLE_BYTES_MAX)
            return error_set(err, -E2BIG, "%.*s: a file of a policy bundle has at most %d bytes, all of them together %d", STR_FMT(f->name), BUNDLE_FILE_MAX, BUNDLE_BYTES_MAX);
    }
    return 0;
}

static int send(Registry *registry, Str tag, const BundleFile *files, size_t n, Arena *a, BundlePushed *ret, Error *err) {
    static const Str empty = STR("{}");
    _cleanup_(buf_done) Buf manifest = buf_new(BUNDLE_MANIFEST_MAX);
    BundleLayer *layers = arena_alloc(a, n * sizeof(*layers));
    char digest[72];
    for (size_t i = 0; i < n; i++) {
        digest_sha256(files[i].text.p, files[i].text.n, digest);
        layers[i] = (BundleLayer) {files[i].name, arena_str(a, str_from(digest)), files[i].text.n};
    }
    bundle_manifest_write(layers, n, &manifest);
    if (manifest.failed)
        return error_set(err, -E2BIG, "the manifest would have more than %d bytes", BUNDLE_MANIFEST_MAX);
    digest_sha256(empty.p, empty.n, digest);
    int r = registry_blob_push(registry, str_from(digest), empty, NULL, err);
    for (size_t i = 0; i < n && r == 0; i++) {
        bool there = false;
        r = registry_blob_push(registry, layers[i].digest, files[i].text, &there, err);
        ret->sent += r == 0 && !there;
    }
    digest_sha256(manifest.p, manifest.n, ret->digest);
    return r < 0 ? r : registry_manifest_push(registry, tag, "application/vnd.oci.image.manifest.v1+json", buf_view(&manifest), err);
}

int bundle_push(const char *reference, const BundleFile *files, size_t n, const BundleOptions *options, BundlePushed *ret, Error *err) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(registry_closep) Registry *registry = NULL;
    RegistryRef ref;
    *ret = (BundlePushed) {0};
    BundleFile *sorted = arena_alloc(&a, (n + 1) * sizeof(*sorted));
    if (n) {
        memcpy(sorted, files, n * sizeof(*sorted));
        qsort(sorted, n, sizeof(*sorted), by_name);
    }
    int r = registry_ref_parse(str_from(bundle_is_remote(reference) ? reference + strlen("oci://") : reference), &a, &ref, err);
    if (r >= 0 && ref.digest.n)
        r = error_set(err, -EINVAL, "%s: a digest comes from what is sent; name a tag", reference);
    if (r >= 0)
        r = check(sorted, n, err);
    if (r >= 0)
        r = registry_open(&ref, options->registry, &registry, err);
    return r < 0 ? r : send(registry, ref.tag, sorted, n, &a, ret, err);
}
