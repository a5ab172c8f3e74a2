/* SPDX-License-Identifier: Apache-2.0 */
/* X.509 certificates (RFC 5280) and the public keys in them (RFC 3279, 5480, 8410, NIST's CSOR). Read by us, for the library's reader would look for its
 * configuration and providers, which a confined worker has not; nothing is verified but form. Slices of the certificate. */
#pragma once

#include "base/arena.h"
#include "base/error.h"

typedef struct PublicKey {
    Str algorithm;  /* "RSA", "EC", "Ed25519" …; the object identifier for one that is not known */
    Str curve;      /* "P-256", "secp256k1" …; empty where there is none */
    uint32_t bits;  /* of modulus, prime or curve; 0 when it is not known */
    Str whole;      /* SubjectPublicKeyInfo; empty where it is not known */
} PublicKey;

typedef struct X509 {
    Str serial;              /* bytes of the number */
    Str issuer, subject;     /* names, for x509_name_text() */
    int64_t not_before, not_after;
    PublicKey key;
    Str hash;                /* of the signature: "SHA-256", "MD5"; empty for algorithms that have none of their own; the identifier when it is not known */
    bool ca;                 /* basic constraints say so, or it is self-issued and of version 1, which has none */
    bool self_issued;        /* issuer and subject are the same, and so are the identifiers of their keys when there are such */
} X509;

/* 0; -EBADMSG with what is wrong. Texts that are not slices go into `a`. */
int x509_parse(Str der, Arena *a, X509 *ret, Error *err);
/* As RFC 4514 writes names ("CN=example,O=Example Inc"), at most about a kilobyte of it; bytes that are not UTF-8 become '?'. */
Str x509_name_text(Arena *a, Str name);
/* A SubjectPublicKeyInfo. False when it is none. */
bool public_key_parse(Str der, Arena *a, PublicKey *ret);
/* What an AlgorithmIdentifier's content says of a key: algorithm, curve, and the bits that follow from these. */
bool public_key_algorithm(Str identifier, Arena *a, PublicKey *ret);
