/* SPDX-License-Identifier: Apache-2.0 */
/* What libcurl's and OpenSSL's failures mean for the person who reads the message. */
#include <openssl/x509_vfy.h>

#include "net/http-private.h"

bool http_status_is_transient(int status) {
    return status == 408 || status == 429 || (status >= 500 && status <= 599 && status != 501 && status != 505);
}

bool http_failure_is_transient(int r) {
    return r == -EHOSTUNREACH || r == -ETIMEDOUT || r == -ECONNRESET;
}

static int certificate_failure(const HttpTransfer *t, Error *err) {
    long verify = X509_V_OK;
    curl_easy_getinfo(t->handle->easy, CURLINFO_SSL_VERIFYRESULT, &verify);
    switch (verify) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return error_set(err, -EPROTO, "the server's certificate has expired (or this machine's clock is wrong)");
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return error_set(err, -EPROTO, "the server's certificate is not valid yet (or this machine's clock is wrong)");
    case X509_V_ERR_CERT_REVOKED:
        return error_set(err, -EPROTO, "the server's certificate was revoked");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return error_set(err, -EPROTO, "the server's certificate was issued by nobody %s (%s); %s",
                         t->config->ca_pem ? "that it must come from" : "this machine trusts", X509_verify_cert_error_string(verify),
                         t->config->ca_hint ? t->config->ca_hint : "add its CA with --ca-file");
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED: /* what libcurl starts with: the chain was fine, it compared the names itself */
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return error_set(err, -EPROTO, "the server's certificate is for another host name (%s)", t->why[0] ? t->why : "host name mismatch");
    default:
        return error_set(err, -EPROTO, "the server's certificate is not accepted: %s", X509_verify_cert_error_string(verify));
    }
}

int http_transfer_failure(const HttpTransfer *t, Error *err) {
    const char *why = t->why[0] ? t->why : curl_easy_strerror(t->result);
    /* TLS 1.3 servers refuse a missing client certificate only once the handshake is over: an alert, not a lost line. */
    if (strstr(why, "alert") && strstr(why, "SSL"))
        return strstr(why, "certificate required") || strstr(why, "bad certificate") || strstr(why, "handshake failure")
                   ? error_set(err, -EPROTO, "the server refused the TLS connection, it may want a client certificate (%s)", why)
                   : error_set(err, -EPROTO, "the server refused the TLS connection (%s)", why);
    switch (t->result) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
        return error_set(err, -EHOSTUNREACH, "not reached: %s", why);
    case CURLE_OPERATION_TIMEDOUT:
        return error_set(err, -ETIMEDOUT, "no connection within %u s", t->config->timeout_s);
    case CURLE_SSL_CONNECT_ERROR:
        if (strstr(why, "wrong version number") || strstr(why, "packet length too long") || strstr(why, "http request"))
            return error_set(err, -EPROTONOSUPPORT, "the server does not speak TLS");
        if (strstr(why, "unexpected eof") || strstr(why, "SSL_ERROR_SYSCALL"))
            return error_set(err, -ECONNRESET, "the connection broke while TLS was set up (%s)", why);
        return error_set(err, -EPROTO, "no TLS connection: %s", why);
    case CURLE_PEER_FAILED_VERIFICATION:
        return certificate_failure(t, err);
    case CURLE_SSL_CERTPROBLEM:
        return error_set(err, -EINVAL, "the client certificate cannot be used: %s", why);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
        return error_set(err, -ECONNRESET, "the connection broke (%s)", why);
    case CURLE_OUT_OF_MEMORY: /* libcurl's word for a header line beyond its buffer: allocations of ours end the program */
        return error_set(err, -EPROTO, "the answer is not HTTP, or has a header line without an end");
    case CURLE_UNSUPPORTED_PROTOCOL:
        if (strstr(why, "HTTP/0.9")) /* whatever does not begin as an answer is taken for one of that version */
            return error_set(err, -EPROTO, "the answer is not HTTP");
        /* fall through */
    case CURLE_URL_MALFORMAT:
        return error_set(err, -EINVAL, "not an http or https URL");
    default:
        return error_set(err, -EPROTO, "%s", why);
    }
}
