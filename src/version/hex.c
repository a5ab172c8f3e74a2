/* SPDX-License-Identifier: Apache-2.0 */
/* Elixir's Version module: SemVer 2.0.0 in full, build metadata without weight, numbers of any length. */
#include "version/version.h"

int version_hex_compare(Str a, Str b) {
    return version_semver_compare(a, b);
}

bool version_hex_valid(Str v) {
    return version_semver_valid(v);
}
