/* SPDX-License-Identifier: Apache-2.0 */
/* Statuses as messages: which registry, which repository, what was asked, what it answered, what to do. */
#include <stdlib.h>

#include "base/alloc.h"
#include "parse/node.h"
#include "registry/registry-private.h"

enum { BODY_LOOKED_AT = 16 * 1024, TEXT_MAX = 200 };

char *registry_printable(Str s, size_t max) {
    s = str_head(s, max);
    char *out = str_dup(s);
    for (size_t i = 0; i < s.n; i++)
        if (out[i] < ' ' || out[i] >= 0x7F)
            out[i] = '?';
    return out;
}

int registry_wrap(const RegistryEndpoint *e, const RegistryAsk *ask, int code, Error *err) {
    return error_wrap(err, code, "%s %.*s, repository %.*s: %s %.*s", e->origin ? "registry" : "mirror", STR_FMT(e->name), STR_FMT(e->repository), ask->kind,
                      STR_FMT(ask->name));
}

static bool is_html(const HttpResponse *head, Str body) {
    Str type = str_from(head->content_type);
    body = str_trim(body);
    return str_ieq(str_head(type, 9), STR("text/html")) || str_ieq(str_head(body, 5), STR("<html")) || str_ieq(str_head(body, 9), STR("<!doctype"));
}

/* " MANIFEST_UNKNOWN: manifest unknown" of the first error in the answer's body; empty when it holds none. */
static char *first_error(Str body) {
    _cleanup_(arena_done) Arena a = {0};
    Limits limits = limits_default();
    limits.document_bytes = BODY_LOOKED_AT;
    Node *root;
    if (json_parse(body, "answer", &limits, &a, NULL, &root) < 0)
        return xstrdup("");
    const Node *e = node_first(node_get(root, "errors"));
    _cleanup_free_ char *code = registry_printable(node_get_str(e, "code"), 64), *text = registry_printable(node_get_str(e, "message"), TEXT_MAX);
    return *code || *text ? xasprintf(" %s%s%s", code, *code && *text ? ": " : "", text) : xstrdup("");
}

static int classify(int status) {
    return status == 404 ? -ENOENT : status == 401 || status == 403 ? -EACCES : status == 429 ? -EBUSY : status >= 500 ? -EREMOTEIO : -EPROTO;
}

int registry_status_error(Registry *r, const RegistryEndpoint *e, const RegistryAsk *ask, HttpStream *s, Error *err) {
    int status = http_stream_head(s)->status, code = classify(status);
    uint64_t retry_after = http_stream_head(s)->retry_after;
    _cleanup_(buf_done) Buf body = buf_new(BODY_LOOKED_AT);
    char chunk[4096];
    ssize_t n;
    while ((n = http_stream_read(s, chunk, sizeof(chunk), NULL)) > 0 && buf_add(&body, chunk, (size_t) n) == 0)
        ;
    bool html = is_html(http_stream_head(s), buf_view(&body));
    _cleanup_free_ char *said = html ? xstrdup(" with an HTML page") : first_error(buf_view(&body));
    pthread_mutex_lock(&r->lock);
    bool with_user = e->credentials.username.n;
    _cleanup_free_ char *note = e->note && code == -EACCES ? xasprintf("; %s", e->note) : xstrdup("");
    pthread_mutex_unlock(&r->lock);
    _cleanup_free_ char *hint = NULL;
    if (html && status != 401 && status != 403 && status != 429 && status < 500)
        hint = xasprintf("is %.*s a registry?", STR_FMT(e->host));
    else if (status == 404 && ask->write)
        hint = xasprintf("check the name of the repository; some registries want it made first");
    else if (status == 405 && ask->write)
        hint = xasprintf("it takes nothing: is it a mirror, or read-only?");
    else if (status == 404)
        hint = xasprintf("check the name%s", strcmp(ask->kind, "manifest") == 0 ? " and the tag" : "; the registry may have removed it");
    else if (status == 401 && with_user)
        hint = xasprintf("the user name or password is wrong, or may not %s this repository", ask->write ? "write to" : "read");
    else if (status == 401)
        hint = xasprintf("it does not exist or needs credentials: log in with docker login %.*s, or set PLIMSOLL_REGISTRY_USERNAME and PLIMSOLL_REGISTRY_PASSWORD",
                         STR_FMT(e->name));
    else if (status == 403)
        hint = xasprintf("the account may not %s this repository", ask->write ? "write to" : "read");
    else if (status == 429 && retry_after)
        hint = xasprintf("too many requests; try again in %llu s, or log in for a higher limit", (unsigned long long) retry_after);
    else if (status == 429)
        hint = xasprintf("too many requests; try again later, or log in for a higher limit");
    else if (status >= 500)
        hint = xasprintf("the registry is failing; try again later");
    else
        hint = xasprintf("not what a registry answers");
    return error_set(err, code, "status %d%s; %s%s", status, said, hint, note);
}
