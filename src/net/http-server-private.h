/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the HTTP server share. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "net/http-server.h"
#include "net/tls-private.h"

/* More than the head of an answer as a TLS record. */
enum { HELD_MAX = 512 };

/* A connection while it is open: MHD's socket context. */
typedef struct HttpConnection {
    HttpServer *server;
    int fd;
    _Atomic int64_t since;     /* milliseconds: since when it has been … */
    _Atomic bool busy;         /* … in a handshake or a request; else waiting for the next request */
    bool cut;
    struct HttpConnection *before, *after;
    /* Who its client is, as of `checked` and a generation of the files. Of the thread that serves it. */
    char *client;
    unsigned generation;
    int64_t checked;
    /* TLS: the head of an answer waits for its body, so that both are one packet and the client wakes up once. Of that thread, too. */
    bool hold;                 /* the next record is a head */
    size_t n_held;
    char held[HELD_MAX];
} HttpConnection;

struct HttpServer {
    HttpServerOptions o;
    const ServeApi *api;
    struct MHD_Daemon *daemon;
    int fd;
    unsigned port;
    pthread_mutex_t lock;      /* of the list */
    HttpConnection *connections;
    _Atomic uint64_t open, accepted, cut, requests, refused;
    _Atomic size_t bodies, route_bodies[HTTP_ROUTES_MAX];
    _Atomic bool stopping;
};

/* What is still held when an answer is complete; a client that takes nothing is cut off. */
void http_server_flush(HttpConnection *k);
/* Binds and listens: a descriptor. `loopback_only`: other addresses are refused. */
int http_server_listen(const char *address, bool loopback_only, unsigned *ret_port, Error *err);
/* MHD's callbacks, server as closure. */
enum MHD_Result http_server_request(void *cls, struct MHD_Connection *c, const char *url, const char *method, const char *version, const char *upload, size_t *upload_n, void **state);
void http_server_completed(void *cls, struct MHD_Connection *c, void **state, enum MHD_RequestTerminationCode why);
void *http_server_began(void *cls, const char *uri, struct MHD_Connection *c);
