/* SPDX-License-Identifier: Apache-2.0 */
/* Str: a slice of bytes that somebody else owns. Not NUL-terminated, may hold any byte. */
#pragma once

#include <string.h>

#include "base/macro.h"

typedef struct Str {
    const char *p;
    size_t n;
} Str;

#define STR(literal) ((Str) {(literal), sizeof(literal) - 1})
#define STR_NULL ((Str) {NULL, 0})
/* For printf: "%.*s", STR_FMT(s). */
#define STR_FMT(s) (int) (s).n, (s).p ? (s).p : ""

/* Whoever has bytes has a pointer to them. */
#define str_lint(s) lint_assume((s).n == 0 || (s).p)

static inline Str str_from(const char *s) {
    return s ? (Str) {s, strlen(s)} : STR_NULL;
}
static inline Str str_n(const char *p, size_t n) {
    return (Str) {p, n};
}
static inline bool str_empty(Str s) {
    return s.n == 0;
}
static inline bool str_eq(Str a, Str b) {
    str_lint(a);
    str_lint(b);
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool str_eqz(Str a, const char *z) {
    return str_eq(a, str_from(z));
}
/* Only bytes below 0x80? */
bool str_is_ascii(Str s);
static inline bool str_starts(Str s, Str prefix) {
    if (prefix.n == 0 || s.n < prefix.n)
        return prefix.n == 0;
    lint_assume(s.p && prefix.p);
    return memcmp(s.p, prefix.p, prefix.n) == 0;
}
static inline bool str_ends(Str s, Str suffix) {
    if (suffix.n == 0 || s.n < suffix.n)
        return suffix.n == 0;
    lint_assume(s.p && suffix.p);
    return memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0;
}
/* The rest from byte `from` on; empty when past the end. */
static inline Str str_from_at(Str s, size_t from) {
    return from >= s.n ? (Str) {s.p ? s.p + s.n : NULL, 0} : (Str) {s.p + from, s.n - from};
}
static inline Str str_head(Str s, size_t n) {
    return (Str) {s.p, n < s.n ? n : s.n};
}

/* Byte order of bytes (memcmp, then length): <0, 0, >0. */
int str_cmp(Str a, Str b);
/* ASCII case ignored. */
bool str_ieq(Str a, Str b);
/* Offset of the first c / needle at or after `from`, or -1. */
ssize_t str_chr(Str s, char c);
ssize_t str_rchr(Str s, char c);
ssize_t str_find(Str s, Str needle);
/* ASCII white space (space, \t, \r, \n, \v, \f) cut from both ends. */
Str str_trim(Str s);
/* Without the byte order mark that some editors put in front of UTF-8. */
Str str_skip_bom(Str s);
/* Takes the text up to `sep` from the front of *rest into *ret_part; false when nothing is left.
 * "a,,b" gives "a", "", "b"; a trailing separator gives no empty last part. */
bool str_split(Str *rest, char sep, Str *ret_part);
/* Is `word` one of the words, which are separated by single spaces? */
bool str_has_word(Str words, Str word);
/* The next line without its "\n" or "\r\n"; false at the end. */
bool str_line(Str *rest, Str *ret_line);
/* Splits at the first `sep`: false (outputs untouched) when there is none. */
bool str_cut(Str s, char sep, Str *ret_before, Str *ret_after);
/* Whole string as a decimal number without sign or spaces. -EINVAL, or -ERANGE over `max`. */
int str_to_u64(Str s, uint64_t max, uint64_t *ret);
/* A fresh NUL-terminated copy; the caller frees. */
char *str_dup(Str s);
/* Is it valid UTF-8 (RFC 3629: no surrogates, no overlong forms)? */
bool str_is_utf8(Str s);
