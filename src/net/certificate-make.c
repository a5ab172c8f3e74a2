/* SPDX-License-Identifier: Apache-2.0 */
#include "net/certificate-make.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

DEFINE_CLEANUP(X509, X509_free, x509_freep);
DEFINE_CLEANUP(EVP_PKEY, EVP_PKEY_free, pkey_freep);
DEFINE_CLEANUP(BIO, BIO_free_all, bio_freep);

enum { SERIAL_BYTES = 16, PEM_MAX = 1 << 20 };

static int failed(Error *err, const char *what) {
    unsigned long e = ERR_get_error();
    char text[256] = "";
    if (e)
        ERR_error_string_n(e, text, sizeof(text));
    return error_set(err, -EIO, "%s%s%s", what, e ? ": " : "", text);
}

static bool add(X509 *x, X509 *issuer, int nid, const char *value) {
    X509V3_CTX c;
    X509V3_set_ctx(&c, issuer, x, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &c, nid, value);
    bool ok = e && X509_add_ext(x, e, -1) == 1;
    X509_EXTENSION_free(e);
    return ok;
}

static bool set_name(X509_NAME *n, const char *name) {
    return X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8, (const unsigned char *) name, -1, -1, 0) == 1;
}

/* All but extensions and signature. A serial number of random bits, positive. */
static X509 *begin(const CertificateRequest *q, EVP_PKEY *key) {
    unsigned char serial[SERIAL_BYTES];
    X509 *x = X509_new();
    if (!x || RAND_bytes(serial, sizeof(serial)) != 1)
        return x;
    serial[0] = (unsigned char) ((serial[0] & 0x7F) | 0x40);
    BIGNUM *n = BN_bin2bn(serial, sizeof(serial), NULL);
    bool ok = n && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) && X509_set_version(x, X509_VERSION_3) == 1 && ASN1_TIME_set(X509_getm_notBefore(x), (time_t) q->from) &&
              ASN1_TIME_set(X509_getm_notAfter(x), (time_t) q->until) && set_name(X509_get_subject_name(x), q->name) && X509_set_pubkey(x, key) == 1;
    BN_free(n);
    if (ok)
        return x;
    X509_free(x);
    return NULL;
}

static int put(Buf *out, X509 *x, EVP_PKEY *key) {
    _cleanup_(bio_freep) BIO *b = BIO_new(BIO_s_mem());
    char *p;
    if (!b || (x && PEM_write_bio_X509(b, x) != 1) || (key && PEM_write_bio_PKCS8PrivateKey(b, key, NULL, NULL, 0, NULL, NULL) != 1))
        return -EIO;
    long n = BIO_get_mem_data(b, &p);
    return buf_add(out, p, (size_t) n);
}

int certificate_make_authority(const CertificateRequest *q, Buf *ret, Error *err) {
    _cleanup_(pkey_freep) EVP_PKEY *key = EVP_EC_gen("P-256");
    _cleanup_(x509_freep) X509 *x = key ? begin(q, key) : NULL;
    if (!x || X509_set_issuer_name(x, X509_get_subject_name(x)) != 1 || !add(x, x, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
        !add(x, x, NID_key_usage, "critical,keyCertSign,cRLSign") || !add(x, x, NID_subject_key_identifier, "hash") || X509_sign(x, key, EVP_sha256()) == 0 || put(ret, x, key) < 0)
        return failed(err, "making a certificate authority");
    return 0;
}

static int read_authority(Str pem, X509 **ret, EVP_PKEY **ret_key, Error *err) {
    _cleanup_(bio_freep) BIO *b = BIO_new_mem_buf(pem.p, (int) MIN(pem.n, (size_t) PEM_MAX)), *again = BIO_new_mem_buf(pem.p, (int) MIN(pem.n, (size_t) PEM_MAX));
    X509 *x = b ? PEM_read_bio_X509(b, NULL, NULL, NULL) : NULL;
    EVP_PKEY *key = again ? PEM_read_bio_PrivateKey(again, NULL, NULL, NULL) : NULL;
    ERR_clear_error();
    *ret = x;
    *ret_key = key;
    if (!x || !key)
        return error_set(err, -EBADMSG, "expected the certificate and the private key of an authority as PEM, found no %s", x ? "private key" : "certificate");
    if (X509_check_ca(x) != 1 || X509_check_private_key(x, key) != 1)
        return error_set(err, -EBADMSG, "the certificate is none of an authority, or its key is another's");
    return 0;
}

static void put_hosts(const CertificateRequest *q, Buf *out) {
    for (const char *const *h = q->hosts; h && *h; h++)
        buf_printf(out, "%sDNS:%s", h == q->hosts ? "" : ",", *h);
}

int certificate_make_server(Str authority, const CertificateRequest *q, Buf *ret_certificate, Buf *ret_key, Error *err) {
    _cleanup_(x509_freep) X509 *ca = NULL;
    _cleanup_(pkey_freep) EVP_PKEY *ca_key = NULL;
    int r = read_authority(authority, &ca, &ca_key, err);
    if (r < 0)
        return r;
    _cleanup_(buf_done) Buf hosts = buf_new(PEM_MAX);
    put_hosts(q, &hosts);
    _cleanup_(pkey_freep) EVP_PKEY *key = EVP_EC_gen("P-256");
    _cleanup_(x509_freep) X509 *x = key ? begin(q, key) : NULL;
    if (!x || X509_set_issuer_name(x, X509_get_subject_name(ca)) != 1 || !add(x, ca, NID_basic_constraints, "critical,CA:FALSE") ||
        !add(x, ca, NID_key_usage, "critical,digitalSignature") || !add(x, ca, NID_ext_key_usage, "serverAuth") || !add(x, ca, NID_subject_key_identifier, "hash") ||
        !add(x, ca, NID_authority_key_identifier, "keyid") || !add(x, ca, NID_subject_alt_name, buf_view(&hosts).p) || X509_sign(x, ca_key, EVP_sha256()) == 0 ||
        put(ret_certificate, x, NULL) < 0 || put(ret_key, NULL, key) < 0)
        return failed(err, "making a server's certificate");
    return 0;
}

int certificate_only(Str pem, Buf *ret, Error *err) {
    _cleanup_(bio_freep) BIO *b = BIO_new_mem_buf(pem.p, (int) MIN(pem.n, (size_t) PEM_MAX));
    size_t n = 0;
    for (X509 *x; b && (x = PEM_read_bio_X509(b, NULL, NULL, NULL)); n++) {
        int r = put(ret, x, NULL);
        X509_free(x);
        if (r < 0)
            return failed(err, "writing a certificate");
    }
    ERR_clear_error();
    return n ? 0 : error_set(err, -EBADMSG, "there is no certificate as PEM in it");
}
