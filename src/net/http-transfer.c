/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange with libcurl, driven by its reader: no thread, and no byte is taken from the socket that has no place. */
#include <openssl/ssl.h>
#include <time.h>

#include "base/alloc.h"
#include "base/time.h"
#include "net/http-private.h"
#include "net/url.h"

/* What comes more slowly than SLOWEST bytes a second, over the time that a silence may last, would hold us up for days. */
enum { SLOWEST = 1024 };

enum { HEADERS_MAX = 512 * 1024, HEADER_VALUE_MAX = 32 * 1024, DISCARD_MAX = 64 * 1024, RECEIVE_BUFFER = 256 * 1024 };

/* Adds a CA of the user's to those that libcurl took from the system. */
static CURLcode on_ssl_context(CURL *easy, void *ctx, void *userdata) {
    const HttpConfig *c = userdata;
    return SSL_CTX_load_verify_file(ctx, c->ca_file) == 1 ? CURLE_OK : CURLE_SSL_CACERT_BADFILE;
}

static int on_connected(void *userdata, char *ip, char *local_ip, int port, int local_port) {
    HttpTransfer *t = userdata;
    t->activity++;
    return CURL_PREREQFUNC_OK;
}

static void keep(char **field, Str value) {
    free(*field);
    *field = str_dup(value);
}

/* "bytes 100-199/200" or "bytes 100-199/" with "*" (RFC 9110, 14.4). */
static void read_content_range(HttpTransfer *t, Str v) {
    Str unit, range, first, last, total;
    uint64_t start, size;
    if (!str_cut(v, ' ', &unit, &range) || !str_ieq(unit, STR("bytes")) || !str_cut(range, '/', &range, &total) ||
        !str_cut(range, '-', &first, &last) || str_to_u64(str_trim(first), INT64_MAX, &start) < 0)
        return;
    t->range_start = start;
    if (str_to_u64(str_trim(total), INT64_MAX, &size) == 0)
        t->range_total = size;
}

static void read_header(HttpTransfer *t, Str name, Str value) {
    HttpResponse *h = &t->head;
    uint64_t number;
    if (value.n > HEADER_VALUE_MAX)
        return;
    if (str_ieq(name, STR("content-type"))) {
        keep(&h->content_type, value);
    } else if (str_ieq(name, STR("www-authenticate"))) {
        /* Several headers are one list (RFC 9110, 5.3). */
        char *all = h->www_authenticate ? xasprintf("%s, %.*s", h->www_authenticate, STR_FMT(value)) : str_dup(value);
        free(h->www_authenticate);
        h->www_authenticate = all;
    } else if (str_ieq(name, STR("docker-content-digest"))) {
        keep(&h->docker_content_digest, value);
    } else if (str_ieq(name, STR("location"))) {
        keep(&h->location, value);
    } else if (str_ieq(name, STR("link"))) {
        keep(&h->link, value);
    } else if (str_ieq(name, STR("etag"))) {
        keep(&h->etag, value);
    } else if (str_ieq(name, STR("last-modified"))) {
        keep(&h->last_modified, value);
    } else if (str_ieq(name, STR("content-length")) && str_to_u64(value, INT64_MAX, &number) == 0) {
        t->content_length = number;
    } else if (str_ieq(name, STR("content-range"))) {
        read_content_range(t, value);
    }
}

static void reset_head(HttpTransfer *t) {
    http_response_done(&t->head);
    t->content_length = t->range_start = t->range_total = UINT64_MAX;
}

static size_t on_header(char *p, size_t size, size_t n, void *userdata) {
    HttpTransfer *t = userdata;
    n *= size;
    t->activity++;
    t->header_bytes += n;
    if (t->header_bytes > HEADERS_MAX)
        return 0;
    Str line = str_trim(str_n(p, n)), name, value;
    if (str_starts(line, STR("HTTP/"))) {
        reset_head(t); /* of an interim answer (1xx) before this one */
        long status = 0;
        curl_easy_getinfo(t->handle->easy, CURLINFO_RESPONSE_CODE, &status);
        t->head.status = (int) status;
    } else if (!line.n) {
        t->head_done = t->head_done || t->head.status >= 200;
    } else if (!t->head_done && str_cut(line, ':', &name, &value)) {
        /* Trailers come after the head and say nothing we use. */
        read_header(t, name, str_trim(value));
    }
    return n;
}

static size_t on_body(char *p, size_t size, size_t n, void *userdata) {
    HttpTransfer *t = userdata;
    n *= size;
    t->activity++;
    if (t->hold) {
        t->paused = true;
        return CURL_WRITEFUNC_PAUSE; /* libcurl hands the same bytes over again */
    }
    if (t->discard) {
        t->body_bytes += n;
        return t->body_bytes > DISCARD_MAX ? 0 : n;
    }
    size_t skip = (size_t) MIN((uint64_t) n, t->skip), rest = n - skip;
    size_t room = t->dst_n - t->dst_got, into_spill = rest > room ? rest - room : 0;
    if (into_spill && t->spill_n == 0)
        t->spill_at = 0;
    if (into_spill > HTTP_SPILL - t->spill_at - t->spill_n) {
        t->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (t->body_max < n || t->body_bytes > t->body_max - n) {
        t->too_long = true;
        return 0;
    }
    t->body_bytes += n;
    t->skip -= skip;
    size_t direct = rest - into_spill;
    if (direct)
        memcpy(t->dst + t->dst_got, p + skip, direct);
    t->dst_got += direct;
    if (into_spill)
        memcpy(t->spill + t->spill_at + t->spill_n, p + skip + direct, into_spill);
    t->spill_n += into_spill;
    return n;
}

static void add_header(HttpTransfer *t, const char *line) {
    struct curl_slist *more = curl_slist_append(t->headers, line);
    if (!more)
        abort();
    t->headers = more;
}

static void set_method(HttpTransfer *t, const HttpExchange *x) {
    CURL *e = t->handle->easy;
    if (x->body.n || strcmp(x->method, "POST") == 0 || strcmp(x->method, "PUT") == 0) {
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) x->body.n);
        curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, x->body.p ? x->body.p : "");
        add_header(t, "Expect:"); /* the wait for "100 Continue" costs a second where it is not known */
    }
    if (strcmp(x->method, "HEAD") == 0)
        curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
    else if (strcmp(x->method, "GET") != 0)
        curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, x->method);
}

static void set_blob(CURL *e, CURLoption option, char *pem) {
    struct curl_blob blob = {.data = pem, .len = pem ? strlen(pem) : 0, .flags = CURL_BLOB_NOCOPY};
    if (pem)
        curl_easy_setopt(e, option, &blob);
}

/* What the certificate must be for is the host of libcurl's URL; where to connect to and what the server calls itself are said beside it. */
static void set_server_name(HttpTransfer *t, const char *url, const char *name) {
    Url u;
    if (url_parse(url, &u, NULL) < 0)
        return;
    const char *query = u.query ? u.query : "";
    _cleanup_free_ char *named = xasprintf("%s://%s:%s%s%s%s", u.scheme, name, u.port, u.path, *query ? "?" : "", query);
    _cleanup_free_ char *to = xasprintf("%s:%s:%s:%s", name, u.port, u.host, u.port), *host = xasprintf("Host: %s%s%s", u.host, u.default_port ? "" : ":", u.default_port ? "" : u.port);
    curl_easy_setopt(t->handle->easy, CURLOPT_URL, named);
    t->connect_to = curl_slist_append(NULL, to);
    if (!t->connect_to)
        abort();
    curl_easy_setopt(t->handle->easy, CURLOPT_CONNECT_TO, t->connect_to);
    add_header(t, host);
    url_done(&u);
}

static void set_options(HttpTransfer *t, const HttpExchange *x) {
    CURL *e = t->handle->easy;
    const HttpConfig *c = t->config;
    curl_easy_reset(e);
    if (c->tls_server_name)
        set_server_name(t, x->url, c->tls_server_name);
    else
        curl_easy_setopt(e, CURLOPT_URL, x->url);
    if (c->proxy)
        curl_easy_setopt(e, CURLOPT_PROXY, c->proxy);
    if (c->ca_pem) {
        set_blob(e, CURLOPT_CAINFO_BLOB, c->ca_pem);
        curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
    }
    set_blob(e, CURLOPT_SSLCERT_BLOB, c->cert_pem);
    set_blob(e, CURLOPT_SSLKEY_BLOB, c->key_pem);
    if (t->silence_s) /* a peer that is gone without a word is noticed by probes of the kernel */
        curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    /* A paused HTTP/2 stream goes on filling libcurl's memory up to its window of 32 MiB; one stream gains nothing by it. */
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, (long) RECEIVE_BUFFER);
    curl_easy_setopt(e, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(e, CURLOPT_USERAGENT, c->user_agent);
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, (long) c->timeout_s);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, t->why);
    curl_easy_setopt(e, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
    if (c->insecure_tls) {
        curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (c->ca_file) {
        curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, on_ssl_context);
        curl_easy_setopt(e, CURLOPT_SSL_CTX_DATA, (void *) c);
    }
    if (c->client_cert) {
        curl_easy_setopt(e, CURLOPT_SSLCERT, c->client_cert);
        curl_easy_setopt(e, CURLOPT_SSLKEY, c->client_key ? c->client_key : c->client_cert);
    }
    curl_easy_setopt(e, CURLOPT_PREREQFUNCTION, on_connected);
    curl_easy_setopt(e, CURLOPT_PREREQDATA, t);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, t);
    set_method(t, x);
    for (const char *const *h = x->more_headers; h && *h; h++)
        add_header(t, *h);
    if (x->bearer) {
        _cleanup_free_ char *line = xasprintf("Authorization: Bearer %s", x->bearer);
        add_header(t, line);
    } else if (x->basic_user) {
        curl_easy_setopt(e, CURLOPT_HTTPAUTH, (long) CURLAUTH_BASIC);
        curl_easy_setopt(e, CURLOPT_USERNAME, x->basic_user);
        curl_easy_setopt(e, CURLOPT_PASSWORD, x->basic_password ? x->basic_password : "");
    }
    if (x->offset) {
        _cleanup_free_ char *range = xasprintf("%llu-", (unsigned long long) x->offset);
        curl_easy_setopt(e, CURLOPT_RANGE, range);
        if (x->if_range) {
            _cleanup_free_ char *line = xasprintf("If-Range: %s", x->if_range);
            add_header(t, line);
        }
    }
    if (t->headers)
        curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
}

static void take_messages(HttpTransfer *t) {
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(t->handle->multi, &left)))
        if (m->msg == CURLMSG_DONE && m->easy_handle == t->handle->easy) {
            t->ended = true;
            t->result = m->data.result;
        }
}

/* Counts only while we wait: a reader that is slow itself is no fault of the server's. */
static bool is_too_slow(HttpTransfer *t, int64_t waited, int64_t limit) {
    t->slow_ms += waited;
    if (t->slow_ms < limit)
        return false;
    uint64_t came = t->body_bytes - t->slow_bytes;
    bool slow = came < (uint64_t) t->slow_ms * SLOWEST / 1000;
    t->slow_ms = 0;
    t->slow_bytes = t->body_bytes;
    return slow;
}

int http_transfer_wait(HttpTransfer *t, bool for_head, Error *err) {
    int64_t limit = (int64_t) (t->silence_s && !for_head ? t->silence_s : t->config->timeout_s) * 1000, last = time_steady_ms(), deadline = last + limit;
    uint64_t seen = t->activity;
    for (;;) {
        if (t->paused && !t->hold && (t->dst_n > t->dst_got || t->spill_n == 0)) {
            t->paused = false;
            curl_easy_pause(t->handle->easy, CURLPAUSE_CONT);
        }
        if (for_head ? t->head_done || t->ended : t->dst_got || t->spill_n || t->ended)
            return 0;
        int running = 0;
        CURLMcode m = curl_multi_perform(t->handle->multi, &running);
        if (m != CURLM_OK)
            return error_set(err, -EIO, "libcurl failed: %s", curl_multi_strerror(m));
        take_messages(t);
        int64_t now = time_steady_ms();
        if (!for_head && t->silence_s == 0 && is_too_slow(t, now - last, limit) && !t->ended)
            return error_set(err, -ETIME, "the server sends less than %d bytes a second", SLOWEST);
        last = now;
        if (for_head ? t->head_done || t->ended : t->dst_got || t->spill_n || t->ended)
            return 0;
        /* The lines of a head must not drip either: all of them have as long as one silence. */
        if (t->activity != seen && (!for_head || seen == 0))
            deadline = now + limit;
        seen = t->activity;
        /* Before the connection stands, libcurl's own clock decides: it knows which addresses are still to be tried. */
        bool connecting = t->activity == 0;
        if (!connecting && now >= deadline)
            return error_set(err, -ETIMEDOUT, for_head ? "no answer came within %u s" : "no byte came for %u s", (unsigned) (limit / 1000));
        int64_t wait = connecting ? 1000 : MIN(deadline - now, (int64_t) 1000);
        curl_multi_poll(t->handle->multi, NULL, 0, (int) wait, NULL);
        int stopped = t->waiting ? t->waiting(t->userdata) : 0;
        if (stopped < 0)
            return error_set(err, stopped, "stopped while waiting");
    }
}

int http_transfer_start(HttpTransfer *t, const HttpExchange *x, Error *err) {
    http_transfer_stop(t);
    reset_head(t);
    t->header_bytes = t->activity = t->body_bytes = t->slow_bytes = 0;
    t->slow_ms = 0;
    t->head_done = t->ended = t->discard = t->too_long = t->paused = false;
    t->hold = true;
    t->spill_at = t->spill_n = 0;
    t->result = CURLE_OK;
    t->why[0] = 0;
    set_options(t, x);
    CURLMcode m = curl_multi_add_handle(t->handle->multi, t->handle->easy);
    if (m != CURLM_OK)
        return error_set(err, -EIO, "libcurl failed: %s", curl_multi_strerror(m));
    t->active = true;
    int r = http_transfer_wait(t, true, err);
    if (r < 0)
        return r;
    if (!t->head_done)
        return t->result == CURLE_OK ? error_set(err, -EPROTO, "the answer is not HTTP") : http_transfer_failure(t, err);
    curl_off_t retry_after = 0;
    if (curl_easy_getinfo(t->handle->easy, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK && retry_after > 0)
        t->head.retry_after = (uint64_t) retry_after;
    return 0;
}

void http_transfer_accept(HttpTransfer *t, uint64_t skip, uint64_t max) {
    t->hold = false;
    t->skip = skip;
    t->body_max = max;
}

void http_transfer_discard(HttpTransfer *t) {
    if (t->content_length > DISCARD_MAX)
        return;
    t->hold = false;
    t->discard = true;
    while (!t->ended)
        if (http_transfer_wait(t, false, NULL) < 0)
            break;
}

void http_transfer_stop(HttpTransfer *t) {
    if (t->active)
        curl_multi_remove_handle(t->handle->multi, t->handle->easy);
    t->active = false;
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->connect_to);
    t->headers = t->connect_to = NULL;
}
