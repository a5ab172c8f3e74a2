/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>

#include "policy/match.h"

static unsigned char folded(char c, bool fold) {
    return (unsigned char) (fold ? ascii_lower(c) : c);
}

/* A bracket expression at *at, behind its "[": whether c is in it. false in *ret_valid when no "]" ends it: then "[" is itself. */
static bool in_class(Str pattern, size_t *at, char one, bool fold, bool *ret_valid) {
    static const struct {
        Str name;
        int (*is)(int);
    } classes[] = {
        {STR("alpha"), isalpha}, {STR("digit"), isdigit}, {STR("alnum"), isalnum}, {STR("upper"), isupper}, {STR("lower"), islower}, {STR("space"), isspace},
        {STR("blank"), isblank}, {STR("punct"), ispunct}, {STR("print"), isprint}, {STR("graph"), isgraph}, {STR("cntrl"), iscntrl}, {STR("xdigit"), isxdigit},
    };
    size_t i = *at;
    unsigned char c = folded(one, fold);
    bool negated = i < pattern.n && (pattern.p[i] == '!' || pattern.p[i] == '^'), found = false;
    i += negated;
    for (bool first = true; i < pattern.n; first = false) {
        if (pattern.p[i] == ']' && !first) {
            *at = i + 1;
            *ret_valid = true;
            return found != negated;
        }
        Str rest = str_from_at(pattern, i);
        ssize_t end = str_starts(rest, STR("[:")) ? str_find(str_from_at(rest, 2), STR(":]")) : -1;
        if (end >= 0) {
            Str name = str_n(rest.p + 2, (size_t) end);
            bool known = false;
            for (size_t k = 0; k < ARRAY_SIZE(classes); k++)
                if (str_eq(name, classes[k].name)) {
                    known = true;
                    found = found || classes[k].is((unsigned char) one);
                }
            if (known) {
                i += (size_t) end + 4;
                continue;
            }
        }
        if (pattern.p[i] == '\\' && i + 1 < pattern.n)
            i++;
        unsigned char low = folded(pattern.p[i++], fold), high = low;
        if (i + 1 < pattern.n && pattern.p[i] == '-' && pattern.p[i + 1] != ']') {
            i++;
            if (pattern.p[i] == '\\' && i + 1 < pattern.n)
                i++;
            high = folded(pattern.p[i++], fold);
        }
        found = found || (low <= c && c <= high);
    }
    *ret_valid = false;
    return false;
}

/* One element of the pattern that is no "*", at *at, against c; *at goes behind it. */
static bool one(Str pattern, size_t *at, char c, bool fold) {
    char p = pattern.p[(*at)++];
    if (p == '?')
        return true;
    if (p == '[') {
        bool valid;
        size_t i = *at;
        bool in = in_class(pattern, &i, c, fold, &valid);
        if (valid) {
            *at = i;
            return in;
        }
    }
    if (p == '\\') {
        if (*at == pattern.n)
            return false; /* POSIX leaves it open; glibc matches nothing */
        p = pattern.p[(*at)++];
    }
    return folded(p, fold) == folded(c, fold);
}

bool glob_match(Str pattern, Str text, bool fold, uint64_t *work) {
    size_t i = 0, k = 0, star = SIZE_MAX, star_k = 0;
    while (k < text.n) {
        if (i < pattern.n && pattern.p[i] == '*') {
            star = ++i;
            star_k = k;
            continue;
        }
        size_t next = i;
        if (i < pattern.n && one(pattern, &next, text.p[k], fold)) {
            i = next;
            k++;
            continue;
        }
        if (star == SIZE_MAX || !work_done(work, k - star_k + 1))
            return false;
        /* The last "*" takes one byte more; earlier ones need not be tried again. */
        i = star;
        k = ++star_k;
    }
    while (i < pattern.n && pattern.p[i] == '*')
        i++;
    return i == pattern.n;
}
