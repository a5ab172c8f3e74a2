/* SPDX-License-Identifier: Apache-2.0 */
/* A constraint and a version, a line each, read as RubyGems' and as Composer's. What a constraint is made of are versions of its scheme. */
#include <stdlib.h>

#include "version/version_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str rest = str_n((const char *) p, n), text = STR_NULL, version = STR_NULL;
    if (str_line(&rest, &text))
        str_line(&rest, &version);
    for (VersionRangeSyntax syntax = VERSION_RANGE_GEM; syntax <= VERSION_RANGE_COMPOSER; syntax++) {
        _cleanup_(arena_done) Arena arena = {.max = (size_t) 1 << 20};
        _cleanup_error_ Error err = {0};
        VersionRange range;
        if (version_range_parse(text, syntax, &arena, &range, &err) < 0) {
            if (!err.message)
                abort();
            continue;
        }
        if (range.n == 0)
            abort();
        for (size_t i = 0; i < range.n; i++)
            if (!range.scheme->valid(range.bounds[i].version))
                abort();
        if (version_range_contains(&range, version) && !range.scheme->valid(version))
            abort();
    }
    return 0;
}
