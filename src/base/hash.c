/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/alloc.h"

struct Hasher {
    EVP_MD_CTX *ctx;
    const EVP_MD *md;
};

/* One process-wide key and one fetch of each digest: fetching on every use costs more than hashing a small file. Two times of
 * beginning, for libcrypto's own start takes milliseconds, and maps need the key only. */
static struct {
    pthread_once_t key_once, md_once;
    uint64_t key;
    EVP_MD *md[DIGEST_KIND_N_];
} shared = {.key_once = PTHREAD_ONCE_INIT, .md_once = PTHREAD_ONCE_INIT};

static void key_init(void) {
    if (getrandom(&shared.key, sizeof(shared.key), GRND_NONBLOCK) != sizeof(shared.key)) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        shared.key = (uint64_t) t.tv_nsec * 0x9E3779B97F4A7C15u ^ (uint64_t) (uintptr_t) &t;
    }
}

static void md_init(void) {
    static const char *const names[] = {
        [DIGEST_SHA256] = "SHA256", [DIGEST_SHA384] = "SHA384", [DIGEST_SHA512] = "SHA512", [DIGEST_MD5] = "MD5", [DIGEST_SHA1] = "SHA1"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        shared.md[i] = EVP_MD_fetch(NULL, names[i], NULL);
}

uint64_t hash_keyed(const void *p, size_t n) {
    pthread_once(&shared.key_once, key_init);
    return XXH3_64bits_withSeed(p, n, shared.key);
}

uint64_t hash_seeded(const void *p, size_t n, uint64_t seed) {
    return XXH3_64bits_withSeed(p, n, seed);
}

struct HashStream {
    XXH3_state_t *state;
};

HashStream *hash_stream_new(void) {
    HashStream *h = xmalloc(sizeof(*h));
    h->state = XXH3_createState();
    if (!h->state)
        abort();
    XXH3_64bits_reset(h->state);
    return h;
}

void hash_stream_add(HashStream *h, const void *p, size_t n) {
    XXH3_64bits_update(h->state, p, n);
}

uint64_t hash_stream_end(HashStream *h) {
    uint64_t ret = XXH3_64bits_digest(h->state);
    XXH3_64bits_reset(h->state);
    return ret;
}

void hash_stream_free(HashStream *h) {
    XXH3_freeState(h->state);
    free(h);
}

Hasher *hasher_new(DigestKind kind) {
    pthread_once(&shared.md_once, md_init);
    Hasher *h = xcalloc(1, sizeof(*h));
    h->ctx = EVP_MD_CTX_new();
    h->md = shared.md[kind];
    if (!h->ctx || !h->md || EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1)
        abort(); /* a libcrypto without SHA-2 cannot serve us at all */
    return h;
}

void hasher_add(Hasher *h, const void *p, size_t n) {
    if (EVP_DigestUpdate(h->ctx, p, n) != 1)
        abort();
}

static void hasher_bytes(Hasher *h, unsigned char *ret, unsigned *ret_n) {
    if (EVP_DigestFinal_ex(h->ctx, ret, ret_n) != 1 || EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1)
        abort();
}

size_t hasher_raw(Hasher *h, uint8_t ret[static DIGEST_MAX]) {
    unsigned n = 0;
    hasher_bytes(h, ret, &n);
    return n;
}

size_t digest_size(DigestKind kind) {
    static const uint8_t sizes[DIGEST_KIND_N_] = {[DIGEST_SHA256] = 32, [DIGEST_SHA384] = 48, [DIGEST_SHA512] = 64, [DIGEST_MD5] = 16, [DIGEST_SHA1] = 20};
    return sizes[kind];
}

void hasher_hex(Hasher *h, char ret_hex[static DIGEST_HEX_MAX + 1]) {
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    hasher_bytes(h, raw, &n);
    for (unsigned i = 0; i < n; i++) {
        ret_hex[2 * i] = digits[raw[i] >> 4];
        ret_hex[2 * i + 1] = digits[raw[i] & 15];
    }
    ret_hex[2 * n] = 0;
}

void hasher_free(Hasher *h) {
    EVP_MD_CTX_free(h->ctx);
    free(h);
}

void sha256_hex(const void *p, size_t n, char ret_hex[static 65]) {
    char hex[DIGEST_HEX_MAX + 1];
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    hasher_add(h, p, n);
    hasher_hex(h, hex);
    memcpy(ret_hex, hex, 65);
}

void hmac_sha256_hex(Str key, Str data, char ret_hex[static 65]) {
    enum { BLOCK = 64 };
    unsigned char block[BLOCK] = {0}, inner[32];
    unsigned n;
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    if (key.n > BLOCK) {
        hasher_add(h, key.p, key.n);
        hasher_bytes(h, block, &n);
    } else if (key.n) {
        memcpy(block, key.p, key.n);
    }
    for (size_t i = 0; i < BLOCK; i++)
        block[i] ^= 0x36;
    hasher_add(h, block, BLOCK);
    hasher_add(h, data.p, data.n);
    hasher_bytes(h, inner, &n);
    for (size_t i = 0; i < BLOCK; i++)
        block[i] ^= 0x36 ^ 0x5c;
    hasher_add(h, block, BLOCK);
    hasher_add(h, inner, n);
    char hex[DIGEST_HEX_MAX + 1];
    hasher_hex(h, hex);
    memcpy(ret_hex, hex, 65);
    OPENSSL_cleanse(block, sizeof(block));
}
