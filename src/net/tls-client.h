/* SPDX-License-Identifier: Apache-2.0 */
/* TLS over a connection that is there already, for protocols other than HTTP (OpenSSL): TLS 1.2 and later, the server's certificate and name are always verified. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct TlsClientOptions {
    const char *ca_file;             /* PEM certificates added to the system's; NULL: none */
    const char *certificate, *key;   /* PEM files, to be shown to the server; NULL: none */
} TlsClientOptions;

typedef struct TlsClientContext TlsClientContext;
/* Reads the files. -EINVAL: they are wrong. */
int tls_client_context_new(const TlsClientOptions *o, TlsClientContext **ret, Error *err);
void tls_client_context_free(TlsClientContext *c);
DEFINE_CLEANUP(TlsClientContext, tls_client_context_free, tls_client_context_freep);

typedef struct TlsClient TlsClient;
/* Shakes hands with `host` over `fd`, which stays the caller's and must have time-outs (SO_RCVTIMEO, SO_SNDTIMEO). -EPROTO with what is wrong with the certificate. */
int tls_client_new(TlsClientContext *c, int fd, const char *host, TlsClient **ret, Error *err);
/* Bytes taken, or a negative errno. */
ssize_t tls_client_write(TlsClient *t, Str bytes, Error *err);
/* Has the server ended it? Does not wait. What it sends is thrown away. */
bool tls_client_ended(TlsClient *t);
void tls_client_free(TlsClient *t);
DEFINE_CLEANUP(TlsClient, tls_client_free, tls_client_freep);
