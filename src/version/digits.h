/* SPDX-License-Identifier: Apache-2.0 */
/* Runs of digits of any length and of letters, for all schemes. Only for src/version. */
#pragma once

#include "base/str.h"

static inline bool version_is_digit(char c) {
    return c >= '0' && c <= '9';
}
static inline bool version_is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/* Takes the digits off the front; empty when there are none. */
static inline Str version_take_digits(Str *s) {
    size_t n = 0;
    while (n < s->n && version_is_digit(s->p[n]))
        n++;
    Str digits = str_head(*s, n);
    *s = str_from_at(*s, n);
    return digits;
}
static inline Str version_take_letters(Str *s) {
    size_t n = 0;
    while (n < s->n && version_is_alpha(s->p[n]))
        n++;
    Str letters = str_head(*s, n);
    *s = str_from_at(*s, n);
    return letters;
}
static inline char version_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}
/* By value; no digits are 0. */
static inline int version_compare_digits(Str a, Str b) {
    while (a.n && a.p[0] == '0')
        a = str_from_at(a, 1);
    while (b.n && b.p[0] == '0')
        b = str_from_at(b, 1);
    return a.n != b.n ? (a.n < b.n ? -1 : 1) : str_cmp(a, b);
}
/* By bytes without regard to the case of ASCII letters. */
static inline int version_compare_nocase(Str a, Str b) {
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        unsigned char ca = (unsigned char) version_lower(a.p[i]), cb = (unsigned char) version_lower(b.p[i]);
        if (ca != cb)
            return ca < cb ? -1 : 1;
    }
    return (a.n > b.n) - (a.n < b.n);
}
