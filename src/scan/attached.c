/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/attached.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/vec.h"
#include "image/manifest.h"
#include "parse/node.h"

enum {
    REFERRERS_MAX = 200,
    DOCUMENTS_MAX = 100,
};
#define DOCUMENT_MAX ((uint64_t) 256 << 20)

typedef struct Document {
    Str digest, media_type, artifact_type;
    uint64_t size;
} Document;

typedef struct Collect {
    Registry *registry;
    const Limits *limits;
    AttachedKind kind;
    Arena arena;
    Str subject;             /* whose referrers are read */
    Str repository;          /* for names */
    Vec(Str) referrers;      /* digests of their manifests */
    Vec(Document) documents;
} Collect;

static int on_page(void *userdata, Str json, Error *err) {
    Collect *c = userdata;
    Node *root;
    int r = image_json(arena_str(&c->arena, json), "referrers", c->limits, &c->arena, &root, err);
    if (r < 0)
        return r;
    node_each(n, node_get(root, "manifests")) {
        Str digest = node_get_str(n, "digest");
        bool known = !registry_digest_valid(digest);
        for (size_t i = 0; i < c->referrers.n && !known; i++)
            known = str_eq(c->referrers.p[i], digest);
        if (known)
            continue;
        if (c->referrers.n == REFERRERS_MAX)
            return error_set(err, -E2BIG, "more than %d documents are attached to %.*s", REFERRERS_MAX, STR_FMT(c->subject));
        vec_push(&c->referrers, digest);
    }
    return 0;
}

/* May a document of this type be what is looked for? Envelopes (DSSE, in-toto, bundles of sigstore) are opened to find out. */
static bool wanted(AttachedKind kind, Str type) {
    static const char *const vex[] = {"vex", "csaf", "cyclonedx", "in-toto", "dsse", "sigstore.bundle"};
    static const char *const sbom[] = {"cyclonedx", "spdx"};
    const char *const *words = kind == ATTACHED_VEX ? vex : sbom;
    for (size_t i = 0, n = kind == ATTACHED_VEX ? ARRAY_SIZE(vex) : ARRAY_SIZE(sbom); i < n; i++)
        if (str_find(type, str_from(words[i])) >= 0)
            return true;
    return false;
}

/* The layers of an artifact's manifest (image-spec, "Guidelines for Artifact Usage"). In an index of a tag the types are those of configurations, so that
 * only the manifest tells. */
static int read_artifact(Collect *c, Str what, bool must_refer, Error *err) {
    _cleanup_(registry_manifest_done) RegistryManifest m = {0};
    Node *root;
    int r = registry_manifest_get(c->registry, what, (size_t) c->limits->manifest_bytes, &m, err);
    if (r >= 0)
        r = image_json(arena_str(&c->arena, str_n(m.bytes, m.n)), "attached manifest", c->limits, &c->arena, &root, err);
    if (r < 0)
        return r;
    if (must_refer && !str_eq(node_str(node_path(root, "subject", "digest", NULL)), c->subject))
        return 0; /* listed, but attached to something else */
    Str artifact_type = node_get_str(root, "artifactType");
    if (str_empty(artifact_type))
        artifact_type = node_str(node_path(root, "config", "mediaType", NULL));
    node_each(layer, node_get(root, "layers")) {
        Document d = {.digest = node_get_str(layer, "digest"), .media_type = node_get_str(layer, "mediaType"), .artifact_type = artifact_type};
        int64_t size = -1;
        (void) node_i64(node_get(layer, "size"), &size);
        if (!registry_digest_valid(d.digest) || size < 0 || (!wanted(c->kind, d.media_type) && !wanted(c->kind, artifact_type)))
            continue;
        d.size = (uint64_t) size;
        bool known = false;
        for (size_t i = 0; i < c->documents.n && !known; i++)
            known = str_eq(c->documents.p[i].digest, d.digest);
        if (known)
            continue;
        if (c->documents.n == DOCUMENTS_MAX)
            return error_set(err, -E2BIG, "more than %d documents are attached to %.*s", DOCUMENTS_MAX, STR_FMT(c->subject));
        vec_push(&c->documents, d);
    }
    return 0;
}

static int read_subject(Collect *c, Str subject, Error *err) {
    Str algorithm, hex;
    c->subject = subject;
    c->referrers.n = 0;
    int r = registry_referrers(c->registry, subject, (size_t) c->limits->manifest_bytes, on_page, c, err);
    for (size_t i = 0; r >= 0 && i < c->referrers.n; i++)
        r = read_artifact(c, c->referrers.p[i], true, err);
    if (r < 0)
        return r;
    _cleanup_error_ Error none = {0};
    str_cut(subject, ':', &algorithm, &hex);
    r = read_artifact(c, arena_printf(&c->arena, "%.*s-%.*s.att", STR_FMT(algorithm), STR_FMT(hex)), false, &none);
    return r == -ENOENT ? 0 : r < 0 ? error_set(err, r, "%s", error_text(&none, r)) : 0;
}

/* The index that the reference names, when the image was chosen out of it; empty otherwise. */
static int find_index(Collect *c, const RegistryRef *ref, const Artifact *image, Str *ret, Error *err) {
    _cleanup_(registry_manifest_done) RegistryManifest m = {0};
    Manifest index;
    *ret = STR_NULL;
    int r = registry_manifest_get(c->registry, !str_empty(ref->digest) ? ref->digest : ref->tag, (size_t) c->limits->manifest_bytes, &m, err);
    if (r < 0)
        return r;
    if (str_eqz(image->digest, m.digest) || manifest_parse(arena_str(&c->arena, str_n(m.bytes, m.n)), "index", str_from(m.media_type), c->limits, &c->arena, &index, NULL) < 0 || !index.is_index)
        return 0;
    for (size_t i = 0; i < index.n_items; i++)
        if (str_eq(index.items[i].digest, image->digest))
            *ret = arena_str(&c->arena, str_from(m.digest));
    return 0;
}

static int fetch(Collect *c, const Document *d, int *ret_fd, Error *err) {
    _cleanup_(registry_blob_closep) RegistryBlob *b = NULL;
    _cleanup_fd_ int fd = memfd_create("attached", MFD_CLOEXEC);
    Str algorithm, hex;
    char got[DIGEST_HEX_MAX + 1];
    str_cut(d->digest, ':', &algorithm, &hex);
    if (fd < 0)
        return error_errno(err, -errno, "memory for an attached document");
    if (d->size > DOCUMENT_MAX)
        return error_set(err, -E2BIG, "the attached document %.*s has %llu bytes, more than %llu", STR_FMT(d->digest), (unsigned long long) d->size, (unsigned long long) DOCUMENT_MAX);
    int r = registry_blob_open(c->registry, d->digest, d->size, &b, err);
    if (r < 0)
        return r;
    _cleanup_(hasher_freep) Hasher *h = hasher_new(str_eqz(algorithm, "sha512") ? DIGEST_SHA512 : str_eqz(algorithm, "sha384") ? DIGEST_SHA384 : DIGEST_SHA256);
    for (;;) {
        char chunk[64 * 1024];
        ssize_t n = registry_blob_read(b, chunk, sizeof(chunk), err);
        if (n < 0)
            return (int) n;
        if (n == 0)
            break;
        hasher_add(h, chunk, (size_t) n);
        r = fs_write_all(fd, chunk, (size_t) n);
        if (r < 0)
            return error_errno(err, r, "memory for an attached document");
    }
    hasher_hex(h, got);
    if (!str_eqz(hex, got))
        return error_set(err, -EBADMSG, "the bytes of the attached document %.*s have another digest: %s", STR_FMT(d->digest), got);
    *ret_fd = take_fd(&fd);
    return 0;
}

static int cmp_document(const void *a, const void *b) {
    return str_cmp(((const Document *) a)->digest, ((const Document *) b)->digest);
}

static int hand_over(Collect *c, int (*each)(void *, const Attached *, Error *), void *userdata, Error *err) {
    vec_sort(&c->documents, cmp_document);
    for (size_t i = 0; i < c->documents.n; i++) {
        const Document *d = &c->documents.p[i];
        _cleanup_fd_ int fd = -1;
        int r = fetch(c, d, &fd, err);
        if (r < 0)
            return r;
        _cleanup_free_ char *name = xasprintf("%.*s@%.*s (attached)", STR_FMT(c->repository), STR_FMT(d->digest));
        Attached a = {.name = name, .digest = d->digest, .media_type = wanted(c->kind, d->media_type) ? d->media_type : d->artifact_type, .fd = fd};
        r = each(userdata, &a, err);
        if (r != 0)
            return r;
    }
    return 0;
}

static int parse_reference(const Artifact *image, Arena *a, RegistryRef *ret, Error *err) {
    Str reference = image->reference, source, rest;
    /* "registry:debian:12": the name of the source may stand in front. */
    if (str_cut(reference, ':', &source, &rest) && str_eqz(source, "registry"))
        reference = rest;
    if (image->kind != ARTIFACT_IMAGE || str_empty(image->digest) || registry_ref_parse(reference, a, ret, NULL) < 0)
        return error_set(err, -ENOTSUP, "%.*s is no image of a registry: nothing can be attached to it there", STR_FMT(image->reference));
    return 0;
}

int scan_attached(const Artifact *image, const RegistryOptions *options, const Limits *limits, AttachedKind kind, int (*each)(void *userdata, const Attached *a, Error *err),
                  void *userdata, Error *err) {
    Collect c = {.limits = limits, .kind = kind};
    RegistryRef ref;
    Str index = STR_NULL;
    int r = parse_reference(image, &c.arena, &ref, err);
    if (r >= 0)
        r = registry_open(&ref, options, &c.registry, err);
    if (r >= 0) {
        c.repository = arena_printf(&c.arena, "%.*s/%.*s", STR_FMT(ref.host), STR_FMT(ref.repository));
        r = find_index(&c, &ref, image, &index, err);
    }
    if (r >= 0)
        r = read_subject(&c, image->digest, err);
    if (r >= 0 && !str_empty(index))
        r = read_subject(&c, index, err);
    if (r >= 0)
        r = hand_over(&c, each, userdata, err);
    if (c.registry)
        registry_close(c.registry);
    vec_done(&c.referrers);
    vec_done(&c.documents);
    arena_done(&c.arena);
    return r;
}
