/* SPDX-License-Identifier: Apache-2.0 */
/* Who we are for the API server: certificates, tokens from files that others renew, programs that give either (client.authentication.k8s.io). */
#include <time.h>

#include "base/base64.h"
#include "base/fs.h"
#include "base/run.h"
#include "base/time.h"
#include "kube/client-private.h"
#include "kube/tree.h"
#include "parse/json-write.h"

/* Tokens of pods are renewed on disk before they end: read again as often as other clients do. */
enum { SECRET_FILE_MAX = 1 << 20, TOKEN_FILE_MS = 60 * 1000, EXEC_SECONDS = 60, EXEC_BEFORE_MS = 10 * 1000, EXEC_ANSWER_MAX = 1 << 20 };

void kube_wipe(char **secret) {
    if (*secret)
        explicit_bzero(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

static int load(const char *what, Str path, Str data, char **ret, Error *err) {
    size_t n;
    if (data.n)
        *ret = str_dup(data);
    if (data.n || !path.n)
        return 0;
    _cleanup_free_ char *name = str_dup(path);
    int r = fs_read(name, SECRET_FILE_MAX, ret, &n, err);
    return r < 0 ? error_wrap(err, r, "%s of the kubeconfig", what) : 0;
}

int kube_login_load(KubeClient *c, Error *err) {
    const KubeAccess *a = &c->access;
    int r = load("certificate-authority", a->ca_file, a->ca, &c->ca, err);
    if (r == 0)
        r = load("client-certificate", a->cert_file, a->cert, &c->cert, err);
    if (r == 0)
        r = load("client-key", a->key_file, a->key, &c->key, err);
    return r;
}

bool kube_login_renewable(const KubeClient *c) {
    return c->access.exec || c->access.token_file.n;
}

static int connect_with(KubeClient *c, Error *err) {
    _cleanup_free_ char *name = str_dup(c->access.tls_server_name), *proxy = str_dup(c->access.proxy);
    /* The proxy resolves names, as it does for other clients. */
    if (str_starts(c->access.proxy, STR("socks5://"))) {
        free(proxy);
        proxy = xasprintf("socks5h%.*s", STR_FMT(str_from_at(c->access.proxy, strlen("socks5"))));
    }
    const HttpOptions o = {.ca_pem = str_from(c->ca),
                           .cert_pem = str_from(c->cert),
                           .key_pem = str_from(c->key),
                           .tls_server_name = name,
                           .proxy = proxy,
                           .insecure_tls = c->access.insecure,
                           .timeout_s = c->options.timeout_s,
                           .user_agent = c->user_agent,
                           .ca_hint = "the kubeconfig names it as certificate-authority"};
    HttpClient *http;
    int r = http_client_new(&o, &http, err);
    if (r < 0)
        return error_wrap(err, r, "%s", c->server);
    if (c->http)
        vec_push(&c->old, c->http);
    c->http = http;
    return 0;
}

/* What the program is told of its task. */
static void exec_info(const KubeClient *c, Buf *out) {
    const KubeAccess *a = &c->access;
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    json_str(&w, "kind", STR("ExecCredential"));
    json_str(&w, "apiVersion", a->exec->api_version);
    json_map(&w, "spec");
    if (a->exec->cluster_info) {
        json_map(&w, "cluster");
        json_strz(&w, "server", c->server);
        json_str_opt(&w, "tls-server-name", a->tls_server_name);
        if (a->insecure)
            json_bool(&w, "insecure-skip-tls-verify", true);
        if (c->ca) {
            _cleanup_(buf_done) Buf coded = buf_new(2 * SECRET_FILE_MAX);
            base64_encode(str_from(c->ca), &coded);
            json_str(&w, "certificate-authority-data", buf_view(&coded));
        }
        json_str_opt(&w, "proxy-url", a->proxy);
        if (a->exec->config)
            json_node(&w, "config", a->exec->config);
        json_end(&w);
    }
    json_bool(&w, "interactive", c->options.terminal && !str_eqz(a->exec->interactive, "Never"));
    json_end(&w);
    json_end(&w);
}

/* Takes its answer. */
static int exec_answer(KubeClient *c, Str text, const char *name, Error *err) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    Limits limits = limits_default();
    Node *n;
    int r = json_parse(text, name, &limits, &a, &d, &n);
    if (r < 0)
        return error_set(err, -EINVAL, "%s: its answer is no ExecCredential: line %u, column %u: expected JSON", name, d.items.n ? d.items.p[0].line : 1, d.items.n ? d.items.p[0].col : 1);
    Str kind = kube_text(n, "kind"), version = kube_text(n, "apiVersion");
    if (!str_eqz(kind, "ExecCredential") || !str_eq(version, c->access.exec->api_version))
        return error_set(err, -EINVAL, "%s: its answer is \"%.*s %.*s\", expected \"%.*s ExecCredential\", as the kubeconfig says", name, STR_FMT(str_head(version, 80)), STR_FMT(str_head(kind, 80)),
                         STR_FMT(c->access.exec->api_version));
    Str token = kube_text(n, "status.token"), cert = kube_text(n, "status.clientCertificateData"), key = kube_text(n, "status.clientKeyData");
    if (!token.n && !cert.n)
        return error_set(err, -EINVAL, "%s: its answer has neither a token nor a certificate", name);
    if ((cert.n > 0) != (key.n > 0))
        return error_set(err, -EINVAL, "%s: its answer has only one of clientCertificateData and clientKeyData", name);
    for (size_t i = 0; i < token.n; i++)
        if ((unsigned char) token.p[i] <= 0x20 || (unsigned char) token.p[i] >= 0x7F)
            return error_set(err, -EINVAL, "%s: its answer has a token with characters that no token has", name);
    Str until = kube_text(n, "status.expirationTimestamp");
    int64_t end = TIME_NONE;
    if (until.n && time_parse(until, &end) < 0)
        return error_set(err, -EINVAL, "%s: its answer has an expirationTimestamp that is no time", name);
    kube_wipe(&c->token);
    c->token = token.n ? str_dup(token) : NULL;
    /* The wall clock decides once; later steps of it do no harm. */
    c->token_until = end == TIME_NONE ? INT64_MAX : time_steady_ms() + MAX((end - (int64_t) time(NULL)) * 1000 - EXEC_BEFORE_MS, (int64_t) 0);
    if (cert.n && (!c->cert || !str_eqz(cert, c->cert))) {
        kube_wipe(&c->cert);
        kube_wipe(&c->key);
        c->cert = str_dup(cert);
        c->key = str_dup(key);
        return connect_with(c, err);
    }
    return 0;
}

static int exec_run(KubeClient *c, Error *err) {
    const KubeExec *x = c->access.exec;
    Vec(char *) strings = {0}, env = {0};
    _cleanup_(buf_done) Buf info = buf_new(4 * SECRET_FILE_MAX), answer = buf_new(EXEC_ANSWER_MAX);
    exec_info(c, &info);
    vec_push(&strings, str_dup(x->command));
    for (size_t i = 0; i < x->n_args; i++)
        vec_push(&strings, str_dup(x->args[i]));
    vec_push(&env, xasprintf("KUBERNETES_EXEC_INFO=%.*s", STR_FMT(buf_view(&info))));
    for (size_t i = 0; i < x->n_env; i++)
        vec_push(&env, xasprintf("%.*s=%.*s", STR_FMT(x->env[i].name), STR_FMT(x->env[i].value)));
    const char *name = strings.p[0];
    int r = 0;
    if (str_eqz(x->interactive, "Always") && !c->options.terminal)
        r = error_set(err, -EINVAL, "%s wants to ask the user (interactiveMode: Always), and nobody is there to answer", name);
    vec_push(&strings, NULL);
    vec_push(&env, NULL);
    const RunOptions o = {.argv = (const char *const *) strings.p, .env = (const char *const *) env.p, .seconds = EXEC_SECONDS, .terminal = c->options.terminal && !str_eqz(x->interactive, "Never")};
    if (r == 0) {
        r = run_output(&o, &answer, err);
        if (r == -ENOENT)
            error_set(err, r, "there is no program %s, which the kubeconfig wants for logging in%s%.*s", name, x->install_hint.n ? ": " : "", STR_FMT(str_head(x->install_hint, 500)));
        else if (r == -EFBIG)
            error_set(err, r, "%s: its answer is larger than %d MiB", name, EXEC_ANSWER_MAX >> 20);
    }
    if (r == 0)
        r = exec_answer(c, buf_view(&answer), name, err);
    if (answer.p)
        explicit_bzero(answer.p, answer.n);
    for (size_t i = 0; i + 1 < strings.n; i++)
        free(strings.p[i]);
    for (size_t i = 0; i + 1 < env.n; i++)
        free(env.p[i]);
    vec_done(&strings);
    vec_done(&env);
    return r;
}

static int token_read(KubeClient *c, Error *err) {
    _cleanup_free_ char *path = str_dup(c->access.token_file), *text = NULL;
    size_t n;
    int r = fs_read(path, SECRET_FILE_MAX, &text, &n, err);
    /* While it is replaced the last one goes on being good. */
    if (r < 0)
        return c->token ? 0 : error_wrap(err, r, "the token");
    Str token = str_trim(str_n(text, n));
    bool good = token.n > 0;
    for (size_t i = 0; i < token.n; i++)
        good = good && (unsigned char) token.p[i] > 0x20 && (unsigned char) token.p[i] < 0x7F;
    if (!good)
        return c->token ? 0 : error_set(err, -EINVAL, "%s: expected a token, found %s", path, token.n ? "characters that no token has" : "nothing");
    kube_wipe(&c->token);
    c->token = str_dup(token);
    explicit_bzero(text, n);
    c->token_until = time_steady_ms() + TOKEN_FILE_MS;
    return 0;
}

int kube_login(KubeClient *c, bool fresh, KubeLogin *ret, Error *err) {
    pthread_mutex_lock(&c->lock);
    int r = c->http ? 0 : connect_with(c, err);
    if (r == 0 && (fresh || !c->have || time_steady_ms() >= c->token_until)) {
        if (c->access.exec)
            r = exec_run(c, err);
        else if (c->access.token_file.n)
            r = token_read(c, err);
        else if (c->access.token.n && !c->token)
            c->token = str_dup(c->access.token);
        if (!kube_login_renewable(c))
            c->token_until = INT64_MAX;
        c->have = c->have || r == 0;
    }
    if (r == 0)
        *ret = (KubeLogin) {.http = c->http, .token = c->token ? xstrdup(c->token) : NULL};
    pthread_mutex_unlock(&c->lock);
    return r;
}

void kube_login_done(KubeLogin *l) {
    kube_wipe(&l->token);
}
