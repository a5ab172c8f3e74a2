/* SPDX-License-Identifier: Apache-2.0 */
/* Keystores: Java's JKS and JCEKS (sun.security.provider.JavaKeyStore, com.sun.crypto.provider.JceKeyStore), and PKCS #12 (RFC 7292) as far as it can be read without
 * its password. */
#pragma once

#include "base/arena.h"

typedef struct KeystoreItem KeystoreItem;
struct KeystoreItem {
    Str der;                      /* a slice */
    const KeystoreItem *next;
};

typedef struct Keystore {
    Str format;                   /* "JKS", "JCEKS", "PKCS#12" */
    uint32_t n_keys;              /* private and secret keys that are encrypted */
    uint32_t n_sealed;            /* PKCS #12: parts that only the password opens */
    const KeystoreItem *certificates; /* in the order of the file */
    const KeystoreItem *plain_keys;   /* PKCS #12: private keys (PKCS #8) that nothing protects */
} Keystore;

/* Does a file begin as one? */
bool keystore_detect(Str head);
/* False when it is none. One that is cut short gives what stands before. */
bool keystore_parse(Str bytes, Arena *a, Keystore *ret);
