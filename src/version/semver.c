/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic Versioning 2.0.0: rule 11 (precedence) and its grammar. */
#include "version/semver-parts.h"
#include "version/version.h"

SemverParts semver_split(Str v) {
    SemverParts p = {.core = v};
    p.has_build = str_cut(p.core, '+', &p.core, &p.build);
    p.has_pre = str_cut(p.core, '-', &p.core, &p.pre);
    return p;
}

bool semver_next(Str *rest, bool *more, Str *ret_part) {
    if (!*more)
        return false;
    *ret_part = *rest;
    *more = str_cut(*rest, '.', ret_part, rest);
    return true;
}

static bool all_digits(Str s) {
    version_take_digits(&s);
    return s.n == 0;
}

int semver_compare_identifier(Str a, Str b) {
    bool na = all_digits(a), nb = all_digits(b);
    if (na != nb)
        return na ? -1 : 1;
    return na ? version_compare_digits(a, b) : str_cmp(a, b);
}

int semver_compare_core(Str a, Str b) {
    bool more_a = true, more_b = true;
    while (more_a || more_b) {
        Str pa = STR("0"), pb = STR("0");
        semver_next(&a, &more_a, &pa);
        semver_next(&b, &more_b, &pb);
        int r = semver_compare_identifier(pa, pb);
        if (r)
            return r;
    }
    return 0;
}

int semver_compare_list(Str a, Str b, SemverOrder *order) {
    bool more_a = true, more_b = true;
    for (;;) {
        Str pa, pb;
        bool has_a = semver_next(&a, &more_a, &pa), has_b = semver_next(&b, &more_b, &pb);
        if (!has_a || !has_b)
            return (int) has_a - (int) has_b;
        int r = order(pa, pb);
        if (r)
            return r;
    }
}

int semver_compare_parts(const SemverParts *a, const SemverParts *b, SemverOrder *order) {
    int r = semver_compare_core(a->core, b->core);
    if (r)
        return r;
    if (!a->has_pre || !b->has_pre)
        return (int) b->has_pre - (int) a->has_pre;
    return semver_compare_list(a->pre, b->pre, order);
}

bool semver_valid_list(Str list, bool leading_zeros) {
    bool more = true;
    Str part;
    while (semver_next(&list, &more, &part)) {
        for (size_t i = 0; i < part.n; i++)
            if (!version_is_digit(part.p[i]) && !version_is_alpha(part.p[i]) && part.p[i] != '-')
                return false;
        if (part.n == 0 || (!leading_zeros && part.n > 1 && part.p[0] == '0' && all_digits(part)))
            return false;
    }
    return true;
}

bool semver_valid_number(Str number) {
    return number.n && all_digits(number) && (number.n == 1 || number.p[0] != '0');
}

bool semver_valid_core(Str core, bool (*valid_number)(Str number)) {
    bool more = true;
    Str part;
    size_t n = 0;
    while (n < 3 && semver_next(&core, &more, &part) && valid_number(part))
        n++;
    return n == 3 && !more;
}

bool semver_valid_strict(Str v, bool (*valid_number)(Str number)) {
    SemverParts p = semver_split(v);
    return semver_valid_core(p.core, valid_number) && (!p.has_pre || semver_valid_list(p.pre, false)) && (!p.has_build || semver_valid_list(p.build, true));
}

int version_semver_compare(Str a, Str b) {
    SemverParts pa = semver_split(a), pb = semver_split(b);
    return semver_compare_parts(&pa, &pb, semver_compare_identifier);
}

bool version_semver_valid(Str v) {
    return semver_valid_strict(v, semver_valid_number);
}
