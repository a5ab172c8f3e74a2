/* SPDX-License-Identifier: Apache-2.0 */
/* From a reference to verified files: out of the cache, a registry, or an OCI layout on disk. */
#include "bundle/bundle.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/time.h"
#include "bundle/private.h"
#include "image/path.h"
#include "parse/node.h"
#include "parse/tar-index.h"

/* Where blobs of one bundle come from. */
typedef struct Origin {
    const char *place;          /* for messages */
    const char *cache;          /* NULL: none */
    Registry *registry;         /* or … */
    ImageFiles *files;          /* … a layout */
    Arena *arena;
} Origin;

static void origin_done(Origin *o) {
    registry_closep(&o->registry);
    image_files_freep(&o->files);
}

bool bundle_is_remote(const char *reference) {
    return strncmp(reference, "oci://", 6) == 0;
}

/* A tar, or compressed in a way that archives are. */
static bool is_archive(const char *path) {
    static const struct {
        size_t n;
        uint8_t bytes[6];
    } magics[] = {{2, {0x1F, 0x8B}}, {4, {0x28, 0xB5, 0x2F, 0xFD}}, {6, {0xFD, '7', 'z', 'X', 'Z', 0}}};
    uint8_t head[512] = {0};
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd >= 0 ? fs_pread_all(fd, head, sizeof(head), 0) : -1;
    for (size_t i = 0; n > 0 && i < ARRAY_SIZE(magics); i++)
        if ((size_t) n >= magics[i].n && memcmp(head, magics[i].bytes, magics[i].n) == 0)
            return true;
    return n == sizeof(head) && tar_is_header(head);
}

bool bundle_is_local(const char *reference) {
    _cleanup_free_ char *path = NULL;
    Selector select;
    struct stat st;
    if (bundle_is_remote(reference) || image_path_split(reference, &path, &select, NULL) < 0 || stat(path, &st) < 0)
        return false;
    _cleanup_free_ char *mark = xasprintf("%s/oci-layout", path);
    return S_ISDIR(st.st_mode) ? access(mark, F_OK) == 0 : S_ISREG(st.st_mode) && is_archive(path);
}

/* A blob as its origin has it, not verified. */
static int fetch(const Origin *o, Str digest, uint64_t size, Str *ret, Error *err) {
    if (o->files) {
        Str algorithm, hex;
        str_cut(digest, ':', &algorithm, &hex);
        _cleanup_free_ char *path = xasprintf("blobs/%.*s/%.*s", STR_FMT(algorithm), STR_FMT(hex));
        int r = image_files_read(o->files, str_from(path), size, o->arena, ret, err);
        return r == -ENOENT ? error_set(err, r, "%s: %s is missing", o->place, path) : r;
    }
    if (!o->registry)
        return error_set(err, -ENOENT, "%s: %.*s is not in the cache", o->place, STR_FMT(digest));
    _cleanup_(registry_blob_closep) RegistryBlob *blob = NULL;
    char *bytes = arena_bytes(o->arena, size + 1);
    int r = registry_blob_open(o->registry, digest, size, &blob, err);
    for (uint64_t at = 0; r >= 0 && at < size;) {
        ssize_t n = registry_blob_read(blob, bytes + at, size - at, err);
        if (n <= 0)
            return n < 0 ? (int) n : error_set(err, -EBADMSG, "%s: %.*s ends after %" PRIu64 " bytes of %" PRIu64, o->place, STR_FMT(digest), at, size);
        at += (uint64_t) n;
    }
    if (r < 0)
        return r;
    bytes[size] = 0;
    *ret = str_n(bytes, size);
    return 0;
}

static int get_file(const Origin *o, const BundleLayer *l, Str *ret, Error *err) {
    if (bundle_cache_get(o->cache, l->digest, l->size, o->arena, ret) && ret->n == l->size)
        return 0;
    int r = fetch(o, l->digest, l->size, ret, err);
    if (r < 0)
        return r;
    if (ret->n != l->size || !digest_matches(l->digest, ret->p, ret->n))
        return error_set(err, -EBADMSG, "%s: the bytes of %.*s are not those of its digest %.*s", o->place, STR_FMT(l->name), STR_FMT(l->digest));
    bundle_cache_put(o->cache, l->digest, *ret);
    return 0;
}

static int get_files(const Origin *o, Str manifest, Bundle *b, Error *err) {
    BundleLayer *layers;
    size_t n;
    int r = bundle_manifest_read(manifest, o->place, o->arena, &layers, &n, err);
    if (r < 0)
        return r;
    b->files = arena_alloc(o->arena, n * sizeof(*b->files));
    if (!b->files)
        return error_set(err, -E2BIG, "%s: the bundle is larger than it may be", o->place);
    for (size_t i = 0; i < n && r == 0; i++) {
        b->files[i].name = layers[i].name;
        r = get_file(o, &layers[i], &b->files[i].text, err);
    }
    b->n_files = n;
    return r;
}

/* Failures after which what a tag named before may hold; all others are answers. */
static bool is_absence(int r) {
    return r == -EHOSTUNREACH || r == -ETIMEDOUT || r == -ECONNRESET || r == -EREMOTEIO || r == -EBUSY;
}

static void warn(const BundleOptions *options, const char *fmt, ...) _printf_(2, 3);
static void warn(const BundleOptions *options, const char *fmt, ...) {
    va_list ap;
    char *text = NULL;
    va_start(ap, fmt);
    if (options->warning && vasprintf(&text, fmt, ap) >= 0)
        options->warning(options->userdata, text);
    va_end(ap);
    free(text);
}

/* What the cache says that the tag named; `why` is what keeps us from asking. */
static int from_memory(const Origin *o, const RegistryRef *ref, const BundleOptions *options, Bundle *b, Str *ret, const char *why) {
    Str digest;
    int64_t when;
    char date[TIME_TEXT_MAX];
    if (!bundle_cache_tag(o->cache, ref->text, o->arena, &digest, &when) || !bundle_cache_get(o->cache, digest, BUNDLE_MANIFEST_MAX, o->arena, ret))
        return -ENOENT;
    snprintf(b->digest, sizeof(b->digest), "%.*s", STR_FMT(digest));
    b->asked = when;
    b->stale = !options->cached;
    if (options->cached)
        return 0;
    warn(options, "%s: %s; what it was on %s is used, %s", o->place, why, time_format(when, date), b->digest);
    return 0;
}

static int remote_manifest(const Origin *o, const RegistryRef *ref, const BundleOptions *options, Bundle *b, Str *ret, Error *err) {
    if (ref->digest.n && bundle_cache_get(o->cache, ref->digest, BUNDLE_MANIFEST_MAX, o->arena, ret)) {
        snprintf(b->digest, sizeof(b->digest), "%.*s", STR_FMT(ref->digest));
        return 0;
    }
    RegistryManifest m = {0};
    _cleanup_error_ Error why = {0};
    if (options->cached)
        return from_memory(o, ref, options, b, ret, "") == 0 ? 0 : error_set(err, -ENOENT, "%s: it is not in the cache", o->place);
    int r = registry_manifest_get(o->registry, ref->digest.n ? ref->digest : ref->tag, BUNDLE_MANIFEST_MAX, &m, &why);
    if (is_absence(r) && !ref->digest.n && from_memory(o, ref, options, b, ret, error_text(&why, r)) == 0)
        return 0;
    if (r < 0)
        return error_set(err, r, "%s: %s", o->place, error_text(&why, r));
    *ret = arena_str(o->arena, str_n(m.bytes, m.n));
    snprintf(b->digest, sizeof(b->digest), "%s", m.digest);
    registry_manifest_done(&m);
    bundle_cache_put(o->cache, str_from(b->digest), *ret);
    return 0;
}

static int open_remote(const char *reference, const BundleOptions *options, Bundle *b, Error *err) {
    _cleanup_error_ Error unusable = {0};
    _cleanup_(origin_done) Origin o = {.place = reference, .cache = options->cache_dir, .arena = &b->arena};
    RegistryRef ref;
    Str manifest = STR_NULL;
    if (o.cache && !bundle_cache_usable(o.cache, !options->cached, &unusable)) {
        warn(options, "no cache of policy bundles: %s", error_text(&unusable, -EACCES));
        o.cache = NULL;
    }
    int r = registry_ref_parse(str_from(reference + strlen("oci://")), &b->arena, &ref, err);
    if (r >= 0 && !options->cached)
        r = registry_open(&ref, options->registry, &o.registry, err);
    if (r >= 0)
        r = remote_manifest(&o, &ref, options, b, &manifest, err);
    if (r >= 0)
        r = get_files(&o, manifest, b, err);
    /* Only what can be used whole is remembered. */
    if (r >= 0 && !ref.digest.n && !b->stale && !options->cached) {
        bundle_cache_set_tag(o.cache, ref.text, str_from(b->digest));
        b->asked = time_now();
    }
    return r;
}

static bool is_chosen(const Node *n, const Selector *s, size_t number) {
    Str name = node_get_str(node_get(n, "annotations"), "org.opencontainers.image.ref.name"), digest = node_get_str(n, "digest");
    if (s->name.n)
        return str_eq(name, s->name) || (name.n && image_name_matches(name, s->name));
    if (s->digest.n)
        return str_starts(digest, s->digest);
    return s->number < 0 || (size_t) s->number == number;
}

/* The one manifest of the layout that the reference names. */
static int choose(const Origin *o, const Selector *s, BundleLayer *ret, Error *err) {
    _cleanup_(buf_done) Buf names = buf_new(16 * 1024);
    Limits limits = limits_default();
    Str text;
    Node *root;
    size_t number = 0, found = 0;
    int r = image_files_read(o->files, STR("index.json"), limits.manifest_bytes, o->arena, &text, err);
    if (r < 0)
        return r == -ENOENT ? error_set(err, -EBADMSG, "%s: no OCI layout: index.json is missing", o->place) : r;
    r = image_json(text, "index.json", &limits, o->arena, &root, err);
    if (r < 0)
        return error_wrap(err, r, "%s", o->place);
    node_each(n, node_get(root, "manifests")) {
        Str name = node_get_str(node_get(n, "annotations"), "org.opencontainers.image.ref.name"), digest = node_get_str(n, "digest");
        int64_t size;
        if (digest_parse(digest, NULL, NULL) < 0 || node_i64(node_get(n, "size"), &size) < 0 || size <= 0 || size > BUNDLE_MANIFEST_MAX)
            return error_set(err, -EBADMSG, "%s: index.json: manifest %zu has no good digest and size", o->place, number);
        buf_printf(&names, "%s%.*s%s%.*s", names.n ? ", " : "", STR_FMT(name), name.n ? " " : "", STR_FMT(digest));
        if (is_chosen(n, s, number++) && found++ == 0)
            *ret = (BundleLayer) {.digest = digest, .size = (uint64_t) size};
    }
    if (found == 1)
        return 0;
    return error_set(err, found ? -EINVAL : -ENOENT, "%s: %s; there are: %s", o->place, found ? "it holds several artifacts: name one, PATH:TAG or PATH@DIGEST" : "no such artifact in it",
                     names.n ? names.p : "none");
}

static int open_local(const char *reference, const BundleOptions *options, Bundle *b, Error *err) {
    _cleanup_free_ char *path = NULL;
    _cleanup_(origin_done) Origin o = {.place = reference, .arena = &b->arena};
    const ImageOptions image = {.temp_dir = options->temp_dir};
    const Limits limits = limits_default();
    Selector select;
    BundleLayer top = {0};
    Str manifest;
    int r = image_path_split(reference, &path, &select, err);
    if (r >= 0)
        r = image_files_open(path, &image, &limits, &o.files, err);
    if (r >= 0)
        r = choose(&o, &select, &top, err);
    if (r >= 0)
        r = fetch(&o, top.digest, top.size, &manifest, err);
    if (r >= 0 && (manifest.n != top.size || !digest_matches(top.digest, manifest.p, manifest.n)))
        r = error_set(err, -EBADMSG, "%s: the bytes of the manifest are not those of its digest %.*s", reference, STR_FMT(top.digest));
    if (r < 0)
        return r;
    snprintf(b->digest, sizeof(b->digest), "%.*s", STR_FMT(top.digest));
    return get_files(&o, manifest, b, err);
}

int bundle_open(const char *reference, const BundleOptions *options, Bundle *ret, Error *err) {
    *ret = (Bundle) {.asked = TIME_NONE};
    int r = bundle_is_remote(reference) ? open_remote(reference, options, ret, err) : open_local(reference, options, ret, err);
    if (r < 0)
        bundle_done(ret);
    return r;
}

void bundle_done(Bundle *b) {
    arena_done(&b->arena);
    b->files = NULL;
    b->n_files = 0;
}
