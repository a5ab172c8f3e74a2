/* SPDX-License-Identifier: Apache-2.0 */
/* Dart's pub_semver: as SemVer 2.0.0, but leading zeros are allowed, build metadata order like a pre-release (none comes first), and an
 * identifier is a number where Dart's int.tryParse() says so: with a sign, in hexadecimal, of 64 bits. */
#include "version/semver-parts.h"
#include "version/version.h"

static bool parse_hex(Str s, uint64_t *ret) {
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        unsigned digit = version_is_digit(c) ? (unsigned) (c - '0') : c >= 'a' && c <= 'f' ? (unsigned) (c - 'a') + 10 : c >= 'A' && c <= 'F' ? (unsigned) (c - 'A') + 10 : 16;
        if (digit == 16 || n > (uint64_t) INT64_MAX >> 4)
            return false;
        n = n << 4 | digit;
    }
    *ret = n;
    return s.n > 0;
}

static bool parse_int(Str s, int64_t *ret) {
    bool negative = str_starts(s, STR("-"));
    s = str_from_at(s, negative);
    while (s.n > 1 && s.p[0] == '0' && version_is_digit(s.p[1]))
        s = str_from_at(s, 1);
    uint64_t n;
    if (str_starts(s, STR("0x")) || str_starts(s, STR("0X"))) {
        if (!parse_hex(str_from_at(s, 2), &n))
            return false;
    } else if (str_to_u64(s, INT64_MAX, &n) < 0) {
        return false;
    }
    *ret = negative ? -(int64_t) n : (int64_t) n;
    return true;
}

static int compare_identifier(Str a, Str b) {
    int64_t na, nb;
    bool is_a = parse_int(a, &na), is_b = parse_int(b, &nb);
    if (is_a != is_b)
        return is_a ? -1 : 1;
    if (is_a)
        return (na > nb) - (na < nb);
    return str_cmp(a, b);
}

int version_pub_compare(Str a, Str b) {
    SemverParts pa = semver_split(a), pb = semver_split(b);
    int r = semver_compare_parts(&pa, &pb, compare_identifier);
    if (r)
        return r;
    if (!pa.has_build || !pb.has_build)
        return (int) pa.has_build - (int) pb.has_build;
    return semver_compare_list(pa.build, pb.build, compare_identifier);
}

static bool valid_number(Str number) {
    int64_t n;
    return number.n && version_is_digit(number.p[0]) && !(number.n > 1 && (number.p[1] == 'x' || number.p[1] == 'X')) && parse_int(number, &n);
}

bool version_pub_valid(Str v) {
    SemverParts p = semver_split(v);
    return semver_valid_core(p.core, valid_number) && (!p.has_pre || semver_valid_list(p.pre, true)) && (!p.has_build || semver_valid_list(p.build, true));
}
