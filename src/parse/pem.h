/* SPDX-License-Identifier: Apache-2.0 */
/* PEM (RFC 7468, and RFC 1421's headers as OpenSSL's traditional keys have them): the blocks of a text, whatever stands between them. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

typedef struct PemBlock {
    Str label;      /* "CERTIFICATE", "RSA PRIVATE KEY" */
    Str headers;    /* lines "Key: value" before the content; empty when there are none */
    Str base64;     /* the content as written, with its line ends */
    uint32_t line;  /* of "-----BEGIN", from 1 */
} PemBlock;

typedef struct PemReader {
    Str rest;
    uint32_t line;  /* lines that were read */
} PemReader;

static inline PemReader pem_reader(Str text) {
    return (PemReader) {.rest = text};
}
/* The next block that has an end with the same label; false when there is none. */
bool pem_next(PemReader *r, PemBlock *ret);
/* Its content; empty when it is no base64. */
Str pem_content(const PemBlock *b, Arena *a);
