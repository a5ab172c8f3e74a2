/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests and blobs: each server in its order until one has what is asked. */
#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "registry/registry-private.h"

/* What we can read: an index or a manifest, of OCI or of Docker's schema 2. */
static const char *const manifest_headers[] = {
    "Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json",
    NULL,
};

struct RegistryBlob {
    Registry *registry;
    RegistryEndpoint *endpoint;
    HttpStream *stream;
    char *digest;
    uint64_t size;  /* UINT64_MAX: not known */
    uint64_t given; /* bytes that the caller has */
    uint64_t skip;  /* of them, those that the next server sends again first */
    bool renewed;   /* a new token was got since the last byte */
};

static bool is_down(Registry *r, RegistryEndpoint *e) {
    pthread_mutex_lock(&r->lock);
    bool down = e->down;
    pthread_mutex_unlock(&r->lock);
    return down;
}

static void set_down(Registry *r, RegistryEndpoint *e) {
    pthread_mutex_lock(&r->lock);
    e->down = true;
    pthread_mutex_unlock(&r->lock);
}

/* Calls `one` for each endpoint from `first` on until it succeeds. The error is the origin's, with the mirrors' in front of it. */
static int each_endpoint(Registry *r, size_t first, const RegistryAsk *ask, int (*one)(Registry *, RegistryEndpoint *, const RegistryAsk *, void *, Error *), void *userdata,
                         Error *err) {
    _cleanup_(buf_done) Buf mirrors = buf_new(16 * 1024);
    for (size_t i = first;; i++) {
        RegistryEndpoint *e = &r->endpoints[i];
        if (!e->origin && is_down(r, e))
            continue;
        _cleanup_error_ Error why = {0};
        int q = one(r, e, ask, userdata, &why);
        if (q >= 0)
            return q;
        registry_wrap(e, ask, q, &why);
        if (e->origin)
            return mirrors.n ? error_set(err, q, "%s (before that, %s)", error_text(&why, q), mirrors.p) : error_set(err, q, "%s", error_text(&why, q));
        if (q == -EHOSTUNREACH || q == -ETIMEDOUT)
            set_down(r, e);
        buf_printf(&mirrors, "%s%s", mirrors.n ? "; " : "", error_text(&why, q));
    }
}

static void digest_of(Str algorithm, const void *p, size_t n, char ret[static DIGEST_HEX_MAX + 1]) {
    _cleanup_(hasher_freep) Hasher *h = hasher_new(str_eq(algorithm, STR("sha512"))   ? DIGEST_SHA512
                                                   : str_eq(algorithm, STR("sha384")) ? DIGEST_SHA384
                                                                                      : DIGEST_SHA256);
    hasher_add(h, p, n);
    hasher_hex(h, ret);
}

static int check_digest(Str want, const char *source, const Buf *body, Error *err) {
    Str algorithm, hex;
    str_cut(want, ':', &algorithm, &hex);
    char got[DIGEST_HEX_MAX + 1];
    digest_of(algorithm, body->p, body->n, got);
    if (str_eqz(hex, got))
        return 0;
    return error_set(err, -EBADMSG, "the bytes have digest %.*s:%s, %s %.*s; the registry or something between is damaged or lying", STR_FMT(algorithm), got, source,
                     STR_FMT(want));
}

typedef struct ManifestJob {
    size_t max;
    RegistryManifest *ret;
} ManifestJob;

static int read_manifest(HttpStream *s, size_t max, Buf *body, Error *err) {
    for (;;) {
        char chunk[16 * 1024];
        ssize_t n = http_stream_read(s, chunk, sizeof(chunk), err);
        if (n <= 0)
            return (int) n;
        if (buf_add(body, chunk, (size_t) n) < 0)
            return error_set(err, -E2BIG, "larger than %zu bytes: not a manifest", max);
    }
}

static int one_manifest(Registry *r, RegistryEndpoint *e, const RegistryAsk *ask, void *userdata, Error *err) {
    ManifestJob *job = userdata;
    _cleanup_free_ char *path = xasprintf("manifests/%.*s", STR_FMT(ask->name));
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    int status, q = registry_send(r, e, path, manifest_headers, 0, &status, &s, err);
    if (q < 0)
        return q;
    if (status != 200)
        return registry_status_error(r, e, ask, s, err);
    Str type = str_from(http_stream_head(s)->content_type), parameters;
    str_cut(type, ';', &type, &parameters);
    _cleanup_free_ char *media_type = registry_printable(str_trim(type), 255);
    _cleanup_free_ char *stated = str_dup(str_from(http_stream_head(s)->docker_content_digest));
    _cleanup_(buf_done) Buf body = buf_new(job->max);
    q = read_manifest(s, job->max, &body, err);
    if (q < 0)
        return q;
    Str text = str_trim(buf_view(&body));
    if (!text.n || text.p[0] != '{')
        return error_set(err, -EBADMSG, "the answer is %s, not a manifest; is %.*s a registry, or does a proxy or login page stand before it?",
                         !text.n ? "empty" : text.p[0] == '<' ? "an HTML page" : "not JSON", STR_FMT(e->host));
    bool by_digest = registry_digest_valid(ask->name);
    if (by_digest)
        q = check_digest(ask->name, "asked was", &body, err);
    if (q == 0 && registry_digest_valid(str_from(stated)))
        q = check_digest(str_from(stated), "its header Docker-Content-Digest says", &body, err);
    if (q < 0)
        return q;
    char hex[65];
    sha256_hex(body.p, body.n, hex);
    size_t n = body.n;
    *job->ret = (RegistryManifest) {
        .bytes = buf_take(&body),
        .n = n,
        .media_type = TAKE_PTR(media_type),
        .digest = by_digest ? str_dup(ask->name) : xasprintf("sha256:%s", hex),
    };
    return 0;
}

int registry_manifest_get(Registry *r, Str tag_or_digest, size_t max, RegistryManifest *ret, Error *err) {
    ManifestJob job = {.max = max, .ret = ret};
    return each_endpoint(r, 0, &(RegistryAsk) {"manifest", tag_or_digest}, one_manifest, &job, err);
}

void registry_manifest_done(RegistryManifest *m) {
    free(m->bytes);
    free(m->media_type);
    free(m->digest);
    *m = (RegistryManifest) {0};
}

typedef struct BlobJob {
    uint64_t size;
    RegistryBlob **ret;
} BlobJob;

static int one_blob(Registry *r, RegistryEndpoint *e, const RegistryAsk *ask, void *userdata, Error *err) {
    BlobJob *job = userdata;
    _cleanup_free_ char *path = xasprintf("blobs/%.*s", STR_FMT(ask->name));
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    int status, q = registry_send(r, e, path, NULL, job->size == UINT64_MAX ? 0 : job->size, &status, &s, err);
    if (q < 0)
        return q;
    if (status != 200)
        return registry_status_error(r, e, ask, s, err);
    RegistryBlob *b = xcalloc(1, sizeof(*b));
    *b = (RegistryBlob) {.registry = r, .endpoint = e, .stream = TAKE_PTR(s), .digest = str_dup(ask->name), .size = job->size};
    *job->ret = b;
    return 0;
}

int registry_blob_open(Registry *r, Str digest, uint64_t size, RegistryBlob **ret, Error *err) {
    BlobJob job = {.size = size, .ret = ret};
    if (!registry_digest_valid(digest)) {
        _cleanup_free_ char *shown = registry_printable(digest, 100);
        return error_set(err, -EINVAL, "\"%s\" is not a digest", shown);
    }
    return each_endpoint(r, 0, &(RegistryAsk) {"blob", digest}, one_blob, &job, err);
}

/* A mirror that broke off for good: the servers behind it send the blob from its beginning. What both gave together has one digest. */
static int change_endpoint(RegistryBlob *b, Error *err) {
    _cleanup_(registry_blob_closep) RegistryBlob *next = NULL;
    BlobJob job = {.size = b->size, .ret = &next};
    set_down(b->registry, b->endpoint);
    int q = each_endpoint(b->registry, (size_t) (b->endpoint - b->registry->endpoints) + 1, &(RegistryAsk) {"blob", str_from(b->digest)}, one_blob, &job, err);
    if (q < 0)
        return q;
    lint_assume(next);
    HttpStream *broken = b->stream;
    b->stream = next->stream;
    next->stream = broken;
    b->endpoint = next->endpoint;
    b->skip = b->given;
    b->renewed = false;
    return 0;
}

static ssize_t read_once(RegistryBlob *b, void *p, size_t n, Error *err) {
    for (;;) {
        ssize_t got = http_stream_read(b->stream, p, n, err);
        if (got >= 0) {
            b->renewed = b->renewed && got == 0;
            return got;
        }
        int q = (int) got;
        if (q == -EACCES && !b->renewed) { /* the token ran out while the connection was down */
            b->renewed = true;
            _cleanup_(registry_auth_done) RegistryAuth used = {0}, fresh = {0};
            registry_auth_get(b->registry, b->endpoint, &used);
            q = registry_auth_renew(b->registry, b->endpoint, NULL, &used, err);
            registry_auth_get(b->registry, b->endpoint, &fresh);
            if (q > 0 && fresh.token) {
                http_stream_set_bearer(b->stream, fresh.token);
                continue;
            }
            q = -EACCES;
        }
        return registry_wrap(b->endpoint, &(RegistryAsk) {"blob", str_from(b->digest)}, q, err);
    }
}

static int skip_given(RegistryBlob *b, Error *err) {
    char scratch[16 * 1024];
    while (b->skip) {
        ssize_t n = read_once(b, scratch, (size_t) MIN(b->skip, (uint64_t) sizeof(scratch)), err);
        if (n == 0)
            return registry_wrap(b->endpoint, &(RegistryAsk) {"blob", str_from(b->digest)},
                                 error_set(err, -EBADMSG, "it ends before what another server sent of it"), err);
        if (n < 0)
            return (int) n;
        b->skip -= (uint64_t) n;
    }
    return 0;
}

ssize_t registry_blob_read(RegistryBlob *b, void *p, size_t n, Error *err) {
    for (;;) {
        _cleanup_error_ Error why = {0}, then = {0};
        ssize_t got = skip_given(b, &why);
        if (got == 0)
            got = read_once(b, p, n, &why);
        if (got >= 0) {
            b->given += (uint64_t) got;
            return got;
        }
        if (b->endpoint->origin)
            return error_set(err, (int) got, "%s", error_text(&why, (int) got));
        int q = change_endpoint(b, &then);
        if (q < 0)
            return error_set(err, q, "%s (before that, %s)", error_text(&then, q), error_text(&why, (int) got));
    }
}

void registry_blob_close(RegistryBlob *b) {
    http_stream_close(b->stream);
    free(b->digest);
    free(b);
}
