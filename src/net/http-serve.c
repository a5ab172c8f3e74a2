/* SPDX-License-Identifier: Apache-2.0 */
/* One request: which route, whether its client may, its body, its answer. */
#include "base/alloc.h"
#include "base/time.h"
#include "net/http-server-private.h"

/* How long a client certificate that was verified is believed on a connection that stays open. */
enum { CLIENT_MS = 60 * 1000 };

typedef struct Request {
    const HttpRoute *route; /* NULL: `status` is the answer */
    unsigned status;
    bool bodiless;          /* HEAD: the answer is its head alone */
    const char *why;        /* text of such an answer; static */
    Buf body;
    size_t booked;          /* of `books` */
    _Atomic size_t *books;  /* HttpServer.bodies, or those of the route */
    size_t spilled;         /* bytes beyond the route's maximum, read for nothing */
} Request;

static HttpConnection *connection_of(const HttpServer *s, struct MHD_Connection *c) {
    const union MHD_ConnectionInfo *i = s->api->mhd_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return i ? i->socket_context : NULL;
}

void *http_server_began(void *cls, const char *uri, struct MHD_Connection *c) {
    HttpServer *s = cls;
    HttpConnection *k = connection_of(s, c);
    if (k && !k->busy) {
        k->since = time_steady_ms();
        k->busy = true;
    }
    return NULL;
}

static void refuse(Request *q, unsigned status, const char *why) {
    q->route = NULL;
    q->status = status;
    q->why = why;
}

static void find_route(const HttpServer *s, const char *url, const char *method, Request *q) {
    bool path = false;
    for (const HttpRoute *r = s->o.routes; r->path; r++)
        if (strcmp(r->path, url) == 0) {
            path = true;
            if (strcmp(r->method, method) == 0 || (strcmp(method, "HEAD") == 0 && strcmp(r->method, "GET") == 0)) {
                q->route = r;
                return;
            }
        }
    refuse(q, path ? 405 : 404, path ? "this path takes another method\n" : "there is nothing at this path\n");
}

/* The name of the client that the certificate is for; NULL with a reason in `q`. */
static const char *client_name(HttpServer *s, struct MHD_Connection *c, Request *q) {
    _cleanup_error_ Error err = {0};
    HttpConnection *k = connection_of(s, c);
    const union MHD_ConnectionInfo *i = s->api->mhd_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned generation = tls_server_generation(s->o.tls);
    int64_t now = time_steady_ms();
    if (!k || !i)
        return NULL;
    if (k->client && k->generation == generation && now - k->checked < CLIENT_MS)
        return k->client;
    free(TAKE_PTR(k->client));
    if (tls_server_client(s->o.tls, i->tls_session, &k->client, &err) < 0)
        return NULL;
    k->generation = generation;
    k->checked = now;
    return k->client;
}

static const char too_large[] = "the body is larger than is taken here\n", too_many[] = "too many requests at once\n";

/* By what the head says; a body in chunks says nothing. */
static void check_length(HttpServer *s, struct MHD_Connection *c, Request *q) {
    const char *said = s->api->mhd_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");
    uint64_t n = 0;
    if (said && str_to_u64(str_from(said), UINT64_MAX, &n) < 0)
        return refuse(q, 400, "Content-Length is no number\n");
    if (n > q->route->body_max)
        refuse(q, 413, too_large);
}

static void unbook(Request *q) {
    if (q->booked)
        atomic_fetch_sub(q->books, q->booked);
    q->booked = 0;
}

/* Bytes count when they come, not when they are announced: clients that announce much and send nothing would keep others out. */
static bool book(HttpServer *s, Request *q, size_t n) {
    size_t own = q->route->bodies_max, most = own ? own : s->o.bodies_max;
    q->books = own ? &s->route_bodies[q->route - s->o.routes] : &s->bodies;
    q->booked += n;
    return atomic_fetch_add(q->books, n) + n <= most;
}

static enum MHD_Result answer(HttpServer *s, struct MHD_Connection *c, const Request *q, HttpAnswer *a) {
    HttpConnection *k = connection_of(s, c);
    size_t n = a->body.n;
    struct MHD_Response *r = s->api->mhd_create_response_from_buffer(n, buf_take(&a->body), MHD_RESPMEM_MUST_FREE);
    if (!r)
        return MHD_NO;
    s->api->mhd_add_response_header(r, "Content-Type", a->content_type);
    s->api->mhd_add_response_header(r, "Cache-Control", "no-store");
    if (a->status == 503 || a->status == 429)
        s->api->mhd_add_response_header(r, "Retry-After", "1");
    if (s->stopping || a->status == 413)
        s->api->mhd_add_response_header(r, "Connection", "close");
    if (k)
        k->hold = n > 0 && !q->bodiless;
    enum MHD_Result x = s->api->mhd_queue_response(c, a->status, r);
    s->api->mhd_destroy_response(r);
    return x;
}

static enum MHD_Result answer_refused(HttpServer *s, struct MHD_Connection *c, const Request *q) {
    HttpAnswer a = {.status = q->status, .content_type = "text/plain; charset=utf-8", .body = buf_new(1024)};
    buf_putz(&a.body, q->why);
    s->refused++;
    return answer(s, c, q, &a);
}

static enum MHD_Result begin(HttpServer *s, struct MHD_Connection *c, const char *url, const char *method, void **state) {
    Request *q = xcalloc(1, sizeof(*q));
    *state = q;
    s->requests++;
    q->bodiless = strcmp(method, "HEAD") == 0;
    find_route(s, url, method, q);
    if (q->route && q->route->role == HTTP_CLIENT && s->o.tls && tls_server_asks(s->o.tls) && !client_name(s, c, q))
        refuse(q, 403, "a client certificate that is trusted here is needed\n");
    if (q->route)
        check_length(s, c, q);
    if (!q->route)
        return answer_refused(s, c, q);
    q->body = buf_new(q->route->body_max);
    return MHD_YES;
}

/* More bytes of the body. What is too much is read on for as much again, so that the client hears why. */
static enum MHD_Result take(HttpServer *s, Request *q, const char *p, size_t *n) {
    if (q->route && q->status == 0) {
        if (!book(s, q, *n))
            q->status = 503;
        else if (buf_add(&q->body, p, *n) < 0)
            q->status = 413;
    }
    if (q->route && q->status) {
        unbook(q);
        buf_done(&q->body);
        q->spilled += *n;
    }
    *n = 0;
    return q->route && q->spilled > q->route->body_max ? MHD_NO : MHD_YES;
}

bool http_takes_json(const HttpServed *q, HttpAnswer *a) {
    Str type = q->content_type, rest;
    str_cut(type, ';', &type, &rest);
    if (str_ieq(str_trim(type), STR("application/json")))
        return true;
    a->status = 415;
    buf_putz(&a->body, "expected Content-Type application/json\n");
    return false;
}

static enum MHD_Result serve(HttpServer *s, struct MHD_Connection *c, const char *url, Request *q) {
    if (q->status) {
        q->why = q->status == 503 ? too_many : too_large;
        return answer_refused(s, c, q);
    }
    HttpConnection *k = connection_of(s, c);
    HttpServed served = {
        .path = url,
        .body = buf_view(&q->body),
        .content_type = str_from(s->api->mhd_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Type")),
        .client = q->route->role == HTTP_CLIENT && k ? k->client : NULL,
        .began = time_steady_ns(),
    };
    HttpAnswer a = {.status = 200, .content_type = "text/plain; charset=utf-8", .body = buf_new(BUF_OWN_MAX)};
    q->route->serve(s->o.userdata, &served, &a);
    enum MHD_Result x = a.body.failed ? MHD_NO : answer(s, c, q, &a);
    buf_done(&a.body);
    return x;
}

enum MHD_Result http_server_request(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *upload, size_t *upload_n, void **state) {
    HttpServer *s = cls;
    Request *q = *state;
    if (!q)
        return begin(s, c, url, method, state);
    if (*upload_n)
        return take(s, q, upload, upload_n);
    return serve(s, c, url, q);
}

void http_server_completed(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why) {
    HttpServer *s = cls;
    Request *q = *state;
    HttpConnection *k = connection_of(s, c);
    if (k) {
        http_server_flush(k);
        k->since = time_steady_ms();
        k->busy = false;
    }
    if (!q)
        return;
    s->requests--;
    unbook(q);
    buf_done(&q->body);
    free(q);
    *state = NULL;
}
