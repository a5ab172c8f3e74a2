/* SPDX-License-Identifier: Apache-2.0 */
#include "net/tls-client.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/alloc.h"

struct TlsClientContext {
    SSL_CTX *ctx;
};

struct TlsClient {
    SSL *ssl;
    int fd;
};

static const char *reason(void) {
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    return text ? text : "it failed";
}

void tls_client_context_free(TlsClientContext *c) {
    SSL_CTX_free(c->ctx);
    free(c);
}

int tls_client_context_new(const TlsClientOptions *o, TlsClientContext **ret, Error *err) {
    _cleanup_(tls_client_context_freep) TlsClientContext *c = xcalloc(1, sizeof(*c));
    ERR_clear_error();
    c->ctx = SSL_CTX_new(TLS_client_method());
    if (!c->ctx || !SSL_CTX_set_min_proto_version(c->ctx, TLS1_2_VERSION) || !SSL_CTX_set_default_verify_paths(c->ctx))
        return error_set(err, -ENOMEM, "preparing TLS: %s", reason());
    SSL_CTX_set_verify(c->ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(c->ctx, SSL_MODE_AUTO_RETRY);
    if (o->ca_file && !SSL_CTX_load_verify_locations(c->ctx, o->ca_file, NULL))
        return error_set(err, -EINVAL, "CA file %s: cannot be read or holds no PEM certificate", o->ca_file);
    if (!o->certificate != !o->key)
        return error_set(err, -EINVAL, "a certificate and its key belong together");
    if (o->certificate && (SSL_CTX_use_certificate_chain_file(c->ctx, o->certificate) != 1 || SSL_CTX_use_PrivateKey_file(c->ctx, o->key, SSL_FILETYPE_PEM) != 1))
        return error_set(err, -EINVAL, "%s, %s: %s", o->certificate, o->key, reason());
    *ret = TAKE_PTR(c);
    return 0;
}

void tls_client_free(TlsClient *t) {
    SSL_free(t->ssl);
    free(t);
}

static int name_server(SSL *ssl, const char *host) {
    /* An address is looked for among the addresses of a certificate, and is no name for the server to choose by. */
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host))
        return 0;
    return SSL_set1_host(ssl, host) && SSL_set_tlsext_host_name(ssl, host) ? 0 : -EINVAL;
}

int tls_client_new(TlsClientContext *c, int fd, const char *host, TlsClient **ret, Error *err) {
    _cleanup_(tls_client_freep) TlsClient *t = xcalloc(1, sizeof(*t));
    t->fd = fd;
    ERR_clear_error();
    t->ssl = SSL_new(c->ctx);
    if (!t->ssl || !SSL_set_fd(t->ssl, fd) || name_server(t->ssl, host) < 0)
        return error_set(err, -ENOMEM, "preparing TLS with %s: %s", host, reason());
    if (SSL_connect(t->ssl) != 1) {
        long verify = SSL_get_verify_result(t->ssl);
        if (verify != X509_V_OK)
            return error_set(err, -EPROTO, "%s: its certificate is not accepted: %s", host, X509_verify_cert_error_string(verify));
        return error_set(err, -EPROTO, "%s: TLS: %s", host, ERR_peek_last_error() ? reason() : "no answer");
    }
    *ret = TAKE_PTR(t);
    return 0;
}

ssize_t tls_client_write(TlsClient *t, Str bytes, Error *err) {
    size_t n;
    ERR_clear_error();
    if (SSL_write_ex(t->ssl, bytes.p, bytes.n, &n) == 1)
        return (ssize_t) n;
    return error_set(err, -ECONNRESET, "TLS: %s", ERR_peek_last_error() ? reason() : "the connection broke");
}

bool tls_client_ended(TlsClient *t) {
    int flags = fcntl(t->fd, F_GETFL);
    char room[512];
    size_t n;
    fcntl(t->fd, F_SETFL, flags | O_NONBLOCK);
    ERR_clear_error();
    int r;
    while ((r = SSL_read_ex(t->ssl, room, sizeof(room), &n)) == 1)
        ;
    int why = SSL_get_error(t->ssl, r);
    fcntl(t->fd, F_SETFL, flags);
    return why != SSL_ERROR_WANT_READ;
}
