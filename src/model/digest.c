/* SPDX-License-Identifier: Apache-2.0 */
#include "model/digest.h"

static const struct {
    Str name;
    DigestKind kind;
    size_t hex;
} algorithms[] = {
    {{"sha256", 6}, DIGEST_SHA256, 64},
    {{"sha384", 6}, DIGEST_SHA384, 96},
    {{"sha512", 6}, DIGEST_SHA512, 128},
};

int digest_parse(Str digest, DigestKind *ret_kind, Str *ret_hex) {
    Str name, hex;
    if (!str_cut(digest, ':', &name, &hex) || str_empty(name) || str_empty(hex))
        return -EINVAL;
    for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
        if (!str_eq(name, algorithms[i].name))
            continue;
        if (hex.n != algorithms[i].hex)
            return -EINVAL;
        for (size_t k = 0; k < hex.n; k++)
            if (!((hex.p[k] >= '0' && hex.p[k] <= '9') || (hex.p[k] >= 'a' && hex.p[k] <= 'f')))
                return -EINVAL;
        if (ret_kind)
            *ret_kind = algorithms[i].kind;
        if (ret_hex)
            *ret_hex = hex;
        return 0;
    }
    return -ENOTSUP;
}

bool digest_matches(Str digest, const void *p, size_t n) {
    DigestKind kind;
    Str hex;
    char got[DIGEST_HEX_MAX + 1];
    if (digest_parse(digest, &kind, &hex) < 0)
        return false;
    _cleanup_(hasher_freep) Hasher *h = hasher_new(kind);
    hasher_add(h, p, n);
    hasher_hex(h, got);
    return str_eqz(hex, got);
}

void digest_sha256(const void *p, size_t n, char ret[static 72]) {
    memcpy(ret, "sha256:", 7);
    sha256_hex(p, n, ret + 7);
}
