/* SPDX-License-Identifier: Apache-2.0 */
/* The crate semver, by which Cargo and crates.io read versions: SemVer 2.0.0 with numbers of 64 bits. */
#include "version/semver-parts.h"
#include "version/version.h"

static bool valid_number(Str number) {
    uint64_t n;
    return semver_valid_number(number) && str_to_u64(number, UINT64_MAX, &n) == 0;
}

int version_cargo_compare(Str a, Str b) {
    return version_semver_compare(a, b);
}

bool version_cargo_valid(Str v) {
    return semver_valid_strict(v, valid_number);
}
