/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

static int value(char c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

Str base64_decode(Str s, Arena *a) {
    while (s.n && s.p[s.n - 1] == '=')
        s.n--;
    char *out = arena_bytes(a, s.n / 4 * 3 + 4);
    if (!out || s.n % 4 == 1)
        return STR_NULL;
    size_t n = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < s.n; i++) {
        int v = value(s.p[i]);
        if (v < 0)
            return STR_NULL;
        bits = bits << 6 | (uint32_t) v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char) (bits >> have & 0xFF);
        }
    }
    out[n] = 0;
    return str_n(out, n);
}
