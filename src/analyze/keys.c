/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates and private keys in PEM and DER, OpenSSH's and PuTTY's keys, keystores: told by their first bytes, wherever they lie. What is no certificate in
 * truth (test data, a placeholder in a text) is none, and no problem: nothing depends on it. */
#include "analyze/keys.h"

#include "base/hash.h"
#include "parse/keystore.h"

/* Of one file. The largest bundles of authorities have some hundreds. */
enum { ITEMS_MAX = 20000 };

static Str digest_of(Arena *a, Str bytes) {
    char hex[65];
    sha256_hex(bytes.p, bytes.n, hex);
    return arena_printf(a, "sha256:%s", hex);
}

static Str hex_of(Arena *a, Str bytes) {
    static const char digits[] = "0123456789ABCDEF";
    char *out = arena_bytes(a, bytes.n * 2);
    for (size_t i = 0; i < bytes.n; i++) {
        out[2 * i] = digits[(unsigned char) bytes.p[i] >> 4];
        out[2 * i + 1] = digits[bytes.p[i] & 15];
    }
    return str_n(out, bytes.n * 2);
}

Str keys_ssh_fingerprint(Arena *a, Str blob) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { BYTES = 32, CHARS = 43 };
    unsigned char digest[BYTES] = {0};
    char out[CHARS], hex[65];
    sha256_hex(blob.p, blob.n, hex);
    for (size_t i = 0; i < 2 * BYTES; i++)
        digest[i / 2] = (unsigned char) (digest[i / 2] << 4 | (hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10));
    for (size_t i = 0; i < CHARS; i++) {
        size_t bit = i * 6, byte = bit / 8;
        unsigned two = (unsigned) digest[byte] << 8 | (byte + 1 < BYTES ? digest[byte + 1] : 0);
        out[i] = digits[two >> (10 - bit % 8) & 63];
    }
    return arena_printf(a, "SHA256:%.*s", CHARS, out);
}

bool keys_put_certificate(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, Str der, uint32_t line) {
    enum { SERIAL_MAX = 64 }; /* RFC 5280 allows 20 */
    X509 x;
    if (x509_parse(der, in->scratch, &x, NULL) < 0)
        return false;
    Fact f = {.kind = FACT_CERTIFICATE};
    f.certificate = (CertificateFact) {.subject = x509_name_text(in->scratch, x.subject),
                                       .issuer = x509_name_text(in->scratch, x.issuer),
                                       .serial = hex_of(in->scratch, str_head(x.serial, SERIAL_MAX)),
                                       .algorithm = x.key.algorithm,
                                       .curve = x.key.curve,
                                       .hash = x.hash,
                                       .digest = digest_of(in->scratch, der),
                                       .key_digest = digest_of(in->scratch, x.key.whole),
                                       .not_before = x.not_before,
                                       .not_after = x.not_after,
                                       .bits = x.key.bits,
                                       .flags = (x.ca ? CERTIFICATE_CA : 0u) | (x.self_issued ? CERTIFICATE_SELF_ISSUED : 0u),
                                       .line = line};
    analyzer_put(a, in, sink, &f);
    return true;
}

void keys_put_private(const Analyzer *a, const AnalyzerInput *in, FactSink *sink, const PrivateKey *k, uint32_t line) {
    Fact f = {.kind = FACT_KEY};
    f.key = (KeyFact) {.kind = KEY_PRIVATE, .format = k->format, .algorithm = k->key.algorithm, .curve = k->key.curve, .bits = k->key.bits,
                       .encrypted = k->encrypted, .line = line};
    if (!str_empty(k->ssh_blob))
        f.key.fingerprint = keys_ssh_fingerprint(in->scratch, k->ssh_blob);
    else if (!str_empty(k->key.whole))
        f.key.fingerprint = digest_of(in->scratch, k->key.whole);
    analyzer_put(a, in, sink, &f);
}

static bool is_whole_der(Str head, uint64_t size) {
    const unsigned char *p = (const unsigned char *) head.p;
    if (head.n < 16 || p[0] != 0x30)
        return false;
    if (p[1] < 0x80)
        return size == 2 + (uint64_t) p[1];
    if (p[1] == 0x81)
        return size == 3 + (uint64_t) p[2];
    return p[1] == 0x82 && size == 4 + ((uint64_t) p[2] << 8 | p[3]);
}

/* "-----BEGIN " at the beginning of a line, whatever is before. */
static bool has_pem(Str head) {
    const Str begin = STR("-----BEGIN ");
    for (Str rest = head;;) {
        ssize_t at = str_find(rest, begin);
        if (at < 0)
            return false;
        const char *p = rest.p + at;
        while (p > head.p && (p[-1] == ' ' || p[-1] == '\t'))
            p--;
        if (p == head.p || p[-1] == '\n' || p[-1] == '\xBF') /* or behind a byte order mark */
            return true;
        rest = str_from_at(rest, (size_t) at + begin.n);
    }
}

static bool wants(Str path) {
    return false;
}

static bool wants_content(const FileInfo *f) {
    return is_whole_der(f->head, f->size) || keystore_detect(f->head) || str_starts(f->head, STR("PuTTY-User-Key-File-")) || has_pem(f->head);
}

static void read_pem(const AnalyzerInput *in, FactSink *sink) {
    PemReader r = pem_reader(in->bytes);
    PemBlock b;
    for (size_t n = 0; pem_next(&r, &b);) {
        Arena scratch = {0};
        AnalyzerInput own = *in;
        PrivateKey k;
        bool found = true;
        own.scratch = &scratch;
        if (str_eqz(b.label, "CERTIFICATE") || str_eqz(b.label, "TRUSTED CERTIFICATE") || str_eqz(b.label, "X509 CERTIFICATE"))
            found = keys_put_certificate(&analyzer_keys, &own, sink, pem_content(&b, &scratch), b.line);
        else if (private_key_pem(&b, &scratch, &k))
            keys_put_private(&analyzer_keys, &own, sink, &k, b.line);
        else
            found = false;
        arena_done(&scratch);
        n += found;
        if (n == ITEMS_MAX) {
            analyzer_problem(&analyzer_keys, in, sink, b.line, "more than %d certificates and keys in one file: the rest is not looked at", ITEMS_MAX);
            return;
        }
    }
}

static void read_keystore(const AnalyzerInput *in, FactSink *sink) {
    Keystore s;
    PrivateKey k;
    size_t n = 0;
    if (!keystore_parse(in->bytes, in->scratch, &s))
        return;
    Fact f = {.kind = FACT_KEY, .key = {.kind = KEY_STORE, .format = s.format, .count = s.n_keys, .encrypted = s.n_keys || s.n_sealed}};
    analyzer_put(&analyzer_keys, in, sink, &f);
    for (const KeystoreItem *i = s.certificates; i && n++ < ITEMS_MAX; i = i->next)
        keys_put_certificate(&analyzer_keys, in, sink, i->der, 0);
    for (const KeystoreItem *i = s.plain_keys; i && n++ < ITEMS_MAX; i = i->next)
        if (private_key_der(i->der, in->scratch, &k))
            keys_put_private(&analyzer_keys, in, sink, &k, 0);
}

static void run(const AnalyzerInput *in, FactSink *sink) {
    PrivateKey k;
    if (keystore_detect(in->bytes)) {
        read_keystore(in, sink);
    } else if (str_starts(in->bytes, STR("PuTTY-User-Key-File-"))) {
        if (private_key_putty(in->bytes, in->scratch, &k))
            keys_put_private(&analyzer_keys, in, sink, &k, 1);
    } else if (is_whole_der(in->bytes, in->bytes.n)) {
        if (!keys_put_certificate(&analyzer_keys, in, sink, in->bytes, 0) && private_key_der(in->bytes, in->scratch, &k))
            keys_put_private(&analyzer_keys, in, sink, &k, 0);
    } else {
        read_pem(in, sink);
    }
}

const Analyzer analyzer_keys = {
    .name = "keys",
    .version = 1,
    .doc = "Certificates, private keys and keystores: PEM, DER, OpenSSH, PuTTY, JKS, PKCS#12",
    .roots = (const char *const[]) {"", NULL},
    .wants = wants,
    .wants_content = wants_content,
    .run = run,
    .fuzzer = "keys",
};
