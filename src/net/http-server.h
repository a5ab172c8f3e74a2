/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 server (RFC 9110, 9112) over TCP or TLS: routes in a table, bodies under limits, slow and half-open clients cut off. libmicrohttpd does the protocol. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "net/tls-server.h"

typedef struct HttpServer HttpServer;

/* Who may ask for a route. */
typedef enum HttpRole {
    HTTP_ANYONE,
    HTTP_CLIENT,  /* a verified client certificate, where the server asks for them (TlsServerOptions.client_ca) */
} HttpRole;

typedef struct HttpServed {
    const char *path;    /* without the query */
    Str body, content_type;
    const char *client;  /* common name of the verified certificate; NULL: none was asked for */
    int64_t began;       /* nanoseconds of CLOCK_MONOTONIC when the body was complete */
} HttpServed;

typedef struct HttpAnswer {
    unsigned status;
    const char *content_type; /* static text */
    Buf body;                 /* taken over */
} HttpAnswer;

/* Is the body JSON, by its head? Else the answer (415) is put. */
bool http_takes_json(const HttpServed *q, HttpAnswer *a);

typedef struct HttpRoute {
    const char *method, *path;
    HttpRole role;
    size_t body_max;     /* a larger body is refused with 413; 0: none is taken */
    size_t bodies_max;   /* bytes of all bodies of this route at the same time, which do not count among the server's; 0: they do */
    void (*serve)(void *userdata, const HttpServed *q, HttpAnswer *a); /* in one of the server's threads */
    const char *doc;
} HttpRoute;

enum { HTTP_ROUTES_MAX = 16 };

typedef struct HttpServerOptions {
    const char *address;     /* "127.0.0.1:8443", "[::1]:8443", ":8443" for all addresses; port 0: any */
    const HttpRoute *routes; /* ended by a NULL path; HTTP_ROUTES_MAX of them */
    void *userdata;
    TlsServer *tls;          /* NULL: without TLS, which is refused for any other address than those of loopback */
    unsigned threads;
    unsigned connections;    /* at the same time; more wait in the kernel's queue */
    size_t bodies_max;       /* bytes of all bodies at the same time; a request beyond is told to come again (503) */
    unsigned request_s;      /* a handshake and a request have so long, however busily they trickle */
    unsigned idle_s;         /* a connection may wait so long for its next request */
} HttpServerOptions;

/* Is that an address to listen at? -EINVAL: it is none; -EPERM: not one of loopback, though asked for. */
int http_server_check(const char *address, bool loopback_only);
/* Binds the address. Nothing is answered before http_server_start(). */
int http_server_open(const HttpServerOptions *o, HttpServer **ret, Error *err);
/* Starts the threads. */
int http_server_start(HttpServer *s, Error *err);
unsigned http_server_port(const HttpServer *s);
/* To be called about once a second: cuts off connections that are over their time. */
void http_server_tick(HttpServer *s);
typedef struct HttpServerCounts {
    uint64_t connections;    /* open now */
    uint64_t accepted, cut;  /* so far; of these, cut off for their slowness */
    uint64_t requests;       /* being read or answered now */
    uint64_t refused;        /* answered with 4xx or 503 by the server itself */
} HttpServerCounts;
HttpServerCounts http_server_counts(HttpServer *s);
/* No new connections; waits for requests at hand up to `grace_s`, then ends. */
void http_server_stop(HttpServer *s, unsigned grace_s);
void http_server_free(HttpServer *s);
DEFINE_CLEANUP(HttpServer, http_server_free, http_server_freep);
