/* SPDX-License-Identifier: Apache-2.0 */
#include "base/str.h"

#include "base/alloc.h"

int str_cmp(Str a, Str b) {
    size_t n = MIN(a.n, b.n);
    int r = n ? memcmp(a.p, b.p, n) : 0;
    if (r)
        return r;
    return a.n < b.n ? -1 : a.n > b.n;
}

static unsigned char lower(unsigned char c) {
    return c >= 'A' && c <= 'Z' ? (unsigned char) (c + 32) : c;
}

bool str_ieq(Str a, Str b) {
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower((unsigned char) a.p[i]) != lower((unsigned char) b.p[i]))
            return false;
    return true;
}

bool str_is_ascii(Str s) {
    size_t i = 0;
    uint64_t high = 0, word;
    for (; i + sizeof(word) <= s.n; i += sizeof(word)) {
        memcpy(&word, s.p + i, sizeof(word));
        high |= word;
    }
    for (; i < s.n; i++)
        high |= (unsigned char) s.p[i];
    return (high & 0x8080808080808080u) == 0;
}

ssize_t str_chr(Str s, char c) {
    const char *q = s.n ? memchr(s.p, c, s.n) : NULL;
    return q ? q - s.p : -1;
}

ssize_t str_rchr(Str s, char c) {
    const char *q = s.n ? memrchr(s.p, c, s.n) : NULL;
    return q ? q - s.p : -1;
}

ssize_t str_find(Str s, Str needle) {
    if (needle.n == 0)
        return 0;
    /* memchr looks at many bytes at once, memmem at one: mostly there is no such byte. */
    const char *q = s.n ? memchr(s.p, needle.p[0], s.n) : NULL;
    if (q)
        q = memmem(q, s.n - (size_t) (q - s.p), needle.p, needle.n);
    return q ? q - s.p : -1;
}

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s) {
    while (s.n && is_space(s.p[0]))
        s.p++, s.n--;
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

Str str_skip_bom(Str s) {
    Str mark = STR("\xEF\xBB\xBF");
    return str_starts(s, mark) ? str_from_at(s, mark.n) : s;
}

bool str_split(Str *rest, char sep, Str *ret_part) {
    if (rest->n == 0)
        return false;
    ssize_t at = str_chr(*rest, sep);
    if (at < 0) {
        *ret_part = *rest;
        *rest = str_from_at(*rest, rest->n);
        return true;
    }
    *ret_part = str_head(*rest, (size_t) at);
    *rest = str_from_at(*rest, (size_t) at + 1);
    return true;
}

bool str_has_word(Str words, Str word) {
    Str w;
    while (str_split(&words, ' ', &w))
        if (str_eq(w, word))
            return true;
    return false;
}

bool str_line(Str *rest, Str *ret_line) {
    Str line;
    if (!str_split(rest, '\n', &line))
        return false;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    *ret_line = line;
    return true;
}

bool str_cut(Str s, char sep, Str *ret_before, Str *ret_after) {
    ssize_t at = str_chr(s, sep);
    if (at < 0)
        return false;
    *ret_before = str_head(s, (size_t) at);
    *ret_after = str_from_at(s, (size_t) at + 1);
    return true;
}

int str_to_u64(Str s, uint64_t max, uint64_t *ret) {
    uint64_t v = 0;
    if (s.n == 0)
        return -EINVAL;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -EINVAL;
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t) (s.p[i] - '0'), &v))
            return -ERANGE;
    }
    if (v > max)
        return -ERANGE;
    *ret = v;
    return 0;
}

char *str_dup(Str s) {
    return xstrndup(s.p ? s.p : "", s.n);
}

bool str_is_utf8(Str s) {
    if (s.n == 0)
        return true; /* p may be NULL, which nothing is added to */
    const unsigned char *p = (const unsigned char *) s.p, *end = p + s.n;
    while (p < end) {
        unsigned char c = *p;
        if (c < 0x80) {
            p++;
            continue;
        }
        size_t more = c >= 0xC2 && c <= 0xDF ? 1 : c >= 0xE0 && c <= 0xEF ? 2 : c >= 0xF0 && c <= 0xF4 ? 3 : 0;
        if (more == 0 || (size_t) (end - p) <= more)
            return false;
        for (size_t i = 1; i <= more; i++)
            if ((p[i] & 0xC0) != 0x80)
                return false;
        if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F) || (c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F))
            return false;
        p += more + 1;
    }
    return true;
}
