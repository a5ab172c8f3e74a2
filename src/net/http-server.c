/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/alloc.h"
#include "base/time.h"
#include "net/http-server-private.h"

/* A head of a request, with the TLS side's needs; the body is ours. */
enum { CONNECTION_BYTES = 32 << 10 };

int http_server_open(const HttpServerOptions *o, HttpServer **ret, Error *err) {
    const char *why = NULL;
    const ServeApi *api = serve_api(&why);
    if (!api)
        return error_set(err, -ENOSYS, "%s", why);
    unsigned port;
    int fd = http_server_listen(o->address, !o->tls, &port, err);
    if (fd < 0)
        return fd;
    HttpServer *s = xcalloc(1, sizeof(*s));
    s->o = *o;
    s->api = api;
    s->fd = fd;
    s->port = port;
    pthread_mutex_init(&s->lock, NULL);
    *ret = s;
    return 0;
}

unsigned http_server_port(const HttpServer *s) {
    return s->port;
}

/* Sends for GnuTLS: a record that is to be held goes with the one behind it. */
static ssize_t push(gnutls_transport_ptr_t connection, const void *p, size_t n) {
    HttpConnection *k = connection;
    if (k->hold && !k->n_held && n <= sizeof(k->held)) {
        memcpy(k->held, p, n);
        k->n_held = n;
        k->hold = false;
        return (ssize_t) n;
    }
    struct iovec parts[] = {{k->held, k->n_held}, {(void *) (uintptr_t) p, n}};
    const struct msghdr m = {.msg_iov = parts, .msg_iovlen = ARRAY_SIZE(parts)};
    ssize_t sent = sendmsg(k->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0)
        return sent;
    size_t of_held = MIN((size_t) sent, k->n_held);
    k->n_held -= of_held;
    memmove(k->held, k->held + of_held, k->n_held);
    if ((size_t) sent > of_held)
        return sent - (ssize_t) of_held;
    errno = EAGAIN;
    return -1;
}

void http_server_flush(HttpConnection *k) {
    k->hold = false;
    if (k->n_held && push(k, NULL, 0) < 0 && k->n_held)
        shutdown(k->fd, SHUT_RDWR);
}

static void opened(HttpServer *s, struct MHD_Connection *c, void **context) {
    const union MHD_ConnectionInfo *i = s->api->mhd_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    HttpConnection *k = xcalloc(1, sizeof(*k));
    k->server = s;
    k->fd = i ? i->connect_fd : -1;
    k->since = time_steady_ms();
    k->busy = true;
    const union MHD_ConnectionInfo *tls = s->o.tls ? s->api->mhd_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION) : NULL;
    if (tls) {
        s->api->tls_transport_set_ptr2(tls->tls_session, (gnutls_transport_ptr_t) (intptr_t) k->fd, k);
        s->api->tls_transport_set_push_function(tls->tls_session, push);
    }
    s->open++;
    s->accepted++;
    pthread_mutex_lock(&s->lock);
    k->after = s->connections;
    if (k->after)
        k->after->before = k;
    s->connections = k;
    pthread_mutex_unlock(&s->lock);
    *context = k;
}

static void closed(HttpServer *s, void **context) {
    HttpConnection *k = *context;
    if (!k)
        return;
    pthread_mutex_lock(&s->lock);
    if (k->before)
        k->before->after = k->after;
    else
        s->connections = k->after;
    if (k->after)
        k->after->before = k->before;
    pthread_mutex_unlock(&s->lock);
    s->open--;
    free(k->client);
    free(k);
    *context = NULL;
}

static void notify(void *cls, struct MHD_Connection *c, void **context, enum MHD_ConnectionNotificationCode code) {
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        opened(cls, c, context);
    else
        closed(cls, context);
}

/* The library makes the session's pointer the connection, and has told us of that before the handshake begins. */
static int retrieve(gnutls_session_t session, const gnutls_datum_t *req_ca_rdn, int nreqs, const gnutls_pk_algorithm_t *pk_algos, int pk_algos_length, gnutls_pcert_st **chain,
                    unsigned *n, gnutls_privkey_t *key) {
    const ServeApi *api = serve_api(NULL);
    const union MHD_ConnectionInfo *i = api->mhd_get_connection_info(api->tls_session_get_ptr(session), MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    const HttpConnection *k = i ? i->socket_context : NULL;
    return k ? tls_server_retrieve(k->server->o.tls, session, chain, n, key) : -1;
}

int http_server_start(HttpServer *s, Error *err) {
    const HttpServerOptions *o = &s->o;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *) (uintptr_t) retrieve},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *) (uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_LISTEN_SOCKET, s->fd, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, o->threads, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, o->connections, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, MAX(o->request_s, o->idle_s), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES, NULL},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t) notify, s},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t) http_server_completed, s},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t) http_server_began, s},
        {MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL},
        {MHD_OPTION_ARRAY, 0, o->tls ? tls : plain},
        {MHD_OPTION_END, 0, NULL},
    };
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | (o->tls ? MHD_USE_TLS : 0);
    s->daemon = s->api->mhd_start_daemon(flags, 0, NULL, NULL, http_server_request, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    return s->daemon ? 0 : error_set(err, -EIO, "%s: the HTTP server does not start", o->address);
}

void http_server_tick(HttpServer *s) {
    int64_t now = time_steady_ms();
    pthread_mutex_lock(&s->lock);
    for (HttpConnection *k = s->connections; k; k = k->after) {
        unsigned allowed = k->busy ? s->o.request_s : s->o.idle_s;
        if (k->cut || now - k->since < (int64_t) allowed * 1000)
            continue;
        /* The descriptor is open as long as the connection is in the list. */
        shutdown(k->fd, SHUT_RDWR);
        k->cut = true;
        s->cut++;
    }
    pthread_mutex_unlock(&s->lock);
}

HttpServerCounts http_server_counts(HttpServer *s) {
    return (HttpServerCounts) {.connections = s->open, .accepted = s->accepted, .cut = s->cut, .requests = s->requests, .refused = s->refused};
}

void http_server_stop(HttpServer *s, unsigned grace_s) {
    if (!s->daemon)
        return;
    s->stopping = true;
    /* From here on clients are refused rather than kept waiting. Its number stays taken as long as there are workers, who may still look at it. */
    s->api->mhd_quiesce_daemon(s->daemon);
    shutdown(s->fd, SHUT_RDWR);
    for (int64_t until = time_steady_ms() + (int64_t) grace_s * 1000; s->requests > 0 && time_steady_ms() < until;)
        poll(NULL, 0, 20);
    s->api->mhd_stop_daemon(s->daemon);
    s->daemon = NULL;
    close(s->fd);
    s->fd = -1;
}

void http_server_free(HttpServer *s) {
    http_server_stop(s, 0);
    if (s->fd >= 0)
        close(s->fd);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
