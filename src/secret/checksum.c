/* SPDX-License-Identifier: Apache-2.0 */
/* Values that prove themselves. Sources: GitHub's and npm's descriptions of their token formats (2021); RFC 7519 (JWT). */
#include <ctype.h>

#include "secret/rule.h"

const char *secret_checksum_name(SecretChecksum c) {
    static const char *const names[SECRET_CHECKSUM_N_] = {"none", "crc32-base62", "jwt", "base64-json"};
    return names[c];
}

static uint32_t crc32(Str s) {
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= (unsigned char) s.p[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xEDB88320) : 0);
    }
    return ~crc;
}

void secret_crc32_base62(Str s, char ret[static 6]) {
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    uint32_t v = crc32(s);
    for (int i = 5; i >= 0; i--, v /= 62)
        ret[i] = digits[v % 62];
}

static bool crc32_holds(Str value) {
    Str payload = str_from_at(value, (size_t) (str_rchr(value, '_') + 1));
    char want[6];
    if (payload.n <= 6)
        return false;
    secret_crc32_base62(str_head(payload, payload.n - 6), want);
    return memcmp(want, payload.p + payload.n - 6, 6) == 0;
}

static int base64_digit(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* The first bytes that base64 (either alphabet) says, into `out`: how many. */
static size_t base64_head(Str s, char *out, size_t max) {
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < max; i++) {
        int d = base64_digit(s.p[i]);
        if (d < 0)
            break;
        bits = bits << 6 | (uint32_t) d;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char) (bits >> have & 0xFF);
        }
    }
    return n;
}

static Str json_head(Str base64, char buf[static 256]) {
    Str text = str_n(buf, base64_head(base64, buf, 256));
    return str_starts(text, STR("{\"")) ? text : STR_NULL;
}

bool secret_checksum_holds(SecretChecksum c, Str value) {
    char buf[256];
    switch (c) {
    case SECRET_CHECKSUM_CRC32_BASE62:
        return crc32_holds(value);
    case SECRET_CHECKSUM_JWT:
        return str_find(json_head(value, buf), STR("\"alg\"")) > 0;
    case SECRET_CHECKSUM_BASE64_JSON:
        return json_head(str_from_at(value, (size_t) (str_rchr(value, '_') + 1)), buf).n > 0;
    case SECRET_CHECKSUM_NONE:
    case SECRET_CHECKSUM_N_:
        break;
    }
    return true;
}
