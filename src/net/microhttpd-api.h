/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd and GnuTLS, loaded when a server starts: no other command pays for them. Files that serve include this instead of microhttpd.h and gnutls/gnutls.h. */
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <microhttpd.h>

#define MICROHTTPD_FUNCTIONS(X) \
    X(add_response_header) X(create_response_from_buffer) X(destroy_response) X(get_connection_info) X(lookup_connection_value) X(queue_response) X(quiesce_daemon) \
    X(start_daemon) X(stop_daemon)

#define GNUTLS_FUNCTIONS(X) \
    X(certificate_allocate_credentials) X(certificate_free_credentials) X(certificate_get_peers) X(certificate_server_set_request) X(certificate_set_x509_key_mem) \
    X(pcert_deinit) X(pcert_list_import_x509_raw) X(privkey_deinit) X(privkey_import_x509_raw) X(privkey_init) X(session_get_ptr) X(strerror) X(transport_set_ptr2) \
    X(transport_set_push_function) X(x509_crt_deinit) \
    X(x509_crt_get_dn_by_oid) X(x509_crt_get_expiration_time) X(x509_crt_import) X(x509_crt_init) X(x509_trust_list_add_trust_mem) X(x509_trust_list_deinit) \
    X(x509_trust_list_init) X(x509_trust_list_verify_crt2)

typedef struct ServeApi {
#define X(name) __typeof__(MHD_##name) *mhd_##name;
    MICROHTTPD_FUNCTIONS(X)
#undef X
#define X(name) __typeof__(gnutls_##name) *tls_##name;
    GNUTLS_FUNCTIONS(X)
#undef X
} ServeApi;

/* NULL when they cannot be loaded; *ret_why (may be NULL) then says so. Thread-safe. */
const ServeApi *serve_api(const char **ret_why);
