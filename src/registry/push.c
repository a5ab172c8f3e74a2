/* SPDX-License-Identifier: Apache-2.0 */
/* Sending blobs and manifests (distribution-spec 1.1, "Push"). */
#include <stdlib.h>

#include "base/alloc.h"
#include "net/url.h"
#include "registry/registry-private.h"

static RegistryEndpoint *origin(Registry *r) {
    r->writes = true;
    return &r->endpoints[r->n_endpoints - 1];
}

/* One call that must succeed. *ret_location (may be NULL) is where its answer leads. */
static int call(Registry *r, RegistryEndpoint *e, const RegistryAsk *ask, const RegistryCall *c, char **ret_location, Error *err) {
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    int status, q = registry_call(r, e, c, &status, &s, err);
    if (q >= 0 && (status < 200 || status > 299))
        q = registry_status_error(r, e, ask, s, err);
    if (q >= 0 && ret_location)
        q = registry_location(r, e, http_stream_head(s), ret_location, err);
    return q < 0 ? q : 0;
}

/* Any answer but 200 to HEAD leaves it to the upload to say what is wrong. */
static int has_blob(Registry *r, RegistryEndpoint *e, Str digest, bool *ret, Error *err) {
    _cleanup_free_ char *path = xasprintf("blobs/%.*s", STR_FMT(digest));
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    int status, q = registry_call(r, e, &(RegistryCall) {.method = "HEAD", .path = path}, &status, &s, err);
    *ret = q >= 0 && status == 200;
    return q < 0 ? q : 0;
}

static int upload(Registry *r, RegistryEndpoint *e, const RegistryAsk *ask, Str bytes, Error *err) {
    static const char *const headers[] = {"Content-Type: application/octet-stream", NULL};
    _cleanup_free_ char *location = NULL, *digest = str_dup(ask->name);
    int q = call(r, e, ask, &(RegistryCall) {.method = "POST", .path = "blobs/uploads/"}, &location, err);
    if (q == 0)
        q = url_add_query(&location, "digest", digest, err);
    return q < 0 ? q : call(r, e, ask, &(RegistryCall) {.method = "PUT", .location = location, .headers = headers, .body = bytes}, NULL, err);
}

int registry_blob_push(Registry *r, Str digest, Str bytes, bool *ret_there, Error *err) {
    RegistryEndpoint *e = origin(r);
    const RegistryAsk ask = {.kind = "blob", .name = digest, .write = true};
    bool there;
    int q = has_blob(r, e, digest, &there, err);
    if (q == 0 && !there)
        q = upload(r, e, &ask, bytes, err);
    if (ret_there)
        *ret_there = there;
    return q < 0 ? registry_wrap(e, &ask, q, err) : 0;
}

int registry_manifest_push(Registry *r, Str tag_or_digest, const char *media_type, Str bytes, Error *err) {
    RegistryEndpoint *e = origin(r);
    const RegistryAsk ask = {.kind = "manifest", .name = tag_or_digest, .write = true};
    _cleanup_free_ char *path = xasprintf("manifests/%.*s", STR_FMT(tag_or_digest)), *type = xasprintf("Content-Type: %s", media_type);
    const char *const headers[] = {type, NULL};
    int q = call(r, e, &ask, &(RegistryCall) {.method = "PUT", .path = path, .headers = headers, .body = bytes}, NULL, err);
    return q < 0 ? registry_wrap(e, &ask, q, err) : 0;
}
