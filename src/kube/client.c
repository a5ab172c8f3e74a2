/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/client.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "base/fs.h"
#include "base/time.h"
#include "kube/client-private.h"
#include "kube/tree.h"
#include "net/url.h"

#define POD_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

enum { BACKOFF_MAX_MS = 30 * 1000, BACKOFF_ASKED_S = 120, ANSWER_MAX = 32 << 20, REFUSAL_MAX = 1 << 20, WAIT_STEP_MS = 200, SAID_MAX = 1000 };

/* Diagnostics as one message. */
static int refuse(const Diag *d, int r, Error *err) {
    _cleanup_free_ char *text = diag_text(d);
    size_t n = strlen(text);
    while (n && text[n - 1] == '\n')
        text[--n] = 0;
    return error_set(err, r, "%s", n ? text : "the kubeconfig cannot be used");
}

static int add_file(KubeClient *c, const char *path, bool must, Diag *d, Error *err) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    int r = fs_read(path, KUBECONFIG_BYTES, &text, &n, err);
    if (r == -ENOENT && !must) {
        error_done(err);
        return 0;
    }
    if (r < 0)
        return error_wrap(err, r, "kubeconfig");
    r = kubeconfig_add(&c->config, str_n(text, n), path, d);
    explicit_bzero(text, n);
    return r < 0 ? refuse(d, r, err) : 0;
}

/* The files of KUBECONFIG, of which some may be missing; else the one of the home directory. */
static int add_usual_files(KubeClient *c, Diag *d, Error *err) {
    Str list = str_from(getenv("KUBECONFIG")), part;
    const char *home = getenv("HOME");
    int r = 0;
    if (list.n) {
        while (r == 0 && str_split(&list, ':', &part))
            if (part.n) {
                _cleanup_free_ char *path = str_dup(part);
                r = add_file(c, path, false, d, err);
            }
        return r;
    }
    if (!home || !*home)
        return 0;
    _cleanup_free_ char *path = xasprintf("%s/.kube/config", home);
    return add_file(c, path, false, d, err);
}

/* The account of the pod that this program runs in (kubernetes.io/docs/tasks/run-application/access-api-from-pod). */
static int use_pod(KubeClient *c, const char *dir, Error *err) {
    KubeAccess *a = &c->access;
    Arena *arena = &c->config.arena;
    const char *host = getenv("KUBERNETES_SERVICE_HOST"), *port = getenv("KUBERNETES_SERVICE_PORT");
    if (!host || !*host || !port || !*port)
        return error_set(err, -ENOENT, "there is no kubeconfig (--kubeconfig, KUBECONFIG, ~/.kube/config), and this is no pod that could use its own account");
    bool v6 = strchr(host, ':') && host[0] != '[';
    a->server = arena_printf(arena, "https://%s%s%s:%s", v6 ? "[" : "", host, v6 ? "]" : "", port);
    a->ca_file = arena_printf(arena, "%s/ca.crt", dir);
    a->token_file = arena_printf(arena, "%s/token", dir);
    _cleanup_free_ char *path = xasprintf("%s/namespace", dir), *text = NULL;
    size_t n;
    if (fs_read(path, 1024, &text, &n, NULL) == 0)
        a->namespace = arena_str(arena, str_trim(str_n(text, n)));
    return 0;
}

static void add_header(KubeClient *c, size_t *n, const char *name, Str value) {
    c->headers[(*n)++] = xasprintf("%s: %.*s", name, STR_FMT(value));
}

static void make_headers(KubeClient *c) {
    const KubeAccess *a = &c->access;
    size_t n = 0;
    c->headers = xcalloc(a->n_as_groups + a->n_as_extra + 3, sizeof(char *));
    if (a->as.n)
        add_header(c, &n, "Impersonate-User", a->as);
    if (a->as_uid.n)
        add_header(c, &n, "Impersonate-Uid", a->as_uid);
    for (size_t i = 0; i < a->n_as_groups; i++)
        add_header(c, &n, "Impersonate-Group", a->as_groups[i]);
    for (size_t i = 0; i < a->n_as_extra; i++) {
        _cleanup_free_ char *name = xasprintf("Impersonate-Extra-%.*s", STR_FMT(a->as_extra[i].name));
        add_header(c, &n, name, a->as_extra[i].value);
    }
}

static int find_access(KubeClient *c, const KubeClientOptions *o, Error *err) {
    _cleanup_(diag_done) Diag d = {0};
    int r = o->kubeconfig ? add_file(c, o->kubeconfig, true, &d, err) : add_usual_files(c, &d, err);
    if (r < 0)
        return r;
    bool nothing = c->config.clusters.n == 0 && c->config.contexts.n == 0 && !c->config.current.n;
    if (nothing && !o->kubeconfig && !o->context)
        return use_pod(c, o->pod_dir ? o->pod_dir : POD_DIR, err);
    r = kubeconfig_access(&c->config, o->context, &c->access, &d);
    return r < 0 ? refuse(&d, r, err) : 0;
}

int kube_client_open(const KubeClientOptions *o, KubeClient **ret, Error *err) {
    _cleanup_(kube_client_freep) KubeClient *c = xcalloc(1, sizeof(*c));
    pthread_mutex_init(&c->lock, NULL);
    c->options = *o;
    c->options.timeout_s = o->timeout_s ? o->timeout_s : 30;
    c->options.retries = o->retries ? o->retries : 4;
    c->options.backoff_ms = o->backoff_ms ? o->backoff_ms : 250;
    c->options.page = o->page ? o->page : 500;
    c->options.objects = o->objects ? o->objects : 10u * 1000 * 1000;
    c->options.silence_s = o->silence_s ? o->silence_s : 150;
    c->user_agent = xstrdup(o->user_agent ? o->user_agent : "plimsoll");
    int r = find_access(c, o, err);
    if (r == 0)
        r = kube_login_load(c, err);
    if (r < 0)
        return r;
    c->server = str_dup(c->access.server);
    c->context = str_dup(c->access.context);
    c->namespace = str_dup(c->access.namespace.n ? c->access.namespace : STR("default"));
    make_headers(c);
    *ret = TAKE_PTR(c);
    return 0;
}

void kube_client_free(KubeClient *c) {
    if (c->http)
        http_client_free(c->http);
    for (size_t i = 0; i < c->old.n; i++)
        http_client_free(c->old.p[i]);
    vec_done(&c->old);
    kube_wipe(&c->token);
    kube_wipe(&c->key);
    for (size_t i = 0; c->headers && c->headers[i]; i++)
        free(c->headers[i]);
    free(c->headers);
    free(c->ca);
    free(c->cert);
    free(c->server);
    free(c->context);
    free(c->namespace);
    free(c->user_agent);
    pthread_mutex_destroy(&c->lock);
    kubeconfig_done(&c->config);
    free(c);
}

const char *kube_client_server(const KubeClient *c) {
    return c->server;
}

const char *kube_client_context(const KubeClient *c) {
    return c->context;
}

const char *kube_client_namespace(const KubeClient *c) {
    return c->namespace;
}

bool kube_is_transient(int r) {
    return r == -EHOSTUNREACH || r == -ETIMEDOUT || r == -ETIME || r == -ECONNRESET || r == -EAGAIN || r == -EREMOTEIO;
}

unsigned kube_back_off_ms(const KubeClient *c, unsigned attempt, uint64_t at_least_s) {
    uint64_t ms = c->options.backoff_ms;
    for (unsigned i = 1; i < attempt && ms < BACKOFF_MAX_MS; i++)
        ms *= 2;
    ms = MIN(ms, (uint64_t) BACKOFF_MAX_MS);
    /* Scattered, so that those who lost the same server do not all come back at once. */
    uint32_t chance = 0;
    if (getrandom(&chance, sizeof(chance), GRND_NONBLOCK) != sizeof(chance))
        chance = UINT32_MAX / 2;
    ms = ms / 2 + ms * chance / UINT32_MAX / 2;
    return (unsigned) MAX(ms, MIN(at_least_s, (uint64_t) BACKOFF_ASKED_S) * 1000);
}

int kube_sleep(unsigned ms, int (*wait)(void *userdata), void *userdata) {
    for (int64_t end = time_steady_ms() + ms, left; (left = end - time_steady_ms()) > 0;) {
        int r = wait ? wait(userdata) : 0;
        if (r < 0)
            return r;
        left = MIN(left, (int64_t) WAIT_STEP_MS);
        const struct timespec ts = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
        nanosleep(&ts, NULL);
    }
    return 0;
}

int kube_back_off(const KubeClient *c, unsigned attempt, uint64_t at_least_s, int (*wait)(void *userdata), void *userdata) {
    return kube_sleep(kube_back_off_ms(c, attempt, at_least_s), wait, userdata);
}

typedef struct Refusal {
    int status, code;
    const char *name, *advice;
} Refusal;

/* What the codes mean for a client of Kubernetes, and what helps. */
static const Refusal refusals[] = {
    {400, -EINVAL, "Bad Request", NULL},
    {401, -EACCES, "Unauthorized", "log in again, or mend the user of the kubeconfig: the server does not know these credentials"},
    {403, -EPERM, "Forbidden", "a role and a binding for this account can allow it"},
    {404, -ENOENT, "Not Found", NULL},
    {405, -ENOENT, "Method Not Allowed", NULL},
    {406, -ENOENT, "Not Acceptable", NULL},
    {409, -EEXIST, "Conflict", NULL},
    {410, -ESTALE, "Gone", "the server no longer knows that version: list anew"},
    {422, -EINVAL, "Unprocessable Entity", NULL},
    {429, -EAGAIN, "Too Many Requests", "try again later"},
    {500, -EREMOTEIO, "Internal Server Error", NULL},
    {503, -EREMOTEIO, "Service Unavailable", "try again later"},
    {504, -EREMOTEIO, "Gateway Timeout", "try again later"},
};

/* What the server says of itself (type Status), as text that is fit for a terminal. */
static Str said_of(Str body, Arena *a) {
    Limits limits = limits_default();
    Node *n;
    if (json_parse(body, "answer", &limits, a, NULL, &n) < 0)
        return STR("");
    Str said = arena_str(a, str_head(kube_text(n, "message"), SAID_MAX));
    for (size_t i = 0; i < said.n; i++)
        if ((unsigned char) said.p[i] < 0x20 || said.p[i] == 0x7F)
            ((char *) said.p)[i] = ' ';
    return said;
}

static int refused(const char *method, const char *url, int status, Str body, Error *err) {
    _cleanup_(arena_done) Arena a = {.max = 64 << 20};
    static const Refusal other = {0, -EREMOTEIO, "refused", NULL};
    const Refusal *f = &other;
    for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
        if (refusals[i].status == status)
            f = &refusals[i];
    Str said = said_of(body, &a);
    _cleanup_free_ char *shown = url_redacted(url);
    return error_set(err, f->code, "%s %s: %d %s%s%.*s%s%s", method, shown, status, f->name, said.n ? ": " : "", STR_FMT(said), f->advice ? "; " : "", f->advice ? f->advice : "");
}

static int read_rest(HttpStream *s, size_t max, Buf *ret, Error *err) {
    *ret = buf_new(max);
    for (;;) {
        char chunk[32 * 1024];
        ssize_t n = http_stream_read(s, chunk, sizeof(chunk), err);
        if (n <= 0)
            return (int) n;
        if (buf_add(ret, chunk, (size_t) n) < 0)
            return -E2BIG;
    }
}

static int open_once(KubeClient *c, const KubeRequest *rq, const char *url, bool fresh, unsigned silence_s, int (*wait)(void *userdata), void *userdata, int *ret_status, HttpStream **ret, Error *err) {
    KubeLogin login;
    int r = kube_login(c, fresh, &login, err);
    if (r < 0)
        return r;
    size_t n = 0;
    while (c->headers[n])
        n++;
    _cleanup_free_ const char **headers = xcalloc(n + 3, sizeof(char *));
    _cleanup_free_ char *type = xasprintf("Content-Type: %s", rq->content_type ? rq->content_type : "application/json");
    _cleanup_free_ char *accept = xasprintf("Accept: %s", rq->accept ? rq->accept : "application/json"), *user = str_dup(c->access.username), *password = str_dup(c->access.password);
    memcpy(headers, c->headers, n * sizeof(char *));
    headers[n++] = accept;
    if (rq->body.n)
        headers[n] = type;
    const HttpRequest http = {.method = rq->method,
                              .url = url,
                              .headers = headers,
                              .bearer = login.token,
                              .basic_user = login.token || !*user ? NULL : user,
                              .basic_password = password,
                              .body = rq->body,
                              .once = true,
                              .silence_s = silence_s,
                              .wait = wait,
                              .userdata = userdata};
    r = http_stream_open(login.http, &http, ret_status, ret, err);
    kube_login_done(&login);
    return r < 0 ? error_wrap(err, r, "%s", rq->method ? rq->method : "GET") : 0;
}

int kube_open(KubeClient *c, const KubeRequest *rq, unsigned silence_s, int (*wait)(void *userdata), void *userdata, HttpStream **ret, uint64_t *ret_after, Buf *ret_body, Error *err) {
    _cleanup_free_ char *url = xasprintf("%s%s", c->server, rq->path);
    const char *method = rq->method ? rq->method : "GET";
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    int status, r = open_once(c, rq, url, false, silence_s, wait, userdata, &status, &s, err);
    *ret_after = 0;
    if (r == 0 && status == 401 && kube_login_renewable(c)) {
        http_stream_close(TAKE_PTR(s));
        r = open_once(c, rq, url, true, silence_s, wait, userdata, &status, &s, err);
    }
    if (r < 0)
        return r;
    if (status >= 200 && status <= 299) {
        *ret = TAKE_PTR(s);
        return 0;
    }
    *ret_after = http_stream_head(s)->retry_after;
    _cleanup_(buf_done) Buf body = buf_new(REFUSAL_MAX);
    (void) read_rest(s, REFUSAL_MAX, &body, NULL);
    r = refused(method, url, status, buf_view(&body), err);
    if (ret_body) {
        *ret_body = body;
        body = (Buf) {0};
    }
    return r;
}

static int request_once(KubeClient *c, const KubeRequest *rq, Buf *ret, uint64_t *ret_after, Error *err) {
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    int r = kube_open(c, rq, 0, NULL, NULL, &s, ret_after, NULL, err);
    if (r < 0)
        return r;
    _cleanup_(buf_done) Buf body = buf_new(0);
    size_t max = rq->max ? rq->max : ANSWER_MAX;
    r = read_rest(s, max, &body, err);
    if (r == -E2BIG) {
        _cleanup_free_ char *url = xasprintf("%s%s", c->server, rq->path), *shown = url_redacted(url);
        return error_set(err, r, "%s %s: the answer is larger than %zu MiB", rq->method ? rq->method : "GET", shown, max >> 20);
    }
    if (r < 0)
        return r;
    *ret = body;
    body = (Buf) {0};
    return 0;
}

int kube_request(KubeClient *c, const KubeRequest *rq, Buf *ret, Error *err) {
    bool safe = !rq->method || strcmp(rq->method, "GET") == 0;
    for (unsigned attempt = 1;; attempt++) {
        uint64_t after;
        int r = request_once(c, rq, ret, &after, err);
        /* What is not safe to repeat is repeated only when it surely was not done. */
        bool again = safe ? kube_is_transient(r) : r == -EHOSTUNREACH || r == -EAGAIN;
        if (r == 0 || !again || attempt > c->options.retries)
            return r;
        error_done(err);
        kube_back_off(c, attempt, after, NULL, NULL);
    }
}

static void put_escaped(Buf *b, Str s) {
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char x = (unsigned char) s.p[i];
        bool plain = (x >= '0' && x <= '9') || (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || x == '-' || x == '_' || x == '.' || x == '~';
        char coded[3] = {'%', hex[x >> 4], hex[x & 15]};
        buf_add(b, plain ? (char *) &x : coded, plain ? 1 : 3);
    }
}

char *kube_query(const char *path, const char *const *pairs) {
    Buf b = buf_new((size_t) 1 << 20);
    buf_putz(&b, path);
    for (char sign = '?'; *pairs; pairs += 2) {
        if (!pairs[1] || !*pairs[1])
            continue;
        buf_printf(&b, "%c%s=", sign, pairs[0]);
        put_escaped(&b, str_from(pairs[1]));
        sign = '&';
    }
    return buf_take(&b);
}
