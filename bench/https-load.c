/* SPDX-License-Identifier: Apache-2.0 */
/* Holds a rate of POST requests over TLS connections that stay open: `bench-https-load URL RATE SECONDS CONNECTIONS BODY…`. No two requests have the same body: each has its own uid, and the files take
 * turns. Every request has its moment, whatever became of the one before; the time that counts begins there, so that a server that stalls is not asked less. Prints "got/s p50 p99 max failed cpu", times in
 * milliseconds, CPU in seconds of this process. The first two seconds are for warming up. */
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/str.h"

enum { WARM_S = 2, CONNECTIONS_MAX = 256, BODIES_MAX = 256, BODY_MAX = 8 << 20, ANSWER_MAX = 1 << 20, HEAD_MAX = 512 };

typedef struct Body {
    char *request;    /* head and body */
    size_t n, uid;    /* where its uid is */
} Body;

static struct {
    const char *host, *port, *path;
    double rate;
    unsigned seconds, connections;
    Body bodies[BODIES_MAX];
    size_t n_bodies;
    SSL_CTX *tls;
    int64_t begin;    /* nanoseconds: the moment of the first request */
    _Atomic uint64_t failed;
} all;

typedef struct Connection {
    pthread_t thread;
    unsigned number;
    SSL *ssl;
    int fd;
    uint32_t *took;   /* microseconds of each request behind the warm-up */
    size_t n, cap;
} Connection;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

static _Noreturn void give_up(const char *why) {
    fprintf(stderr, "bench-https-load: %s\n", why);
    exit(1);
}

static void load_body(const char *path) {
    char *text = NULL;
    size_t n = 0;
    if (all.n_bodies == BODIES_MAX || fs_read(path, BODY_MAX, &text, &n, NULL) < 0)
        give_up(path);
    ssize_t uid = str_find(str_n(text, n), STR("\"request\":{\"uid\":\""));
    if (uid < 0)
        give_up("a body without \"request\":{\"uid\":\"…\" at its beginning");
    Body *b = &all.bodies[all.n_bodies++];
    b->request = xmalloc(HEAD_MAX + n);
    int head = snprintf(b->request, HEAD_MAX, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", all.path, all.host, n);
    memcpy(b->request + head, text, n);
    b->n = (size_t) head + n;
    b->uid = (size_t) head + (size_t) uid + strlen("\"request\":{\"uid\":\"");
    free(text);
}

static void connect_to(Connection *c) {
    struct addrinfo *a = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    int one = 1;
    if (getaddrinfo(all.host, all.port, &hints, &a) != 0)
        give_up("no such host");
    c->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, a->ai_addr, a->ai_addrlen) < 0)
        give_up("the server cannot be reached");
    freeaddrinfo(a);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    c->ssl = SSL_new(all.tls);
    SSL_set_fd(c->ssl, c->fd);
    if (SSL_connect(c->ssl) != 1)
        give_up("the TLS handshake failed");
}

/* The whole answer: is its status 200? */
static bool answered(Connection *c) {
    static _Thread_local char p[ANSWER_MAX];
    size_t n = 0, want = SIZE_MAX;
    while (n < want) {
        int got = n < sizeof(p) ? SSL_read(c->ssl, p + n, (int) (sizeof(p) - n)) : -1;
        if (got <= 0)
            give_up("the server ended the connection");
        n += (size_t) got;
        ssize_t end = want == SIZE_MAX ? str_find(str_n(p, n), STR("\r\n\r\n")) : -1;
        if (end < 0)
            continue;
        uint64_t length = 0;
        ssize_t at = str_find(str_n(p, (size_t) end), STR("Content-Length: "));
        Str value = at < 0 ? STR("") : str_from_at(str_n(p, (size_t) end), (size_t) at + strlen("Content-Length: ")), rest;
        str_cut(value, '\r', &value, &rest);
        if (str_to_u64(value, ANSWER_MAX, &length) < 0)
            give_up("an answer without Content-Length");
        want = (size_t) end + 4 + length;
    }
    return str_starts(str_n(p, n), STR("HTTP/1.1 200"));
}

static void *drive(void *p) {
    Connection *c = p;
    const double step = 1e9 * all.connections / all.rate, offset = step * c->number / all.connections;
    const int64_t warm = all.begin + (int64_t) WARM_S * 1000000000, end = warm + (int64_t) all.seconds * 1000000000;
    /* Bodies of this connection alone, for their uids are written into them. */
    Body own[BODIES_MAX];
    for (size_t i = 0; i < all.n_bodies; i++) {
        own[i] = all.bodies[i];
        own[i].request = memcpy(xmalloc(own[i].n), own[i].request, own[i].n);
    }
    for (uint64_t k = 0; all.n_bodies > 0; k++) {
        int64_t moment = all.begin + (int64_t) (offset + step * (double) k);
        if (moment >= end)
            break;
        const struct timespec t = {.tv_sec = moment / 1000000000, .tv_nsec = moment % 1000000000};
        Body *b = &own[(c->number + k) % all.n_bodies];
        char uid[25];
        snprintf(uid, sizeof(uid), "%08x-%04x-4000-8%03x", (unsigned) k, c->number & 0xffff, (unsigned) (k >> 32) & 0xfff);
        memcpy(b->request + b->uid, uid, strlen(uid));
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
            ;
        if (SSL_write(c->ssl, b->request, (int) b->n) <= 0)
            give_up("the server takes nothing any more");
        if (!answered(c))
            all.failed++;
        if (moment >= warm && c->n < c->cap)
            c->took[c->n++] = (uint32_t) ((now_ns() - moment) / 1000);
    }
    for (size_t i = 0; i < all.n_bodies; i++)
        free(own[i].request);
    return NULL;
}

static int by_number(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
    return x < y ? -1 : x > y;
}

static void report(Connection *c) {
    size_t n = 0;
    for (unsigned i = 0; i < all.connections; i++)
        n += c[i].n;
    uint32_t *took = xcalloc(n + 1, sizeof(*took));
    n = 0;
    for (unsigned i = 0; i < all.connections; i++) {
        memcpy(took + n, c[i].took, c[i].n * sizeof(*took));
        n += c[i].n;
    }
    if (n == 0)
        give_up("nothing was answered");
    qsort(took, n, sizeof(*took), by_number);
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    const uint32_t median = took[n / 2], p99 = took[n * 99 / 100];
    printf("%.1f %.3f %.3f %.3f %llu %.2f\n", (double) n / all.seconds, median / 1e3, p99 / 1e3, took[n - 1] / 1e3, (unsigned long long) all.failed,
           (double) (u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double) (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
    free(took);
}

int main(int argc, char **argv) {
    static Connection connections[CONNECTIONS_MAX];
    Str url = str_from(argc > 1 ? argv[1] : ""), host, path, port = STR("443");
    uint64_t rate = 0, seconds = 0, n = 0;
    if (argc < 6 || !str_starts(url, STR("https://")) || str_to_u64(str_from(argv[2]), 1000000, &rate) < 0 || str_to_u64(str_from(argv[3]), 86400, &seconds) < 0 ||
        str_to_u64(str_from(argv[4]), CONNECTIONS_MAX, &n) < 0 || rate == 0 || seconds == 0 || n == 0)
        give_up("usage: bench-https-load URL RATE SECONDS CONNECTIONS BODY…");
    url = str_from_at(url, strlen("https://"));
    if (!str_cut(url, '/', &host, &path))
        give_up("the URL has no path");
    str_cut(host, ':', &host, &port);
    all.host = str_dup(host);
    all.port = str_dup(port);
    all.path = xasprintf("/%.*s", STR_FMT(path));
    all.rate = (double) rate;
    all.seconds = (unsigned) seconds;
    all.connections = (unsigned) n;
    for (int i = 5; i < argc; i++)
        load_body(argv[i]);
    signal(SIGPIPE, SIG_IGN);
    all.tls = SSL_CTX_new(TLS_client_method());
    for (unsigned i = 0; i < all.connections; i++) {
        Connection *c = &connections[i];
        c->number = i;
        c->cap = (size_t) (all.rate * all.seconds / all.connections) + 16;
        c->took = xcalloc(c->cap, sizeof(*c->took));
        connect_to(c);
    }
    all.begin = now_ns() + 100 * 1000000;
    for (unsigned i = 0; i < all.connections; i++)
        if (pthread_create(&connections[i].thread, NULL, drive, &connections[i]) != 0)
            give_up("a thread could not be started");
    for (unsigned i = 0; i < all.connections; i++)
        pthread_join(connections[i].thread, NULL);
    report(connections);
    return 0;
}
