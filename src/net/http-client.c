/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http-client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>

#include "base/alloc.h"
#include "net/http-private.h"

enum { IDLE_MAX = 8, CONNECTIONS_PER_HANDLE = 4 };

struct HttpClient {
    HttpConfig config;
    pthread_mutex_t lock; /* of idle */
    HttpHandle *idle;
    unsigned n_idle;
};

static char *dup_or_null(const char *s) {
    return s && *s ? xstrdup(s) : NULL;
}

static char *dup_pem(Str s) {
    return s.n ? str_dup(s) : NULL;
}

/* Takes the certificates and the key out of memory, as libcurl will. */
static int check_memory(const HttpConfig *c, Error *err) {
    int r = 0;
    BIO *ca = BIO_new_mem_buf(c->ca_pem ? c->ca_pem : "", -1), *cert = BIO_new_mem_buf(c->cert_pem ? c->cert_pem : "", -1), *key = BIO_new_mem_buf(c->key_pem ? c->key_pem : "", -1);
    X509 *first = PEM_read_bio_X509(ca, NULL, NULL, NULL), *own = PEM_read_bio_X509(cert, NULL, NULL, NULL);
    /* A key that asks for a pass phrase is refused: nobody is there to ask. */
    EVP_PKEY *secret = PEM_read_bio_PrivateKey(key, NULL, NULL, (void *) "");
    if (c->ca_pem && !first)
        r = error_set(err, -EINVAL, "the authority's certificates hold no PEM certificate");
    else if (c->cert_pem && !own)
        r = error_set(err, -EINVAL, "the client certificate is not a PEM certificate");
    else if (c->cert_pem && !secret)
        r = error_set(err, -EINVAL, "the client key is not a PEM key without a pass phrase");
    else if (own && X509_check_private_key(own, secret) != 1)
        r = error_set(err, -EINVAL, "the client key does not belong to the client certificate");
    X509_free(first);
    X509_free(own);
    EVP_PKEY_free(secret);
    BIO_free(ca);
    BIO_free(cert);
    BIO_free(key);
    return r;
}

/* Read once now, so that a wrong file is said before any connection and not as a failed handshake. */
static int check_files(const HttpConfig *c, Error *err) {
    int r = 0;
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx)
        abort();
    if (c->ca_file && SSL_CTX_load_verify_file(ctx, c->ca_file) != 1)
        r = error_set(err, -EINVAL, "CA file %s: cannot be read or holds no PEM certificate", c->ca_file);
    else if (c->client_cert && SSL_CTX_use_certificate_chain_file(ctx, c->client_cert) != 1)
        r = error_set(err, -EINVAL, "client certificate %s: cannot be read or is not a PEM certificate", c->client_cert);
    else if (c->client_cert && SSL_CTX_use_PrivateKey_file(ctx, c->client_key ? c->client_key : c->client_cert, SSL_FILETYPE_PEM) != 1)
        r = error_set(err, -EINVAL, "client key %s: cannot be read, or does not belong to the certificate %s",
                      c->client_key ? c->client_key : c->client_cert, c->client_cert);
    else if (c->ca_pem || c->cert_pem)
        r = check_memory(c, err);
    ERR_clear_error();
    SSL_CTX_free(ctx);
    return r;
}

int http_client_new(const HttpOptions *options, HttpClient **ret, Error *err) {
    static const HttpOptions none;
    const HttpOptions *o = options ? options : &none;
    const char *why;
    if (!curl_api(&why))
        return error_set(err, -ENOSYS, "%s", why);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(err, -EIO, "libcurl cannot be initialised");
    _cleanup_(http_client_freep) HttpClient *c = xcalloc(1, sizeof(*c));
    pthread_mutex_init(&c->lock, NULL);
    c->config = (HttpConfig) {
        .ca_file = dup_or_null(o->ca_file),
        .client_cert = dup_or_null(o->client_cert),
        .client_key = dup_or_null(o->client_key),
        .user_agent = xstrdup(o->user_agent ? o->user_agent : "plimsoll"),
        .ca_pem = dup_pem(o->ca_pem),
        .cert_pem = dup_pem(o->cert_pem),
        .key_pem = dup_pem(o->key_pem),
        .tls_server_name = dup_or_null(o->tls_server_name),
        .ca_hint = dup_or_null(o->ca_hint),
        .proxy = dup_or_null(o->proxy),
        .insecure_tls = o->insecure_tls,
        .retries = o->retries ? o->retries : 4,
        .timeout_s = o->timeout_s ? o->timeout_s : 30,
        .backoff_ms = o->backoff_ms ? o->backoff_ms : 250,
    };
    if (c->config.ca_file || c->config.client_cert || c->config.ca_pem || c->config.cert_pem) {
        int r = check_files(&c->config, err);
        if (r < 0)
            return r;
    }
    *ret = TAKE_PTR(c);
    return 0;
}

const HttpConfig *http_client_config(const HttpClient *c) {
    return &c->config;
}

static void handle_free(HttpHandle *h) {
    curl_easy_cleanup(h->easy);
    curl_multi_cleanup(h->multi);
    free(h);
}

HttpHandle *http_client_take(HttpClient *c) {
    pthread_mutex_lock(&c->lock);
    HttpHandle *h = c->idle;
    if (h) {
        c->idle = h->next;
        c->n_idle--;
    }
    pthread_mutex_unlock(&c->lock);
    if (h)
        return h;
    h = xcalloc(1, sizeof(*h));
    h->multi = curl_multi_init();
    h->easy = curl_easy_init();
    if (!h->multi || !h->easy)
        abort();
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long) CONNECTIONS_PER_HANDLE);
    return h;
}

void http_client_give(HttpClient *c, HttpHandle *h) {
    pthread_mutex_lock(&c->lock);
    bool keep = c->n_idle < IDLE_MAX;
    if (keep) {
        h->next = c->idle;
        c->idle = h;
        c->n_idle++;
    }
    pthread_mutex_unlock(&c->lock);
    if (!keep)
        handle_free(h);
}

void http_client_free(HttpClient *c) {
    while (c->idle) {
        HttpHandle *h = c->idle;
        c->idle = h->next;
        handle_free(h);
    }
    pthread_mutex_destroy(&c->lock);
    free(c->config.ca_file);
    free(c->config.client_cert);
    free(c->config.client_key);
    free(c->config.user_agent);
    free(c->config.ca_pem);
    free(c->config.cert_pem);
    if (c->config.key_pem)
        explicit_bzero(c->config.key_pem, strlen(c->config.key_pem));
    free(c->config.key_pem);
    free(c->config.tls_server_name);
    free(c->config.proxy);
    free(c->config.ca_hint);
    free(c);
    curl_global_cleanup();
}
