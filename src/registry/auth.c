/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials and tokens: Basic (RFC 7617), and the bearer flow of the distribution project's "token authentication"
 * and "OAuth2 token" specifications. */
#include <stdlib.h>
#include <strings.h>

#include "base/alloc.h"
#include "net/url.h"
#include "parse/node.h"
#include "registry/challenge.h"
#include "registry/registry-private.h"

enum { TOKEN_ANSWER_MAX = 1024 * 1024, TOKEN_MAX = 256 * 1024 };

static void forget(char **p) {
    if (*p)
        explicit_bzero(*p, strlen(*p));
    free(*p);
    *p = NULL;
}

void registry_auth_done(RegistryAuth *a) {
    forget(&a->user);
    forget(&a->password);
    forget(&a->token);
}

void registry_auth_get(Registry *r, RegistryEndpoint *e, RegistryAuth *ret) {
    *ret = (RegistryAuth) {0};
    pthread_mutex_lock(&r->lock);
    if (e->token) {
        ret->token = xstrdup(e->token);
    } else if (e->basic) {
        ret->user = str_dup(e->credentials.username);
        ret->password = str_dup(e->credentials.password);
    }
    pthread_mutex_unlock(&r->lock);
}

/* Searched only once a server asks: public images start no helper. A configuration that cannot be used is not an error
 * by itself (anonymous access may do), but it is said when the server refuses. */
static void look_up(Registry *r, RegistryEndpoint *e) {
    if (e->looked_up)
        return;
    e->looked_up = true;
    if (e->origin && r->username.n) {
        e->credentials = (DockerConfigEntry) {.username = r->username, .password = r->password};
        return;
    }
    _cleanup_error_ Error err = {0};
    int q = docker_credentials(r->docker_config, e->name, &r->arena, &e->credentials, &err);
    if (q < 0)
        e->note = xasprintf("no credentials: %s", error_text(&err, q));
}

/* RFC 6750, 2.1: what may stand behind "Bearer". Looser than its b64token, but nothing that ends a header. */
static bool token_usable(Str t) {
    if (!t.n || t.n > TOKEN_MAX)
        return false;
    for (size_t i = 0; i < t.n; i++)
        if (t.p[i] <= ' ' || t.p[i] >= 0x7F)
            return false;
    return true;
}

static int read_token(const HttpResponse *answer, const char *shown, char **ret, Error *err) {
    _cleanup_(arena_done) Arena a = {0};
    Limits limits = limits_default();
    limits.document_bytes = TOKEN_ANSWER_MAX;
    limits.document_nodes = 10 * 1000;
    Node *root;
    if (json_parse(buf_view(&answer->body), "token", &limits, &a, NULL, &root) < 0)
        return error_set(err, -EPROTO, "the token service %s answered something that is not JSON", shown);
    Str token = node_get_str(root, "token");
    if (!token.n)
        token = node_get_str(root, "access_token");
    if (!token_usable(token))
        return error_set(err, -EPROTO, "the token service %s answered without a usable token", shown);
    *ret = str_dup(token);
    return 0;
}

static int add_form(Buf *b, const char *name, Str value) {
    if (b->n)
        buf_putc(b, '&');
    buf_printf(b, "%s=", name);
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char) value.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            buf_putc(b, (char) c);
        else
            buf_printf(b, "%%%02X", c);
    }
    return b->failed;
}

/* Asks the token service: GET with user name and password or nobody's, POST with a refresh token. */
static int ask_token(Registry *r, RegistryEndpoint *e, const RegistryChallenge *c, Str scope, HttpResponse *ret, char **ret_shown, Error *err) {
    _cleanup_free_ char *url = str_dup(c->realm), *service = str_dup(c->service), *scope_text = str_dup(scope);
    const DockerConfigEntry *cred = &e->credentials;
    *ret_shown = url_redacted(url);
    HttpRequest rq = {.max_body = TOKEN_ANSWER_MAX};
    _cleanup_(buf_done) Buf form = buf_new(TOKEN_MAX);
    if (cred->identity_token.n) {
        static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
        add_form(&form, "grant_type", STR("refresh_token"));
        add_form(&form, "service", c->service);
        add_form(&form, "scope", scope);
        add_form(&form, "client_id", STR("plimsoll"));
        int q = add_form(&form, "refresh_token", cred->identity_token);
        if (q < 0)
            return error_set(err, q, "the identity token is too long");
        rq.method = "POST";
        rq.headers = headers;
        rq.body = buf_view(&form);
    } else {
        if (*service) {
            int q = url_add_query(&url, "service", service, err);
            if (q < 0)
                return q;
        }
        int q = url_add_query(&url, "scope", scope_text, err);
        if (q < 0)
            return q;
        rq.basic_user = cred->username.n ? cred->username.p : NULL;
        rq.basic_password = cred->username.n ? cred->password.p : NULL;
    }
    rq.url = url;
    int q = http_request(r->http, &rq, ret, err);
    if (form.p)
        explicit_bzero(form.p, form.n);
    return q < 0 ? error_wrap(err, q, "token service") : q;
}

static int get_token(Registry *r, RegistryEndpoint *e, const RegistryChallenge *c, char **ret, Error *err) {
    if (e->credentials.registry_token.n) {
        if (!token_usable(e->credentials.registry_token))
            return error_set(err, -EINVAL, "the \"registrytoken\" of the Docker configuration cannot be a bearer token");
        *ret = str_dup(e->credentials.registry_token);
        return 0;
    }
    if (e->scheme != SCHEME_HTTP && (c->realm.n < 6 || !str_ieq(str_head(c->realm, 6), STR("https:"))))
        return error_set(err, -EPROTO, "the registry asks for a token from a service without TLS, which is refused");
    Str scope = c->scope.n ? c->scope : arena_printf(&r->arena, "repository:%.*s:%s", STR_FMT(e->repository), r->writes ? "pull,push" : "pull");
    _cleanup_free_ char *shown = NULL;
    _cleanup_(http_response_done) HttpResponse answer = {0};
    int q = ask_token(r, e, c, scope, &answer, &shown, err);
    if (q < 0)
        return q;
    if (answer.status == 400 || answer.status == 401 || answer.status == 403)
        return error_set(err, -EACCES, "the token service %s refused the %s (status %d)%s%s", shown,
                         e->credentials.identity_token.n ? "identity token" : e->credentials.username.n ? "user name and password" : "anonymous request",
                         answer.status, e->note ? "; " : "", e->note ? e->note : "");
    if (answer.status != 200)
        return error_set(err, answer.status == 429 ? -EBUSY : answer.status >= 500 ? -EREMOTEIO : -EPROTO, "the token service %s answered status %d", shown,
                         answer.status);
    q = read_token(&answer, shown, ret, err);
    if (answer.body.p)
        explicit_bzero(answer.body.p, answer.body.n);
    return q;
}

static int renew_locked(Registry *r, RegistryEndpoint *e, const char *www_authenticate, const RegistryAuth *used, Error *err) {
    /* Another thread may have been faster. */
    if (e->token && (!used->token || strcmp(e->token, used->token) != 0))
        return 1;
    if (www_authenticate) {
        free(e->challenge);
        e->challenge = xstrdup(www_authenticate);
    }
    _cleanup_(arena_done) Arena a = {0};
    RegistryChallenge c;
    if (!e->challenge || registry_challenge_parse(str_from(e->challenge), &a, &c) < 0)
        return error_set(err, -EPROTO, "status 401 without a usable WWW-Authenticate header");
    look_up(r, e);
    if (c.bearer && (c.realm.n || e->credentials.registry_token.n)) {
        char *token = NULL;
        int q = get_token(r, e, &c, &token, err);
        if (q < 0)
            return q;
        forget(&e->token);
        e->token = token;
        return 1;
    }
    if (!c.basic)
        return error_set(err, -EPROTO, "the registry asks for a kind of authentication that is neither Basic nor Bearer");
    if (!e->credentials.username.n || used->user)
        return 0;
    e->basic = true;
    return 1;
}

int registry_auth_renew(Registry *r, RegistryEndpoint *e, const char *www_authenticate, const RegistryAuth *used, Error *err) {
    pthread_mutex_lock(&r->lock);
    int q = renew_locked(r, e, www_authenticate, used, err);
    pthread_mutex_unlock(&r->lock);
    return q;
}
