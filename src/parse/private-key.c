/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/private-key.h"

#include "base/buf.h"
#include "parse/der.h"
#include "parse/oid.h"

enum { KEY_BYTES_MAX = 1 << 20 };

static const char oid_rsa[] = {0x2a, (char) 0x86, 0x48, (char) 0x86, (char) 0xf7, 0x0d, 0x01, 0x01, 0x01};
static const char oid_ec[] = {0x2a, (char) 0x86, 0x48, (char) 0xce, 0x3d, 0x02, 0x01};

static void put(Buf *b, uint8_t tag, Str content) {
    buf_putc(b, (char) tag);
    if (content.n < 0x80) {
        buf_putc(b, (char) content.n);
    } else {
        char n[4] = {(char) (content.n >> 24), (char) (content.n >> 16), (char) (content.n >> 8), (char) content.n};
        size_t skip = 0;
        while (n[skip] == 0)
            skip++;
        buf_putc(b, (char) (0x80 | (4 - skip)));
        buf_add(b, n + skip, 4 - skip);
    }
    buf_str(b, content);
}

/* SubjectPublicKeyInfo of an algorithm's identifier (the content of its sequence) and a BIT STRING's content. */
static Str public_info(Arena *a, Str identifier, Str bits) {
    _cleanup_(buf_done) Buf in = buf_new(KEY_BYTES_MAX), out = buf_new(KEY_BYTES_MAX);
    put(&in, DER_SEQUENCE, identifier);
    put(&in, DER_BIT_STRING, bits);
    put(&out, DER_SEQUENCE, buf_view(&in));
    return out.failed || in.failed ? STR_NULL : arena_str(a, buf_view(&out));
}

static bool pkcs1(Str der, Arena *a, PrivateKey *k) {
    enum { NUMBERS = 9 };
    Der whole, number[NUMBERS];
    uint64_t version;
    if (!der_take(&der, DER_SEQUENCE, &whole))
        return false;
    for (size_t i = 0; i < NUMBERS; i++)
        if (!der_take(&whole.content, DER_INTEGER, &number[i]))
            return false;
    if (!der_integer_u64(number[0].content, &version) || version > 1)
        return false;
    k->format = STR("PKCS#1");
    k->key.algorithm = STR("RSA");
    k->key.bits = der_integer_bits(number[1].content);
    _cleanup_(buf_done) Buf pair = buf_new(KEY_BYTES_MAX), bits = buf_new(KEY_BYTES_MAX), identifier = buf_new(64);
    buf_str(&pair, number[1].whole);
    buf_str(&pair, number[2].whole);
    buf_putc(&bits, 0);
    put(&bits, DER_SEQUENCE, buf_view(&pair));
    put(&identifier, DER_OID, str_n(oid_rsa, sizeof(oid_rsa)));
    put(&identifier, DER_NULL, STR_NULL);
    k->key.whole = public_info(a, buf_view(&identifier), buf_view(&bits));
    return true;
}

/* `curve`: the parameters of the algorithm that PKCS #8 names around it; they may be left out here then. */
static bool sec1(Str der, Str curve, Arena *a, PrivateKey *k) {
    Der whole, version, secret, parameters, bits;
    uint64_t one;
    if (!der_take(&der, DER_SEQUENCE, &whole))
        return false;
    Str in = whole.content;
    if (!der_take(&in, DER_INTEGER, &version) || !der_integer_u64(version.content, &one) || one != 1 || !der_take(&in, DER_OCTET_STRING, &secret))
        return false;
    if (der_take(&in, DER_CONTEXT_CONSTRUCTED, &parameters))
        curve = parameters.content;
    k->format = STR("SEC1");
    _cleanup_(buf_done) Buf identifier = buf_new(KEY_BYTES_MAX);
    put(&identifier, DER_OID, str_n(oid_ec, sizeof(oid_ec)));
    buf_str(&identifier, curve);
    if (str_empty(curve) || !public_key_algorithm(arena_str(a, buf_view(&identifier)), a, &k->key))
        return false;
    if (der_take(&in, DER_CONTEXT_CONSTRUCTED + 1, &bits) && der_take(&bits.content, DER_BIT_STRING, &bits))
        k->key.whole = public_info(a, buf_view(&identifier), bits.content);
    return true;
}

static bool dsa(Str der, PrivateKey *k) {
    Der whole, number[6];
    uint64_t version;
    if (!der_take(&der, DER_SEQUENCE, &whole))
        return false;
    for (size_t i = 0; i < 6; i++)
        if (!der_take(&whole.content, DER_INTEGER, &number[i]))
            return false;
    if (whole.content.n || !der_integer_u64(number[0].content, &version) || version != 0)
        return false;
    k->format = STR("DSA");
    k->key.algorithm = STR("DSA");
    k->key.bits = der_integer_bits(number[1].content);
    return true;
}

static bool pkcs8(Str der, Arena *a, PrivateKey *k) {
    Der whole, version, algorithm, secret, more, oid, curve = {0};
    uint64_t number;
    if (!der_take(&der, DER_SEQUENCE, &whole))
        return false;
    Str in = whole.content;
    if (!der_take(&in, DER_INTEGER, &version) || !der_integer_u64(version.content, &number) || number > 1)
        return false;
    if (!der_take(&in, DER_SEQUENCE, &algorithm) || !der_take(&in, DER_OCTET_STRING, &secret) || !public_key_algorithm(algorithm.content, a, &k->key))
        return false;
    Str rest = algorithm.content;
    if (der_take(&rest, DER_OID, &oid))
        der_next(&rest, &curve);
    if (str_starts(k->key.algorithm, STR("RSA"))) {
        Str known = k->key.algorithm;
        if (!pkcs1(secret.content, a, k))
            return false;
        k->key.algorithm = known;
    } else if (str_eqz(k->key.algorithm, "EC") && !sec1(secret.content, curve.whole, a, k)) {
        return false;
    }
    k->format = STR("PKCS#8");
    while (der_next(&in, &more))
        if (more.tag == DER_CONTEXT + 1)
            k->key.whole = public_info(a, algorithm.content, more.content);
    return true;
}

/* PKCS #5 and #12's algorithms around what only a password opens. */
static bool encrypted_pkcs8(Str der, Arena *a, PrivateKey *k) {
    Der whole, algorithm, secret, oid;
    if (!der_take(&der, DER_SEQUENCE, &whole))
        return false;
    Str in = whole.content;
    if (!der_take(&in, DER_SEQUENCE, &algorithm) || !der_take(&algorithm.content, DER_OID, &oid) || !der_take(&in, DER_OCTET_STRING, &secret) || in.n)
        return false;
    Str text = der_oid_text(a, oid.content);
    if (!str_starts(text, STR("1.2.840.113549.1.5.")) && !str_starts(text, STR("1.2.840.113549.1.12.1.")))
        return false;
    k->format = STR("PKCS#8");
    k->encrypted = true;
    return true;
}

bool private_key_der(Str der, Arena *a, PrivateKey *ret) {
    PrivateKey k[5] = {0};
    if (pkcs8(der, a, &k[0]))
        *ret = k[0];
    else if (encrypted_pkcs8(der, a, &k[1]))
        *ret = k[1];
    else if (pkcs1(der, a, &k[2]))
        *ret = k[2];
    else if (sec1(der, STR_NULL, a, &k[3]))
        *ret = k[3];
    else if (dsa(der, &k[4]))
        *ret = k[4];
    else
        return false;
    return true;
}

bool private_key_pem(const PemBlock *b, Arena *a, PrivateKey *ret) {
    static const struct {
        const char *label, *format, *algorithm;
    } traditional[] = {{"RSA PRIVATE KEY", "PKCS#1", "RSA"}, {"EC PRIVATE KEY", "SEC1", "EC"}, {"DSA PRIVATE KEY", "DSA", "DSA"}};
    if (!str_ends(b->label, STR("PRIVATE KEY")))
        return false;
    Str bytes = pem_content(b, a);
    if (str_empty(bytes))
        return false;
    if (str_eqz(b->label, "OPENSSH PRIVATE KEY"))
        return openssh_key_parse(bytes, a, ret);
    if (str_find(b->headers, STR("ENCRYPTED")) < 0)
        return private_key_der(bytes, a, ret);
    for (size_t i = 0; i < ARRAY_SIZE(traditional); i++)
        if (str_eqz(b->label, traditional[i].label)) {
            *ret = (PrivateKey) {.format = str_from(traditional[i].format), .key.algorithm = str_from(traditional[i].algorithm), .encrypted = true};
            return true;
        }
    return false;
}
