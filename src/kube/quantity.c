/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/quantity.h"

/* Powers of ten beyond these are out of reach of int64_t, whatever stands before them. */
enum { EXPONENT_MAX = 40, DIGITS_MAX = 18 };

typedef struct Suffix {
    const char *text;
    int tens;  /* power of ten */
    int bits;  /* power of two */
} Suffix;

static const Suffix suffixes[] = {
    {"", 0, 0},    {"n", -9, 0},  {"u", -6, 0},  {"m", -3, 0},  {"k", 3, 0},   {"M", 6, 0},   {"G", 9, 0},   {"T", 12, 0},
    {"P", 15, 0},  {"E", 18, 0},  {"Ki", 0, 10}, {"Mi", 0, 20}, {"Gi", 0, 30}, {"Ti", 0, 40}, {"Pi", 0, 50}, {"Ei", 0, 60},
};

/* "e3", "E-2": the exponent of a suffix that is one; false for anything else. */
static bool exponent(Str s, int *ret) {
    if (s.n < 2 || (s.p[0] != 'e' && s.p[0] != 'E'))
        return false;
    bool minus = s.p[1] == '-';
    Str digits = str_from_at(s, minus || s.p[1] == '+' ? 2 : 1);
    uint64_t v = 0;
    int r = str_to_u64(digits, EXPONENT_MAX, &v);
    if (r < 0 && r != -ERANGE)
        return false;
    int e = r < 0 ? EXPONENT_MAX : (int) v;
    *ret = minus ? -e : e;
    return true;
}

/* value * 10^tens * 2^bits, rounded up and kept within int64_t. */
static int64_t scale(uint64_t value, int tens, int bits) {
    unsigned __int128 v = value, limit = INT64_MAX;
    bool rest = false;
    v <<= bits;
    for (; tens > 0 && v <= limit; tens--)
        v *= 10;
    for (; tens < 0 && v; tens++) {
        rest = rest || v % 10;
        v /= 10;
    }
    v += rest;
    return v > limit ? INT64_MAX : (int64_t) v;
}

int quantity_parse(Str s, bool milli, int64_t *ret) {
    size_t i = 0;
    bool minus = s.n && s.p[0] == '-', point = false, any = false;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        i++;
    uint64_t value = 0;
    int digits = 0, tens = 0;
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        any = true;
        /* Digits that no longer fit count as zeros; they are far below what anybody compares. */
        if (digits < DIGITS_MAX) {
            value = value * 10 + (uint64_t) (c - '0');
            digits += value != 0;
            tens -= point;
        } else {
            tens += !point && tens < EXPONENT_MAX;
        }
    }
    if (!any)
        return -EINVAL;
    Str suffix = str_from_at(s, i);
    int e = 0, bits = 0;
    const Suffix *found = NULL;
    for (size_t k = 0; !found && k < ARRAY_SIZE(suffixes); k++)
        if (str_eqz(suffix, suffixes[k].text))
            found = &suffixes[k];
    if (found) {
        e = found->tens;
        bits = found->bits;
    } else if (!exponent(suffix, &e)) {
        return -EINVAL;
    }
    int64_t v = scale(value, tens + e + (milli ? 3 : 0), bits);
    *ret = minus ? -v : v;
    return 0;
}
