/* SPDX-License-Identifier: Apache-2.0 */
/* node-semver 7 as npm calls it, loose: "v", "=" and spaces before the version, leading zeros, a pre-release without its "-". */
#include <stdlib.h>

#include "version/semver-parts.h"
#include "version/version.h"

#define LENGTH_MAX 256                  /* of a version that node-semver reads */
#define NUMBER_MAX 9007199254740991ull  /* Number.MAX_SAFE_INTEGER */

static Str without_lead(Str v) {
    v = str_trim(v);
    while (v.n && (v.p[0] == 'v' || v.p[0] == '=' || str_trim(str_head(v, 1)).n == 0))
        v = str_from_at(v, 1);
    return v;
}

/* "-" before a pre-release may be missing, and is its first character when nothing else can be: "1.2.3-" is "1.2.3" with "-". */
static SemverParts split(Str v) {
    SemverParts p = {.core = without_lead(v)};
    p.has_build = str_cut(p.core, '+', &p.core, &p.build);
    Str rest = p.core;
    for (size_t dots = 0; dots < 2; dots++) {
        version_take_digits(&rest);
        if (rest.n == 0 || rest.p[0] != '.')
            break;
        rest = str_from_at(rest, 1);
    }
    Str patch = version_take_digits(&rest);
    if (rest.n == 0)
        return p;
    /* In "1.2.34.5", the pre-release begins within the third number: 1.2.3-4.5. */
    if (rest.p[0] == '.' && patch.n > 1)
        rest = str_n(rest.p - 1, rest.n + 1);
    p.core = str_head(p.core, (size_t) (rest.p - p.core.p));
    p.has_pre = true;
    p.pre = rest.p[0] == '-' && rest.n > 1 && rest.p[1] != '.' ? str_from_at(rest, 1) : rest;
    return p;
}

/* Numbers are doubles in JavaScript: long ones are equal when they round to the same. */
static double to_double(Str digits) {
    char text[LENGTH_MAX + 64];
    while (digits.n && digits.p[0] == '0')
        digits = str_from_at(digits, 1);
    if (digits.n >= sizeof(text))
        return __builtin_inf();
    memcpy(text, digits.n ? digits.p : "", digits.n);
    text[digits.n] = 0;
    return strtod(text, NULL);
}

static int compare_identifier(Str a, Str b) {
    Str rest_a = a, rest_b = b;
    version_take_digits(&rest_a);
    version_take_digits(&rest_b);
    if (rest_a.n || rest_b.n)
        return semver_compare_identifier(a, b);
    double na = to_double(a), nb = to_double(b);
    return (na > nb) - (na < nb);
}

int version_npm_compare(Str a, Str b) {
    SemverParts pa = split(a), pb = split(b);
    return semver_compare_parts(&pa, &pb, compare_identifier);
}

static bool valid_number(Str number) {
    while (number.n > 1 && number.p[0] == '0')
        number = str_from_at(number, 1);
    uint64_t n;
    return str_to_u64(number, NUMBER_MAX, &n) == 0;
}

bool version_npm_valid(Str v) {
    SemverParts p = split(v);
    return v.n <= LENGTH_MAX && semver_valid_core(p.core, valid_number) && (!p.has_pre || semver_valid_list(p.pre, true)) &&
           (!p.has_build || semver_valid_list(p.build, true));
}
