/* SPDX-License-Identifier: Apache-2.0 */
/* Digests (through OpenSSL) and in-memory hashing (XXH3). */
#pragma once

#include "base/str.h"

/* XXH3-64 keyed with a value drawn once per process: for hash tables, never for anything stored or printed. */
uint64_t hash_keyed(const void *p, size_t n);
/* XXH3-64 with a caller's seed: stable for the same seed. */
uint64_t hash_seeded(const void *p, size_t n, uint64_t seed);

/* The same (with seed 0) of bytes that come in parts. */
typedef struct HashStream HashStream;
HashStream *hash_stream_new(void);
void hash_stream_add(HashStream *h, const void *p, size_t n);
/* The hash of what was added since it was new, or since the last call. */
uint64_t hash_stream_end(HashStream *h);
void hash_stream_free(HashStream *h);
DEFINE_CLEANUP(HashStream, hash_stream_free, hash_stream_freep);

typedef enum DigestKind {
    DIGEST_SHA256,
    DIGEST_SHA384,
    DIGEST_SHA512,
    DIGEST_MD5,  /* these two only to compare with what package databases state */
    DIGEST_SHA1,
    DIGEST_KIND_N_,
} DigestKind;

enum { DIGEST_MAX = 64, DIGEST_HEX_MAX = 2 * DIGEST_MAX };

typedef struct Hasher Hasher;
/* Never NULL. */
Hasher *hasher_new(DigestKind kind);
void hasher_add(Hasher *h, const void *p, size_t n);
/* Writes the digest's bytes and says how many; the hasher starts anew. */
size_t hasher_raw(Hasher *h, uint8_t ret[static DIGEST_MAX]);
/* Bytes that a digest of this kind has. */
size_t digest_size(DigestKind kind);
/* Writes lower-case hex and a NUL; the hasher starts anew. */
void hasher_hex(Hasher *h, char ret_hex[static DIGEST_HEX_MAX + 1]);
void hasher_free(Hasher *h);
DEFINE_CLEANUP(Hasher, hasher_free, hasher_freep);

/* HMAC-SHA-256 (RFC 2104) of one buffer in lower-case hex with a NUL. */
void hmac_sha256_hex(Str key, Str data, char ret_hex[static 65]);
/* SHA-256 of one buffer in lower-case hex with a NUL. */
void sha256_hex(const void *p, size_t n, char ret_hex[static 65]);
