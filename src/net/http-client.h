/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP(S) client over libcurl: http and https only, at most 10 redirects, credentials never follow to another host, body sizes
 * bounded, transient failures (connection, 408, 429, 5xx) retried with back-off and Retry-After, byte ranges resumed. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef struct HttpOptions {
    const char *ca_file;
    const char *client_cert, *client_key;
    bool insecure_tls;
    unsigned retries;      /* 0: 4 */
    unsigned timeout_s;    /* stall: no byte for so long; 0: 30 */
    const char *user_agent;
} HttpOptions;

typedef struct HttpClient HttpClient;
int http_client_new(const HttpOptions *options, HttpClient **ret, Error *err);
void http_client_free(HttpClient *c);
DEFINE_CLEANUP(HttpClient, http_client_free, http_client_freep);

typedef struct HttpRequest {
    const char *method;        /* NULL: GET */
    const char *url;
    const char *const *headers; /* "Name: value", NULL-ended; NULL: none */
    const char *basic_user, *basic_password; /* sent to the URL's host only */
    const char *bearer;        /* likewise */
    Str body;
    size_t max_body;           /* bytes of the answer */
} HttpRequest;

typedef struct HttpResponse {
    int status;                /* final one, after redirects */
    Buf body;
    char *content_type;        /* owned; NULL when absent */
    char *www_authenticate;    /* all such headers joined by ", "; NULL when absent */
    char *docker_content_digest;
    char *location;
    char *link;                /* Link header */
    char *etag, *last_modified;
} HttpResponse;

/* 0 whatever the status; -EHOSTUNREACH, -ETIMEDOUT, -E2BIG, -EPROTO (TLS: message says which certificate problem) …
 * with a message naming the URL without its credentials. */
int http_request(HttpClient *c, const HttpRequest *rq, HttpResponse *ret, Error *err);
void http_response_done(HttpResponse *r);

/* A body as a stream, for blobs: resumes at the offset reached when the connection breaks (Range; the server must answer 206). */
typedef struct HttpStream HttpStream;
int http_stream_open(HttpClient *c, const HttpRequest *rq, int *ret_status, HttpStream **ret, Error *err);
/* Count, 0 at the end, -errno. */
ssize_t http_stream_read(HttpStream *s, void *p, size_t n, Error *err);
void http_stream_close(HttpStream *s);
DEFINE_CLEANUP(HttpStream, http_stream_close, http_stream_closep);
