/* SPDX-License-Identifier: Apache-2.0 */
/* Private keys as files hold them, and what they tell without being decrypted: PKCS #8 (RFC 5208, 5958), PKCS #1 (RFC 8017), SEC 1 (RFC 5915), OpenSSL's DSA,
 * OpenSSH (PROTOCOL.key), PuTTY (appendix C of its manual, versions 2 and 3); and public keys of SSH (RFC 4253, 5656, 8709; PROTOCOL.u2f). The secret parts are never
 * handed out. */
#pragma once

#include "parse/pem.h"
#include "parse/x509.h"

typedef struct PrivateKey {
    Str format;        /* "PKCS#8", "PKCS#1", "SEC1", "DSA", "OpenSSH", "PuTTY" */
    PublicKey key;     /* .whole is made of what the file tells in the clear, empty when that is not enough; likewise .algorithm and .bits */
    Str ssh_blob;      /* OpenSSH and PuTTY: the public key as SSH writes it; what fingerprints are made of. Else empty */
    bool encrypted;
} PrivateKey;

/* A block of PEM: false for one that is no private key, or is none in truth (a placeholder). */
bool private_key_pem(const PemBlock *b, Arena *a, PrivateKey *ret);
bool private_key_der(Str der, Arena *a, PrivateKey *ret);
/* What stands in base64 in a block "OPENSSH PRIVATE KEY". */
bool openssh_key_parse(Str bytes, Arena *a, PrivateKey *ret);
bool private_key_putty(Str text, Arena *a, PrivateKey *ret);
/* The blob that stands in base64 in authorized_keys and *.pub. False when it is no key. */
bool ssh_public_parse(Str blob, Arena *a, PublicKey *ret);
