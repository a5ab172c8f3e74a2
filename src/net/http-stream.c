/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as their callers see them: redirects followed, failures retried, broken bodies resumed. */
#include <time.h>

#include "base/alloc.h"
#include "net/http-private.h"
#include "net/url.h"

enum { BACKOFF_MAX_MS = 30 * 1000, GAIN_ENOUGH = 64 * 1024 };

struct HttpStream {
    HttpClient *client;
    HttpTransfer t;
    /* The request, copied. */
    char *method, *url, *shown;
    char **headers;
    size_t n_headers;
    char *basic_user, *basic_password, *bearer, *body;
    size_t body_n;
    uint64_t expect_size;
    /* Where it stands. */
    uint64_t offset;      /* bytes given to the reader */
    uint64_t total;       /* bytes of the whole body; UINT64_MAX: not known */
    char *etag;           /* strong validator of the body that is read */
    unsigned failures;    /* since the last GAIN_ENOUGH new bytes */
    uint64_t gained;      /* bytes since the last failure */
    bool body_started;    /* a 2xx body is being read */
    bool once;            /* HttpRequest.once */
    bool no_range;        /* the server does not do ranges properly */
    int lost;             /* the error that ended it for good */
};

void http_response_done(HttpResponse *r) {
    buf_done(&r->body);
    free(r->content_type);
    free(r->www_authenticate);
    free(r->docker_content_digest);
    free(r->location);
    free(r->link);
    free(r->etag);
    free(r->last_modified);
    *r = (HttpResponse) {.body = r->body};
}

static bool is_redirect(const HttpTransfer *t) {
    int s = t->head.status;
    return t->head.location && (s == 301 || s == 302 || s == 303 || s == 307 || s == 308);
}

/* Repeating it does no harm (RFC 9110, 9.2.2). */
static bool is_safe(const HttpStream *s) {
    return strcmp(s->method, "GET") == 0 || strcmp(s->method, "HEAD") == 0;
}

static int follow(const char *from, const char *location, char **ret, Error *err) {
    _cleanup_free_ char *next = NULL;
    int r = url_resolve(from, location, &next, err);
    if (r < 0)
        return error_set(err, -EPROTO, "redirected to something that is not an http or https URL");
    if (strncmp(from, "https:", 6) == 0 && strncmp(next, "http:", 5) == 0) {
        _cleanup_free_ char *shown = url_redacted(next);
        return error_set(err, -EPROTO, "redirected from https to %s, which is not followed", shown);
    }
    *ret = TAKE_PTR(next);
    return 0;
}

/* One attempt along all redirects, up to the head of the final answer. */
static int attempt(HttpStream *s, Error *err) {
    _cleanup_free_ char *url = xstrdup(s->url);
    /* Once away from the origin the credentials stay behind, also when a later redirect leads back. */
    bool away = false;
    for (unsigned n = 0;; n++) {
        HttpExchange x = {
            .method = s->method,
            .url = url,
            .more_headers = (const char *const *) s->headers,
            .basic_user = away ? NULL : s->basic_user,
            .basic_password = away ? NULL : s->basic_password,
            .bearer = away ? NULL : s->bearer,
            .body = str_n(s->body, s->body_n),
            .offset = s->no_range ? 0 : s->offset,
            .if_range = s->etag,
        };
        int r = http_transfer_start(&s->t, &x, err);
        if (r < 0 && away) {
            _cleanup_free_ char *shown = url_redacted(url);
            return error_wrap(err, r, "redirected to %s", shown);
        }
        if (r < 0 || !is_redirect(&s->t) || !is_safe(s))
            return r;
        if (n == HTTP_REDIRECTS_MAX)
            return error_set(err, -EPROTO, "more than %d redirects", HTTP_REDIRECTS_MAX);
        char *next = NULL;
        r = follow(url, s->t.head.location, &next, err);
        if (r < 0)
            return r;
        away = away || !url_same_origin(s->url, next);
        free(url);
        url = next;
        http_transfer_discard(&s->t);
    }
}

/* Waits before the next attempt; false when the server asks for more patience than we have. */
static bool back_off(const HttpStream *s, uint64_t retry_after) {
    if (retry_after > HTTP_RETRY_AFTER_MAX_S)
        return false;
    uint64_t ms = s->t.config->backoff_ms;
    for (unsigned i = 1; i < s->failures && ms < BACKOFF_MAX_MS; i++)
        ms *= 2;
    ms = MAX(MIN(ms, (uint64_t) BACKOFF_MAX_MS), retry_after * 1000);
    struct timespec ts = {.tv_sec = (time_t) (ms / 1000), .tv_nsec = (long) (ms % 1000) * 1000000};
    while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
        ;
    return true;
}

/* Attempts until an answer that is no transient failure, or `retries` are used up: then 0 with the last status. */
static int attempts(HttpStream *s, Error *err) {
    for (;;) {
        int r = attempt(s, err);
        int status = r < 0 ? 0 : s->t.head.status;
        /* What is not safe to repeat is repeated only when it surely was not done. */
        bool again = r < 0 ? http_failure_is_transient(r) && (is_safe(s) || r == -EHOSTUNREACH)
                           : http_status_is_transient(status) && (is_safe(s) || status == 429 || status == 503);
        if (!again || s->once || s->failures >= s->t.config->retries)
            return r;
        s->failures++;
        if (!back_off(s, r < 0 ? 0 : s->t.head.retry_after))
            return r;
    }
}

/* Looks at the head of a 2xx answer: is it the body, or the part of it, that was asked for? 1 when the attempt has to be made
 * again without a range. */
static int accept_body(HttpStream *s, Error *err) {
    HttpTransfer *t = &s->t;
    const char *etag = t->head.etag && strncmp(t->head.etag, "W/", 2) != 0 ? t->head.etag : NULL;
    bool partial = s->offset > 0 && !s->no_range && t->head.status == 206;
    if (s->offset > 0 && !s->no_range && (t->head.status == 416 || (partial && t->range_start != s->offset)))
        return 1;
    uint64_t total = partial ? t->range_total : t->content_length;
    if (s->offset > 0 && ((s->etag && etag && strcmp(s->etag, etag) != 0) || (total != UINT64_MAX && s->total != UINT64_MAX && total != s->total)))
        return error_set(err, -ESTALE, "it changed on the server while it was read");
    if (total != UINT64_MAX)
        s->total = total;
    if (s->expect_size && s->total != UINT64_MAX && s->total != s->expect_size)
        return error_set(err, -EBADMSG, "the server sends %llu bytes, %llu were expected", (unsigned long long) s->total,
                         (unsigned long long) s->expect_size);
    if (s->expect_size)
        s->total = s->expect_size;
    if (!s->etag && etag)
        s->etag = xstrdup(etag);
    uint64_t skip = partial ? 0 : s->offset;
    http_transfer_accept(t, skip, s->total == UINT64_MAX ? UINT64_MAX : s->total - MIN(s->offset - skip, s->total));
    s->body_started = true;
    return 0;
}

static char *dup_or_null(const char *z) {
    return z ? xstrdup(z) : NULL;
}

static bool has_line_break(const char *z) {
    return z[strcspn(z, "\r\n")] != 0;
}

int http_stream_open(HttpClient *c, const HttpRequest *rq, int *ret_status, HttpStream **ret, Error *err) {
    char *shown = url_redacted(rq->url);
    _cleanup_(http_stream_closep) HttpStream *s = xcalloc(1, sizeof(*s));
    s->shown = shown;
    s->client = c;
    s->t.config = http_client_config(c);
    s->t.handle = http_client_take(c);
    s->t.spill = xmalloc(HTTP_SPILL);
    s->t.content_length = s->total = UINT64_MAX;
    s->method = xstrdup(rq->method ? rq->method : "GET");
    s->url = xstrdup(rq->url);
    for (const char *const *h = rq->headers; h && *h; h++)
        s->n_headers++;
    char **headers = s->headers = xcalloc(s->n_headers + 1, sizeof(char *));
    lint_assume(rq->headers || s->n_headers == 0);
    for (size_t i = 0; i < s->n_headers; i++)
        headers[i] = xstrdup(rq->headers[i]);
    s->basic_user = dup_or_null(rq->basic_user);
    s->basic_password = dup_or_null(rq->basic_password);
    s->bearer = dup_or_null(rq->bearer);
    s->body = str_dup(rq->body);
    s->body_n = rq->body.n;
    s->expect_size = rq->expect_size;
    s->offset = rq->from;
    s->once = rq->once;
    s->t.silence_s = rq->silence_s;
    s->t.waiting = rq->wait;
    s->t.userdata = rq->userdata;

    for (size_t i = 0; i < s->n_headers; i++)
        if (has_line_break(s->headers[i]))
            return error_set(err, -EINVAL, "%s: a header to be sent has a line break", s->shown);
    if (s->bearer && has_line_break(s->bearer))
        return error_set(err, -EINVAL, "%s: the token has a line break", s->shown);
    Url u;
    int r = url_parse(rq->url, &u, err);
    if (r < 0)
        return r;
    url_done(&u);
    r = attempts(s, err);
    if (r < 0)
        return error_wrap(err, r, "%s", s->shown);
    if (s->t.head.status >= 200 && s->t.head.status <= 299 && strcmp(s->method, "HEAD") != 0) {
        r = accept_body(s, err);
        if (r > 0) { /* another part than `from` on: the whole body then, of which the front is skipped */
            s->no_range = true;
            r = attempts(s, err);
            if (r >= 0 && s->t.head.status != 200)
                r = error_set(err, -EREMOTEIO, "asked anew without a range: status %d", s->t.head.status);
            if (r >= 0)
                r = accept_body(s, err);
        }
        if (r < 0)
            return error_wrap(err, r, "%s", s->shown);
    } else {
        http_transfer_accept(&s->t, 0, UINT64_MAX);
    }
    *ret_status = s->t.head.status;
    *ret = TAKE_PTR(s);
    return 0;
}

const HttpResponse *http_stream_head(const HttpStream *s) {
    return &s->t.head;
}

/* The connection broke in the body: opens it anew at the offset reached. `err` says how it broke, and goes on saying it when
 * that is not possible. */
static int resume(HttpStream *s, int r, Error *err) {
    HttpTransfer *t = &s->t;
    if (s->once || !s->body_started || strcmp(s->method, "GET") != 0 || !http_failure_is_transient(r))
        return r;
    for (;;) {
        if (s->failures >= t->config->retries)
            return error_wrap(err, r, "%llu bytes came, then no more in %u attempts", (unsigned long long) s->offset, s->failures + 1);
        s->failures++;
        s->gained = 0;
        if (!back_off(s, 0))
            return r;
        int q = attempts(s, err);
        if (q < 0)
            return q;
        if (t->head.status == 401)
            return error_set(err, -EACCES, "resuming at byte %llu was refused: status 401", (unsigned long long) s->offset);
        if (t->head.status != 200 && t->head.status != 206 && t->head.status != 416)
            return error_set(err, -EREMOTEIO, "resuming at byte %llu failed: status %d", (unsigned long long) s->offset, t->head.status);
        q = accept_body(s, err);
        if (q <= 0)
            return q;
        s->no_range = true;
    }
}

/* How the body ended: 0 at its proper end, else a negative errno with its message. */
static int ended(HttpStream *s, Error *err) {
    HttpTransfer *t = &s->t;
    if (t->too_long)
        return error_set(err, -EBADMSG, "more bytes than the %llu expected", (unsigned long long) s->total);
    if (t->result != CURLE_OK)
        return http_transfer_failure(t, err);
    if (s->body_started && s->total != UINT64_MAX && s->offset < s->total)
        return error_set(err, -ECONNRESET, "it ended at byte %llu of %llu", (unsigned long long) s->offset, (unsigned long long) s->total);
    return 0;
}

ssize_t http_stream_read(HttpStream *s, void *p, size_t n, Error *err) {
    HttpTransfer *t = &s->t;
    if (s->lost && s->lost != -EACCES)
        return error_set(err, s->lost, "%s: read after it failed", s->shown);
    int r = 0;
    if (s->lost) { /* new credentials came */
        r = error_set(err, -ECONNRESET, "not resumed");
        s->lost = 0;
    }
    while (n) {
        size_t got = 0;
        if (r == 0 && t->spill_n) {
            got = MIN(n, t->spill_n);
            memcpy(p, t->spill + t->spill_at, got);
            t->spill_at += got;
            t->spill_n -= got;
        } else if (r == 0) {
            if (t->ended) {
                r = ended(s, err);
                if (r == 0)
                    return 0;
            } else {
                t->dst = p;
                t->dst_n = n;
                t->dst_got = 0;
                r = http_transfer_wait(t, false, err);
                got = t->dst_got;
                t->dst = NULL;
                t->dst_n = t->dst_got = 0;
            }
        }
        if (got) {
            s->offset += got;
            s->gained += got;
            /* A server that breaks off after a few bytes each time does not get us on. */
            if (s->gained >= GAIN_ENOUGH)
                s->failures = 0;
            return (ssize_t) got;
        }
        if (r < 0) {
            r = resume(s, r, err);
            if (r < 0) {
                s->lost = r;
                return error_wrap(err, r, "%s", s->shown);
            }
        }
    }
    return 0;
}

void http_stream_set_bearer(HttpStream *s, const char *bearer) {
    free(s->bearer);
    s->bearer = xstrdup(bearer);
}

void http_stream_close(HttpStream *s) {
    if (s->t.handle) {
        http_transfer_stop(&s->t);
        http_client_give(s->client, s->t.handle);
    }
    http_response_done(&s->t.head);
    free(s->t.spill);
    for (size_t i = 0; i < s->n_headers; i++)
        free(s->headers[i]);
    free(s->headers);
    free(s->method);
    free(s->url);
    free(s->shown);
    free(s->basic_user);
    free(s->basic_password);
    free(s->bearer);
    free(s->body);
    free(s->etag);
    free(s);
}

int http_request(HttpClient *c, const HttpRequest *rq, HttpResponse *ret, Error *err) {
    _cleanup_(http_stream_closep) HttpStream *s = NULL;
    int status, r = http_stream_open(c, rq, &status, &s, err);
    if (r < 0)
        return r;
    _cleanup_(buf_done) Buf body = buf_new(rq->max_body);
    HttpResponse head = s->t.head; /* kept: a resumed body would replace it */
    s->t.head = (HttpResponse) {.status = status};
    for (;;) {
        char chunk[16 * 1024];
        ssize_t n = http_stream_read(s, chunk, sizeof(chunk), err);
        if (n == 0)
            break;
        r = (int) n;
        if (n > 0)
            r = buf_add(&body, chunk, (size_t) n);
        if (r == -E2BIG)
            error_set(err, r, "%s: the answer is larger than %zu bytes", s->shown, rq->max_body);
        if (r < 0) {
            http_response_done(&head);
            return r;
        }
    }
    *ret = head;
    ret->body = body;
    body = (Buf) {0};
    return 0;
}
