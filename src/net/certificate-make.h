/* SPDX-License-Identifier: Apache-2.0 */
/* Makes certificates (RFC 5280): an authority of one's own, and servers that it signs. Keys are P-256. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef struct CertificateRequest {
    const char *name;           /* common name */
    const char *const *hosts;   /* NULL-ended: DNS names */
    int64_t from, until;        /* seconds since 1970 */
} CertificateRequest;

/* An authority: its certificate and key as PEM, one behind the other. */
int certificate_make_authority(const CertificateRequest *q, Buf *ret, Error *err);
/* A server's certificate that `authority` (as above) has signed, and its key. -EBADMSG: the authority cannot be read, or is none. */
int certificate_make_server(Str authority, const CertificateRequest *q, Buf *ret_certificate, Buf *ret_key, Error *err);
/* The certificates in a PEM text without its keys. */
int certificate_only(Str pem, Buf *ret, Error *err);
