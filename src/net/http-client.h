/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP(S) client over libcurl: http and https only, at most 10 redirects and none from https to http, credentials never follow
 * to another origin, body sizes bounded, transient failures (connection, 408, 429, 5xx) retried with back-off and Retry-After,
 * broken bodies resumed (RFC 9110). Proxies come from the environment, as curl reads it. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef struct HttpOptions {
    const char *ca_file;       /* PEM certificates added to the system's */
    const char *client_cert, *client_key;
    Str ca_pem;                /* PEM certificates instead of the system's */
    const char *ca_hint;       /* what to do when none of them vouches for the server; NULL: "add its CA with --ca-file" */
    Str cert_pem, key_pem;     /* as client_cert and client_key, in memory; not both */
    const char *tls_server_name; /* what the server's certificate must be for; NULL: the host of the URL */
    const char *proxy;         /* URL (http, https, socks5); NULL: what the environment says */
    bool insecure_tls;
    unsigned retries;      /* 0: 4 */
    unsigned timeout_s;    /* stall: no byte for so long; 0: 30 */
    unsigned backoff_ms;   /* before the first retry, doubled for each further one up to 30 s; 0: 250 */
    const char *user_agent;
} HttpOptions;

/* A Retry-After beyond this is not waited for: the status is the answer then. */
enum { HTTP_RETRY_AFTER_MAX_S = 60, HTTP_REDIRECTS_MAX = 10 };

/* May be used by several threads; each of their requests has a connection of its own, kept for the next. */
typedef struct HttpClient HttpClient;
/* -EINVAL when certificates or the key cannot be read. Strings of `options` are copied. */
int http_client_new(const HttpOptions *options, HttpClient **ret, Error *err);
/* After the last stream of it was closed. */
void http_client_free(HttpClient *c);
DEFINE_CLEANUP(HttpClient, http_client_free, http_client_freep);

typedef struct HttpRequest {
    const char *method;        /* NULL: GET */
    const char *url;
    const char *const *headers; /* "Name: value", NULL-ended; NULL: none. Credentials do not belong here: they would follow redirects */
    const char *basic_user, *basic_password; /* sent to the URL's origin only */
    const char *bearer;        /* likewise */
    bool once;                 /* no second attempt and no resuming: the caller knows better what may be repeated */
    unsigned silence_s;        /* the body may stand still, or drip, for so long; 0: the client's timeout_s and at least 1 KiB/s over it */
    int (*wait)(void *userdata); /* called at least once a second while nothing comes; a negative result ends the request with it. NULL: none */
    void *userdata;
    Str body;
    size_t max_body;           /* bytes of the answer, for http_request() */
    uint64_t expect_size;      /* bytes that a stream must have, when known; 0: not known */
    uint64_t from;             /* a stream begins at this byte of the body: what is before it was got earlier */
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
    uint64_t retry_after;      /* seconds; 0 when absent */
} HttpResponse;

/* 0 whatever the status; -EHOSTUNREACH, -ETIMEDOUT, -ECONNRESET, -E2BIG, -EPROTO (TLS: message says which certificate problem),
 * -EPROTONOSUPPORT (the other side does not speak TLS) … with a message naming the URL without its credentials and query. */
int http_request(HttpClient *c, const HttpRequest *rq, HttpResponse *ret, Error *err);
void http_response_done(HttpResponse *r);

/* A body as a stream, for blobs. When the connection breaks it resumes at the offset reached (Range; where the server does not
 * answer 206 for that very offset the body is read anew and what was delivered is skipped), at most `retries` times
 * without a new byte. Nothing is read ahead beyond 64 KiB. */
typedef struct HttpStream HttpStream;
/* 0 whatever the status, with what there is of a body. */
int http_stream_open(HttpClient *c, const HttpRequest *rq, int *ret_status, HttpStream **ret, Error *err);
/* Status and headers of the answer; its body is empty. Valid until the stream is read or closed. */
const HttpResponse *http_stream_head(const HttpStream *s);
/* Count, 0 at the end, -errno. -EACCES: while resuming, the server refused the credentials (401); http_stream_set_bearer()
 * gives new ones and reading may go on. -EBADMSG: the length is not expect_size. */
ssize_t http_stream_read(HttpStream *s, void *p, size_t n, Error *err);
void http_stream_set_bearer(HttpStream *s, const char *bearer);
void http_stream_close(HttpStream *s);
DEFINE_CLEANUP(HttpStream, http_stream_close, http_stream_closep);
