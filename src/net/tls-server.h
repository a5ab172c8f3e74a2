/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate that a server shows and the clients that it knows, from PEM files (RFC 7468) that may be replaced while it runs. */
#pragma once

#include "base/error.h"

typedef struct TlsServer TlsServer;

typedef struct TlsServerOptions {
    const char *certificate, *key;    /* files: the chain, its own first, and its key */
    const char *client_ca;            /* file: who signs clients; NULL: clients are not asked for certificates */
    const char *const *client_names;  /* NULL-ended: common names of clients that are let in; NULL or empty: whoever client_ca signed */
} TlsServerOptions;

/* Reads the files; the strings of `o` must outlive it. A certificate that is no longer, or not yet, good is taken: tls_server_expires(). */
int tls_server_new(const TlsServerOptions *o, TlsServer **ret, Error *err);
void tls_server_free(TlsServer *t);
DEFINE_CLEANUP(TlsServer, tls_server_free, tls_server_freep);

/* Reads files anew that changed since, or all of them when `all`. 1: connections from now on get new ones; 0: nothing changed; negative: what there was stays. One thread at
 * a time; connections may be made meanwhile. */
int tls_server_refresh(TlsServer *t, bool all, Error *err);
/* When the certificate ends, in seconds since 1970. */
int64_t tls_server_expires(TlsServer *t);
