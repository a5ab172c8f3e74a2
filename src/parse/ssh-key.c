/* SPDX-License-Identifier: Apache-2.0 */
/* SSH's keys: public ones, OpenSSH's and PuTTY's files. */
#include "base/base64.h"
#include "base/bytes.h"
#include "parse/der.h"
#include "parse/private-key.h"

static bool take_string(Str *rest, Str *ret) {
    if (rest->n < 4)
        return false;
    uint32_t n = be32(rest->p);
    if (n > rest->n - 4)
        return false;
    *ret = str_n(rest->p + 4, n);
    *rest = str_from_at(*rest, 4 + (size_t) n);
    return true;
}

static bool ec_bits(Str curve, PublicKey *k) {
    static const struct {
        const char *ssh, *name;
        uint32_t bits;
    } curves[] = {{"nistp256", "P-256", 256}, {"nistp384", "P-384", 384}, {"nistp521", "P-521", 521}};
    for (size_t i = 0; i < ARRAY_SIZE(curves); i++)
        if (str_eqz(curve, curves[i].ssh)) {
            k->curve = str_from(curves[i].name);
            k->bits = curves[i].bits;
            return true;
        }
    return false;
}

bool ssh_public_parse(Str blob, Arena *a, PublicKey *ret) {
    Str type, x, y;
    PublicKey k = {0};
    if (!take_string(&blob, &type))
        return false;
    /* A certificate has a nonce in front of the key. */
    const Str certificate = STR("-cert-v01@openssh.com");
    bool certified = str_ends(type, certificate);
    if (certified && !take_string(&blob, &x))
        return false;
    if (certified)
        type = str_head(type, type.n - certificate.n);
    if (str_eqz(type, "ssh-rsa") && take_string(&blob, &x) && take_string(&blob, &y)) {
        k.algorithm = STR("RSA");
        k.bits = der_integer_bits(y);
    } else if (str_eqz(type, "ssh-dss") && take_string(&blob, &x)) {
        k.algorithm = STR("DSA");
        k.bits = der_integer_bits(x);
    } else if (str_starts(type, STR("ssh-ed25519")) || str_starts(type, STR("sk-ssh-ed25519"))) {
        k.algorithm = type.p[1] == 'k' ? STR("Ed25519-SK") : STR("Ed25519");
        k.bits = 256;
    } else if (str_eqz(type, "ssh-ed448")) {
        k.algorithm = STR("Ed448");
        k.bits = 456;
    } else if ((str_starts(type, STR("ecdsa-sha2-")) || str_starts(type, STR("sk-ecdsa-sha2-"))) && take_string(&blob, &x) && ec_bits(x, &k)) {
        k.algorithm = type.p[0] == 's' ? STR("EC-SK") : STR("EC");
    } else {
        return false;
    }
    *ret = k;
    return true;
}

/* "openssh-key-v1": cipher, its derivation, options, number of keys, a public key, and the private ones, encrypted or not. */
bool openssh_key_parse(Str bytes, Arena *a, PrivateKey *ret) {
    PrivateKey k = {.format = STR("OpenSSH")};
    static const char magic[] = "openssh-key-v1";
    Str cipher, kdf, options, secret;
    if (!str_starts(bytes, str_n(magic, sizeof(magic))))
        return false;
    bytes = str_from_at(bytes, sizeof(magic));
    if (!take_string(&bytes, &cipher) || !take_string(&bytes, &kdf) || !take_string(&bytes, &options) || bytes.n < 4 || be32(bytes.p) == 0)
        return false;
    bytes = str_from_at(bytes, 4);
    if (!take_string(&bytes, &k.ssh_blob) || !take_string(&bytes, &secret) || str_empty(secret))
        return false;
    k.encrypted = !str_eqz(cipher, "none");
    if (!ssh_public_parse(k.ssh_blob, a, &k.key))
        return false;
    *ret = k;
    return true;
}

bool private_key_putty(Str text, Arena *a, PrivateKey *ret) {
    PrivateKey k = {.format = STR("PuTTY")};
    Str line, key, value;
    uint64_t lines = 0;
    if (!str_line(&text, &line) || !str_starts(line, STR("PuTTY-User-Key-File-")))
        return false;
    while (lines == 0 && str_line(&text, &line)) {
        if (!str_cut(line, ':', &key, &value))
            return false;
        value = str_trim(value);
        if (str_eqz(key, "Encryption"))
            k.encrypted = !str_eqz(value, "none");
        if (str_eqz(key, "Public-Lines") && (str_to_u64(value, 10000, &lines) < 0 || lines == 0))
            return false;
    }
    const PemBlock body = {.base64 = text};
    PemBlock b = body;
    while (lines > 0 && str_line(&text, &line))
        lines--;
    b.base64.n -= text.n;
    k.ssh_blob = pem_content(&b, a);
    if (lines || str_empty(k.ssh_blob) || str_find(text, STR("Private-Lines:")) < 0 || !ssh_public_parse(k.ssh_blob, a, &k.key))
        return false;
    *ret = k;
    return true;
}
