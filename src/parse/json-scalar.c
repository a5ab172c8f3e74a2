/* SPDX-License-Identifier: Apache-2.0 */
/* Strings and numbers of JSON (RFC 8259, 6 and 7). */
#include <stdio.h>

#include "parse/json-private.h"

/* Byte-parallel tests over eight bytes: the high bit of each byte that is below n (n <= 128), or equal to c. */
#define ONES UINT64_C(0x0101010101010101)
#define HIGH UINT64_C(0x8080808080808080)
#define BELOW(w, n) (((w) - ONES * (n)) & ~(w) & HIGH)
#define EQUAL(w, c) BELOW((w) ^ (ONES * (unsigned char) (c)), 1)

/* The first quote, backslash or control character at or after p; *ret_high: bytes over 0x7F were passed. */
static inline const char *scan_plain(const char *p, const char *end, bool *ret_high) {
    uint64_t high = 0;
    while (end - p >= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        uint64_t stop = BELOW(w, 0x20) | EQUAL(w, '"') | EQUAL(w, '\\');
        if (stop) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
            /* Borrows only disturb bytes above the first hit, so that the lowest one is exact. */
            unsigned shift = (unsigned) __builtin_ctzll(stop) & ~7u;
            high |= shift ? w << (64 - shift) : 0;
            *ret_high |= (high & HIGH) != 0;
            return p + shift / 8;
#else
            break;
#endif
        }
        high |= w;
        p += 8;
    }
    *ret_high |= (high & HIGH) != 0;
    for (; p < end; p++) {
        unsigned char c = (unsigned char) *p;
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        *ret_high |= c >= 0x80;
    }
    return p;
}

static int hex4(const char *p, const char *end) {
    int v = 0;
    for (int i = 0; i < 4; i++) {
        if (p + i >= end)
            return -1;
        char c = p[i];
        int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static int error_at(Json *j, const char *p, const char *message) {
    return diag_add(j->tree.diag, DIAG_ERROR, j->tree.name, j->line, json_col(j, p), "%s", message);
}

/* One escape at *p (on the backslash): writes its bytes to *out and moves both on. */
static int read_escape(Json *j, const char **p, char **out) {
    const char *s = *p;
    if (s + 1 >= j->end)
        return json_expected(j, s + 1, "a character after '\\'");
    char c = s[1], plain = 0;
    switch (c) {
    case '"':
    case '\\':
    case '/':
        plain = c;
        break;
    case 'b':
        plain = '\b';
        break;
    case 'f':
        plain = '\f';
        break;
    case 'n':
        plain = '\n';
        break;
    case 'r':
        plain = '\r';
        break;
    case 't':
        plain = '\t';
        break;
    case 'u':
        break;
    default:
        return json_expected(j, s + 1, "one of \"\\/bfnrtu after '\\'");
    }
    if (plain) {
        *(*out)++ = plain;
        *p = s + 2;
        return 0;
    }
    int unit = hex4(s + 2, j->end);
    if (unit < 0)
        return error_at(j, s, "expected four hexadecimal digits after '\\u'");
    uint32_t code = (uint32_t) unit;
    const char *after = s + 6;
    if (code >= 0xDC00 && code <= 0xDFFF)
        return error_at(j, s, "the second half of a surrogate pair without its first half");
    if (code >= 0xD800 && code <= 0xDBFF) {
        int low = j->end - after >= 6 && after[0] == '\\' && after[1] == 'u' ? hex4(after + 2, j->end) : -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return error_at(j, s, "the first half of a surrogate pair without its second half");
        code = 0x10000 + ((code - 0xD800) << 10) + ((uint32_t) low - 0xDC00);
        after += 6;
    }
    *out += tree_put_utf8(*out, code);
    *p = after;
    return 0;
}

/* The first byte that is no UTF-8, for the message. */
static int bad_utf8(Json *j, const char *from, const char *to) {
    const char *p = from + tree_utf8_until(str_n(from, (size_t) (to - from)));
    char what[48];
    snprintf(what, sizeof(what), "invalid UTF-8: byte 0x%02X", p < to ? (unsigned char) *p : 0);
    return error_at(j, p, what);
}

/* A string that holds escapes; `at` is the first backslash. Unescaped it is never longer than it was. */
static int read_escaped(Json *j, const char *start, const char *at, Str *ret) {
    bool high = false;
    const char *close = at;
    while (close < j->end && *close == '\\')
        close = scan_plain(close + MIN((ptrdiff_t) 2, j->end - close), j->end, &high);
    char *text = arena_bytes(j->tree.arena, (size_t) (close - start));
    if (!text)
        return tree_no_memory(&j->tree, j->line, json_col(j, start));
    char *out = text;
    const char *p = start;
    while (p < close) {
        size_t run = (size_t) (at - p);
        memcpy(out, p, run);
        out += run;
        p = at;
        if (p >= close)
            break;
        int r = read_escape(j, &p, &out);
        if (r < 0)
            return r;
        at = scan_plain(p, close, &high);
    }
    *ret = str_n(text, (size_t) (out - text));
    j->p = close;
    return 0;
}

int json_read_string(Json *j, Str *ret) {
    const char *open = j->p, *start = open + 1;
    bool high = false;
    const char *p = scan_plain(start, j->end, &high);
    Str text = str_n(start, (size_t) (p - start));
    if (p < j->end && *p == '\\') {
        int r = read_escaped(j, start, p, &text);
        if (r < 0)
            return r;
        p = j->p;
        high = true;
    }
    if (p >= j->end)
        return error_at(j, open, "this string does not end");
    if (*p != '"') {
        char buf[32], message[96];
        snprintf(message, sizeof(message), "%s inside a string: control characters must be escaped", tree_describe(p, j->end, buf));
        return error_at(j, p, message);
    }
    if (high && !str_is_utf8(str_n(start, (size_t) (p - start))))
        return bad_utf8(j, start, p);
    j->p = p + 1;
    *ret = text;
    return 0;
}

static inline bool is_digit(const Json *j, const char *p) {
    return p < j->end && *p >= '0' && *p <= '9';
}

int json_read_number(Json *j, Str *ret) {
    const char *start = j->p, *p = start;
    p += *p == '-';
    if (!is_digit(j, p))
        return json_expected(j, p, "a digit");
    if (*p == '0') {
        p++;
        if (is_digit(j, p))
            return error_at(j, p - 1, "a number may not start with a superfluous 0");
    }
    while (is_digit(j, p))
        p++;
    if (p < j->end && *p == '.') {
        p++;
        if (!is_digit(j, p))
            return json_expected(j, p, "a digit after the decimal point");
        while (is_digit(j, p))
            p++;
    }
    if (p < j->end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < j->end && (*p == '+' || *p == '-'))
            p++;
        if (!is_digit(j, p))
            return json_expected(j, p, "a digit in the exponent");
        while (is_digit(j, p))
            p++;
    }
    *ret = str_n(start, (size_t) (p - start));
    j->p = p;
    return 0;
}
