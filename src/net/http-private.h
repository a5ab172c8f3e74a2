/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the HTTP client share: client.c keeps handles, transfer.c makes one exchange, stream.c follows redirects,
 * retries and resumes. */
#pragma once

#include "net/curl-api.h"
#include "net/http-client.h"

/* An easy handle with its own multi handle, so that a transfer can be driven from the thread that reads it; the
 * multi handle keeps the connections. */
typedef struct HttpHandle HttpHandle;
struct HttpHandle {
    CURLM *multi;
    CURL *easy;
    HttpHandle *next;
};

typedef struct HttpConfig {
    char *ca_file, *client_cert, *client_key, *user_agent;
    char *ca_pem, *cert_pem, *key_pem, *tls_server_name, *proxy, *ca_hint;
    bool insecure_tls;
    unsigned retries, timeout_s, backoff_ms;
} HttpConfig;

const HttpConfig *http_client_config(const HttpClient *c);
HttpHandle *http_client_take(HttpClient *c);
void http_client_give(HttpClient *c, HttpHandle *h);

enum { HTTP_SPILL = 64 * 1024 };

/* One exchange: a request sent, the head of the answer, then its body. */
typedef struct HttpTransfer {
    const HttpConfig *config;
    HttpHandle *handle;
    bool active;             /* the easy handle is in the multi handle */
    struct curl_slist *headers, *connect_to;
    HttpResponse head;
    uint64_t content_length; /* UINT64_MAX: not stated */
    uint64_t range_start, range_total; /* of Content-Range; UINT64_MAX: not stated */
    size_t header_bytes;
    bool head_done, ended;
    unsigned silence_s;      /* HttpRequest.silence_s, wait, userdata */
    int (*waiting)(void *userdata);
    void *userdata;
    bool hold;               /* the body waits in the socket until http_transfer_accept() */
    bool discard;            /* the body is of no use (a redirect's) */
    CURLcode result;         /* when ended */
    char why[CURL_ERROR_SIZE];
    uint64_t activity;       /* counts signs of life, for the stall clock */
    int64_t slow_ms;         /* waited for body bytes since slow_bytes had come */
    uint64_t slow_bytes;
    uint64_t body_bytes, body_max, skip;
    bool too_long;           /* body_max was passed */
    char *dst;               /* where the reader wants bytes now */
    size_t dst_n, dst_got;
    bool paused;
    char *spill;             /* what came beyond; HTTP_SPILL bytes */
    size_t spill_at, spill_n;
} HttpTransfer;

typedef struct HttpExchange {
    const char *method, *url;
    const char *const *more_headers;
    const char *basic_user, *basic_password, *bearer; /* NULL where they must not go */
    Str body;
    uint64_t offset;         /* over 0: ask for the rest from here */
    const char *if_range;    /* strong validator for that, or NULL */
} HttpExchange;

/* Sends it and waits for the head: 0, -ETIMEDOUT, or the failure of the connection by http_transfer_failure(). */
int http_transfer_start(HttpTransfer *t, const HttpExchange *x, Error *err);
/* Lets the body come, once the head was looked at: `skip` bytes are dropped, more than `max` bytes end it. */
void http_transfer_accept(HttpTransfer *t, uint64_t skip, uint64_t max);
/* Reads a short body for nothing, so that the connection can be used again. */
void http_transfer_discard(HttpTransfer *t);
/* Waits until bytes are in dst or spill, or it ended: 0, -ETIMEDOUT, or -ETIME when they come too slowly to be worth asking again. */
int http_transfer_wait(HttpTransfer *t, bool for_head, Error *err);
/* Leaves the exchange: its connection is kept only when the body was read to its end. */
void http_transfer_stop(HttpTransfer *t);
/* Says what `t->result` means: a negative errno with a message (without the URL). */
int http_transfer_failure(const HttpTransfer *t, Error *err);
/* May the same request succeed a little later? */
bool http_failure_is_transient(int r);
bool http_status_is_transient(int status);
