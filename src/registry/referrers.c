/* SPDX-License-Identifier: Apache-2.0 */
/* What refers to a manifest. The registry itself is asked, not its mirrors: those seldom carry what was attached later. */
#include <stdlib.h>

#include "base/alloc.h"
#include "registry/registry-private.h"

enum { PAGES_MAX = 20 };

static const char *const index_headers[] = {"Accept: application/vnd.oci.image.index.v1+json", NULL};

/* The path of the next page below /v2/REPOSITORY/, from a header as `</v2/NAME/referrers/sha256:…?n=2&last=x>; rel="next"`: fresh, or NULL when
 * there is none. A link to another place is not followed: credentials go with the request. */
static char *next_page(const RegistryEndpoint *e, Str link) {
    Str before, rest, target, parameters;
    if (!str_cut(link, '<', &before, &rest) || !str_cut(rest, '>', &target, &parameters) || str_find(parameters, STR("next")) < 0)
        return NULL;
    ssize_t scheme = str_find(target, STR("://"));
    if (scheme >= 0) {
        Str host = str_from_at(target, (size_t) scheme + 3);
        ssize_t slash = str_chr(host, '/');
        if (slash < 0 || !str_eq(str_head(host, (size_t) slash), e->host))
            return NULL;
        target = str_from_at(host, (size_t) slash);
    }
    _cleanup_free_ char *below = xasprintf("/v2/%.*s/", STR_FMT(e->repository));
    Str prefix = str_from(below);
    if (!str_starts(target, prefix) || str_find(target, STR("..")) >= 0)
        return NULL;
    for (size_t i = 0; i < target.n; i++)
        if (target.p[i] <= ' ' || target.p[i] >= 0x7F)
            return NULL;
    return str_dup(str_from_at(target, prefix.n));
}

/* One page: 1 with its bytes and the path of the next one, 0 when the registry does not have this API. */
static int get_page(Registry *r, RegistryEndpoint *e, const RegistryAsk *ask, const char *path, size_t max, Buf *body, char **ret_next, Error *err) {
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    int status, q = registry_send(r, e, path, index_headers, 0, &status, &s, err);
    if (q < 0)
        return q;
    if (status == 404 || status == 405 || status == 400)
        return 0;
    if (status != 200)
        return registry_status_error(r, e, ask, s, err);
    /* Registries and proxies without the API may answer anything for a path they do not know. */
    if (!str_starts(str_from(http_stream_head(s)->content_type), STR("application/vnd.oci.image.index.v1+json")))
        return 0;
    *ret_next = next_page(e, str_from(http_stream_head(s)->link));
    for (;;) {
        char chunk[16 * 1024];
        ssize_t n = http_stream_read(s, chunk, sizeof(chunk), err);
        if (n == 0)
            return 1;
        if (n < 0)
            return (int) n;
        if (buf_add(body, chunk, (size_t) n) < 0)
            return error_set(err, -E2BIG, "a list larger than %zu bytes", max);
    }
}

/* 1 when the API answered, 0 when there is none. */
static int by_api(Registry *r, const RegistryAsk *ask, size_t max, int (*page)(void *, Str, Error *), void *userdata, Error *err) {
    RegistryEndpoint *e = &r->endpoints[r->n_endpoints - 1];
    _cleanup_free_ char *path = xasprintf("referrers/%.*s", STR_FMT(ask->name));
    for (unsigned i = 0; path; i++) {
        _cleanup_(buf_done) Buf body = buf_new(max);
        _cleanup_free_ char *next = NULL;
        if (i == PAGES_MAX)
            return error_set(err, -E2BIG, "more than %d pages of referrers", PAGES_MAX);
        int q = get_page(r, e, ask, path, max, &body, &next, err);
        if (q <= 0 && (q < 0 || i == 0))
            return q < 0 ? registry_wrap(e, ask, q, err) : 0;
        if (q > 0 && (q = page(userdata, buf_view(&body), err)) < 0)
            return q;
        free(path);
        path = TAKE_PTR(next);
    }
    return 1;
}

int registry_referrers(Registry *r, Str digest, size_t max, int (*page)(void *userdata, Str json, Error *err), void *userdata, Error *err) {
    Str algorithm, hex;
    if (!registry_digest_valid(digest) || !str_cut(digest, ':', &algorithm, &hex))
        return error_set(err, -EINVAL, "\"%.*s\" is not a digest", STR_FMT(str_head(digest, 100)));
    int q = by_api(r, &(RegistryAsk) {"referrers of", digest}, max, page, userdata, err);
    if (q != 0)
        return MIN(q, 0);
    _cleanup_free_ char *tag = xasprintf("%.*s-%.*s", STR_FMT(algorithm), STR_FMT(hex));
    _cleanup_(registry_manifest_done) RegistryManifest m = {0};
    _cleanup_error_ Error none = {0};
    q = registry_manifest_get(r, str_from(tag), max, &m, &none);
    if (q == -ENOENT)
        return 0;
    return q < 0 ? error_set(err, q, "%s", error_text(&none, q)) : page(userdata, str_n(m.bytes, m.n), err);
}
