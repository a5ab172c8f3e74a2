/* SPDX-License-Identifier: Apache-2.0 */
/* What the HTTP server needs of the TLS side. Only for src/net. */
#pragma once

#include "net/microhttpd-api.h"
#include "net/tls-server.h"

/* The certificate for a new connection, as gnutls_certificate_retrieve_function2 wants it. It stays good for longer than a handshake may take. */
int tls_server_retrieve(TlsServer *t, gnutls_session_t session, gnutls_pcert_st **ret_chain, unsigned *ret_n, gnutls_privkey_t *ret_key);
bool tls_server_asks(const TlsServer *t);
/* Changes whenever the files did. */
unsigned tls_server_generation(TlsServer *t);
/* Who the client of the session is: 0 with its common name in a fresh string, -EACCES with the reason when it is nobody that is let in. */
int tls_server_client(TlsServer *t, gnutls_session_t session, char **ret_name, Error *err);
