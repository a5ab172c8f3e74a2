/* SPDX-License-Identifier: Apache-2.0 */
/* golang.org/x/mod/semver: SemVer 2.0.0 with a "v" before it, "v1" and "v1.2" short for "v1.0.0" and "v1.2.0". Pseudo-versions
 * (v0.0.0-20200101000000-0123456789ab) are pre-releases like others; "+incompatible" is build metadata. */
#include "version/semver-parts.h"
#include "version/version.h"

/* OSV writes versions of Go without the "v". */
static Str without_v(Str v) {
    return v.n && v.p[0] == 'v' ? str_from_at(v, 1) : v;
}

int version_go_compare(Str a, Str b) {
    return version_semver_compare(without_v(a), without_v(b));
}

bool version_go_valid(Str v) {
    SemverParts p = semver_split(without_v(v));
    if (p.has_pre || p.has_build)
        return version_semver_valid(without_v(v));
    bool more = true;
    Str part;
    size_t n = 0;
    for (; semver_next(&p.core, &more, &part); n++)
        if (!semver_valid_number(part))
            return false;
    return n <= 3;
}
