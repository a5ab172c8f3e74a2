/* SPDX-License-Identifier: Apache-2.0 */
/* Alerts as POST requests (RFC 9110), one each: the answer 2xx says that the receiver has it. */
#include "base/alloc.h"
#include "deliver/channel.h"
#include "net/http-client.h"
#include "net/url.h"

enum { ANSWER_MAX = 64 << 10, TIMEOUT_MAX_S = 300 };

typedef struct Webhook {
    HttpClient *client;
    char *url, *token;
} Webhook;

static int read_target(Channel *o, Webhook *w, Error *err) {
    int r = channel_secret(o, "url", &w->url, err);
    if (r < 0)
        return r;
    if (!w->url == !*o->target)
        return error_set(err, -EINVAL, "expected webhook:URL, or webhook with url-file= or url-env= for a URL that is a secret");
    if (!w->url)
        w->url = xstrdup(o->target);
    Url u;
    r = url_parse(w->url, &u, err);
    if (r < 0)
        return r;
    free(o->shown);
    o->shown = *o->target ? url_redacted(w->url) : xasprintf("%s://%s:%s/…", u.scheme, u.host, u.port);
    bool plain = strcmp(u.scheme, "http") == 0 && !url_host_is_loopback(str_from(u.host));
    url_done(&u);
    r = channel_secret(o, "token", &w->token, err);
    if (r == 0 && w->token && plain)
        return error_set(err, -EINVAL, "%s: a token is sent by https only", o->shown);
    return r;
}

static int open_webhook(Channel *o, Error *err) {
    Webhook *w = o->state = xcalloc(1, sizeof(*w));
    uint64_t timeout;
    int r = read_target(o, w, err);
    if (r == 0)
        r = channel_number(o, "timeout", false, 1, TIMEOUT_MAX_S, 10, &timeout, err);
    if (r < 0)
        return r;
    const HttpOptions options = {.ca_file = channel_setting(o, "ca-file"), .client_cert = channel_setting(o, "client-certificate"), .client_key = channel_setting(o, "client-key"),
                                 .timeout_s = (unsigned) timeout, .ca_hint = "add its CA with ca-file="};
    return http_client_new(&options, &w->client, err);
}

/* What a receiver says of this very alert, so that sending it again is of no use. */
static bool is_refusal(int status) {
    return status == 400 || status == 413 || status == 415 || status == 422;
}

/* The status says it all: what comes with it, however long, is read only so far that the connection may be used again. */
static void pass_over(HttpStream *s) {
    char chunk[16 << 10];
    ssize_t n = 1;
    for (size_t all = 0; n > 0 && all < ANSWER_MAX; all += (size_t) MAX(n, (ssize_t) 0))
        n = http_stream_read(s, chunk, sizeof(chunk), NULL);
}

static int send_webhook(Channel *o, const Message *m, Error *err) {
    Webhook *w = o->state;
    const char *const headers[] = {o->format == DELIVER_JSON ? "Content-Type: application/json" : "Content-Type: text/plain; charset=utf-8", NULL};
    const HttpRequest q = {.method = "POST", .url = w->url, .headers = headers, .bearer = w->token, .once = true, .wait = channel_waiting, .userdata = o, .body = m->line};
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    int status, r = http_stream_open(w->client, &q, &status, &s, err);
    if (r < 0)
        return r == -EBADMSG || r == -EPIPE ? -EIO : r;
    pass_over(s);
    if (status >= 200 && status < 300)
        return 0;
    return error_set(err, is_refusal(status) ? -EBADMSG : -EAGAIN, "%s: status %d%s", o->shown, status, status / 100 == 3 ? "; redirects are not followed" : "");
}

static void close_webhook(Channel *o) {
    Webhook *w = o->state;
    if (w->client)
        http_client_free(w->client);
    free(w->url);
    free(w->token);
    free(w);
}

static const ChannelKey keys[] = {
    {"url-file", "FILE", "The URL is in this file, for one that is a secret; instead of the one behind the colon"},
    {"url-env", "NAME", "The URL is in this variable"},
    {"token-file", "FILE", "A bearer token for the receiver is in this file"},
    {"token-env", "NAME", "A bearer token is in this variable"},
    {"ca-file", "FILE", "Authorities (PEM) that may have signed the receiver's certificate, besides the system's"},
    {"client-certificate", "FILE", "A certificate to show to the receiver (PEM)"},
    {"client-key", "FILE", "Its key"},
    {"timeout", "SECONDS", "How long a receiver may be silent (10)"},
    {0},
};

const ChannelKind channel_webhook = {
    .name = "webhook",
    .target = "URL",
    .doc = "A POST request for each alert, over HTTP or HTTPS; one that is not answered with 2xx is tried again at growing intervals",
    .keys = keys,
    .remote = true,
    .format = DELIVER_JSON,
    .open = open_webhook,
    .send = send_webhook,
    .close = close_webhook,
};
