/* SPDX-License-Identifier: Apache-2.0 */
/* The session: which servers may have the repository, and how a request to one of them goes. */
#include "registry/registry.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "net/url.h"
#include "registry/registry-private.h"

enum { MIRRORS_MAX = 32 };

static RegistryEndpoint endpoint(const RegistryOptions *o, Str host, Str name, Str repository, bool origin) {
    return (RegistryEndpoint) {
        .host = host,
        .name = name,
        .repository = repository,
        .origin = origin,
        .loopback = url_host_is_loopback(host),
        .scheme = o->plain_http ? SCHEME_HTTP : SCHEME_UNKNOWN,
    };
}

/* "mirror.example:5000", "http://mirror.example/prefix" */
static int parse_mirror(Registry *r, const RegistryOptions *o, Str value, RegistryEndpoint *ret, Error *err) {
    bool stated = str_find(value, STR("://")) >= 0;
    _cleanup_free_ char *text = xasprintf("%s%.*s", stated ? "" : "https://", STR_FMT(value));
    _cleanup_(url_done) Url u = {0};
    int q = url_parse(text, &u, err);
    if (q < 0)
        return q;
    if (u.userinfo || u.query)
        return error_set(err, -EINVAL, "a mirror has no user name and no query; credentials come from the Docker configuration");
    Str host = arena_printf(&r->arena, "%s%s%s", u.host, u.default_port ? "" : ":", u.default_port ? "" : u.port);
    Str prefix = str_from(u.path);
    while (prefix.n && prefix.p[0] == '/')
        prefix = str_from_at(prefix, 1);
    while (prefix.n && prefix.p[prefix.n - 1] == '/')
        prefix.n--;
    Str repository = arena_printf(&r->arena, "%.*s%s%.*s", STR_FMT(prefix), prefix.n ? "/" : "", STR_FMT(r->ref.repository));
    *ret = endpoint(o, host, host, repository, false);
    if (stated)
        ret->scheme = strcmp(u.scheme, "http") == 0 ? SCHEME_HTTP : SCHEME_HTTPS;
    return 0;
}

static int add_endpoints(Registry *r, const RegistryOptions *o, Error *err) {
    Vec(RegistryEndpoint) all = {0};
    for (char **m = o->mirrors; m && *m; m++) {
        Str of, value;
        RegistryEndpoint e = {0};
        if (!str_cut(str_from(*m), '=', &of, &value) || !of.n || !value.n) {
            vec_done(&all);
            return error_set(err, -EINVAL, "mirror \"%s\": expected REGISTRY=MIRROR, as in docker.io=mirror.example:5000", *m);
        }
        if (!str_ieq(of, r->ref.host))
            continue;
        int q = all.n == MIRRORS_MAX ? error_set(err, -EINVAL, "more than %d mirrors", MIRRORS_MAX) : parse_mirror(r, o, value, &e, err);
        if (q < 0) {
            vec_done(&all);
            return error_wrap(err, q, "mirror of %.*s", STR_FMT(of));
        }
        vec_push(&all, e);
    }
    /* Docker Hub answers under another name than its images carry. */
    Str host = str_eq(r->ref.host, STR("docker.io")) ? STR("registry-1.docker.io") : r->ref.host;
    vec_push(&all, endpoint(o, host, r->ref.host, r->ref.repository, true));
    r->endpoints = all.p;
    r->n_endpoints = all.n;
    return 0;
}

int registry_open(const RegistryRef *ref, const RegistryOptions *options, Registry **ret, Error *err) {
    static const RegistryOptions none;
    const RegistryOptions *o = options ? options : &none;
    _cleanup_(registry_closep) Registry *r = xcalloc(1, sizeof(*r));
    pthread_mutex_init(&r->lock, NULL);
    r->ref = (RegistryRef) {
        .host = arena_str(&r->arena, ref->host),
        .repository = arena_str(&r->arena, ref->repository),
        .tag = arena_str(&r->arena, ref->tag),
        .digest = arena_str(&r->arena, ref->digest),
        .text = arena_str(&r->arena, ref->text),
    };
    r->docker_config = o->docker_config ? arena_str(&r->arena, str_from(o->docker_config)).p : NULL;
    r->username = arena_str(&r->arena, str_from(o->username));
    r->password = arena_str(&r->arena, str_from(o->password));
    r->plain_http = o->plain_http;
    int q = add_endpoints(r, o, err);
    if (q < 0)
        return q;
    HttpOptions http = {
        .ca_file = o->ca_file,
        .client_cert = o->client_cert,
        .client_key = o->client_key,
        .insecure_tls = o->insecure_tls,
        .retries = o->retries,
        .timeout_s = o->timeout_s,
    };
    q = http_client_new(&http, &r->http, err);
    if (q < 0)
        return q;
    *ret = TAKE_PTR(r);
    return 0;
}

void registry_close(Registry *r) {
    for (size_t i = 0; i < r->n_endpoints; i++) {
        free(r->endpoints[i].note);
        free(r->endpoints[i].token);
        free(r->endpoints[i].challenge);
    }
    free(r->endpoints);
    if (r->http)
        http_client_free(r->http);
    pthread_mutex_destroy(&r->lock);
    arena_done(&r->arena);
    free(r);
}

static RegistryScheme scheme_of(Registry *r, RegistryEndpoint *e) {
    pthread_mutex_lock(&r->lock);
    RegistryScheme s = e->scheme;
    pthread_mutex_unlock(&r->lock);
    return s;
}

static void set_scheme(Registry *r, RegistryEndpoint *e, RegistryScheme s) {
    pthread_mutex_lock(&r->lock);
    e->scheme = s;
    pthread_mutex_unlock(&r->lock);
}

static char *base_url(Registry *r, RegistryEndpoint *e) {
    return xasprintf("%s://%.*s/v2/%.*s/", scheme_of(r, e) == SCHEME_HTTP ? "http" : "https", STR_FMT(e->host), STR_FMT(e->repository));
}

int registry_location(Registry *r, RegistryEndpoint *e, const HttpResponse *head, char **ret, Error *err) {
    _cleanup_free_ char *base = base_url(r, e);
    if (!head->location || url_resolve(base, head->location, ret, NULL) < 0)
        return error_set(err, -EPROTO, "the answer does not say where to go on (no usable Location header)");
    if (strncmp(base, "https:", 6) == 0 && strncmp(*ret, "http:", 5) == 0) {
        free(*ret);
        *ret = NULL;
        return error_set(err, -EPROTO, "sent on to a place without TLS, which is not followed");
    }
    return 0;
}

int registry_call(Registry *r, RegistryEndpoint *e, const RegistryCall *call, int *ret_status, HttpStream **ret, Error *err) {
    bool renewed = false;
    for (;;) {
        RegistryScheme scheme = scheme_of(r, e);
        _cleanup_(registry_auth_done) RegistryAuth auth = {0};
        registry_auth_get(r, e, &auth);
        _cleanup_free_ char *base = base_url(r, e), *url = call->location ? xstrdup(call->location) : xasprintf("%s%s", base, call->path);
        bool ours = !call->location || url_same_origin(base, url);
        HttpRequest rq = {
            .method = call->method,
            .url = url,
            .headers = call->headers,
            .basic_user = ours ? auth.user : NULL,
            .basic_password = ours ? auth.password : NULL,
            .bearer = ours ? auth.token : NULL,
            .body = call->body,
            .expect_size = call->expect_size,
        };
        _cleanup_(http_stream_closep) HttpStream *s = NULL;
        int status, q = http_stream_open(r->http, &rq, &status, &s, err);
        if (q == -EPROTONOSUPPORT && scheme == SCHEME_UNKNOWN && e->loopback) {
            /* A registry on this very machine may do without TLS, as Docker has it. */
            set_scheme(r, e, SCHEME_HTTP);
            continue;
        }
        if (q == -EPROTONOSUPPORT)
            return error_wrap(err, q, "--plain-http asks without TLS");
        if (q < 0)
            return q;
        if (scheme == SCHEME_UNKNOWN)
            set_scheme(r, e, SCHEME_HTTPS);
        if (status == 401 && !renewed && ours) {
            q = registry_auth_renew(r, e, http_stream_head(s)->www_authenticate, &auth, err);
            if (q < 0)
                return q;
            if (q > 0) {
                renewed = true;
                continue;
            }
        }
        *ret_status = status;
        *ret = TAKE_PTR(s);
        return 0;
    }
}
