/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

static int value(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

ssize_t base64_decode_to(Str s, char *out) {
    while (s.n && s.p[s.n - 1] == '=')
        s.n--;
    if (s.n % 4 == 1)
        return -1;
    ssize_t n = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < s.n; i++) {
        int v = value(s.p[i]);
        if (v < 0)
            return -1;
        bits = bits << 6 | (uint32_t) v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char) (bits >> have & 0xFF);
        }
    }
    return n;
}

Str base64_decode(Str s, Arena *a) {
    char *out = arena_bytes(a, s.n / 4 * 3 + 4);
    ssize_t n = out ? base64_decode_to(s, out) : -1;
    if (n < 0)
        return STR_NULL;
    out[n] = 0;
    return str_n(out, (size_t) n);
}

void base64_encode(Str bytes, Buf *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t n = MIN(bytes.n - i, (size_t) 3);
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < n ? (unsigned char) bytes.p[i + k] : 0);
        char four[4] = {digits[bits >> 18 & 63], digits[bits >> 12 & 63], n > 1 ? digits[bits >> 6 & 63] : '=', n > 2 ? digits[bits & 63] : '='};
        buf_add(out, four, 4);
    }
}
