/* SPDX-License-Identifier: Apache-2.0 */
/* NuGet.Versioning (NuGetVersion, VersionComparer.Default): one to four numbers of 31 bits, SemVer 2.0.0 labels without regard to case,
 * metadata without weight. A label is a number where .NET's Int32.TryParse() says so. */
#include "version/semver-parts.h"
#include "version/version.h"

/* A label has letters, digits and "-", so a sign and digits are all that can be a number. */
static bool parse_label(Str s, int64_t *ret) {
    bool negative = str_starts(s, STR("-"));
    s = str_from_at(s, negative);
    while (s.n > 1 && s.p[0] == '0')
        s = str_from_at(s, 1);
    uint64_t n;
    if (str_to_u64(s, (uint64_t) INT32_MAX + negative, &n) < 0)
        return false;
    *ret = negative ? -(int64_t) n : (int64_t) n;
    return true;
}

static int compare_label(Str a, Str b) {
    int64_t na, nb;
    bool is_a = parse_label(a, &na), is_b = parse_label(b, &nb);
    if (is_a != is_b)
        return is_a ? -1 : 1;
    if (is_a)
        return (na > nb) - (na < nb);
    return version_compare_nocase(a, b);
}

/* Int32.Parse() lets white space stand around each number. */
static int compare_core(Str a, Str b) {
    bool more_a = true, more_b = true;
    while (more_a || more_b) {
        Str pa = STR("0"), pb = STR("0");
        semver_next(&a, &more_a, &pa);
        semver_next(&b, &more_b, &pb);
        int r = semver_compare_identifier(str_trim(pa), str_trim(pb));
        if (r)
            return r;
    }
    return 0;
}

int version_nuget_compare(Str a, Str b) {
    SemverParts pa = semver_split(str_trim(a)), pb = semver_split(str_trim(b));
    int r = compare_core(pa.core, pb.core);
    if (r)
        return r;
    if (!pa.has_pre || !pb.has_pre)
        return (int) pb.has_pre - (int) pa.has_pre;
    return semver_compare_list(pa.pre, pb.pre, compare_label);
}

bool version_nuget_valid(Str v) {
    SemverParts p = semver_split(str_trim(v));
    bool more = true;
    Str part;
    size_t n = 0;
    for (; semver_next(&p.core, &more, &part); n++) {
        int64_t number;
        part = str_trim(part);
        if (str_starts(part, STR("-")) || !parse_label(part, &number))
            return false;
    }
    return n <= 4 && (!p.has_pre || semver_valid_list(p.pre, false)) && (!p.has_build || semver_valid_list(p.build, true));
}
