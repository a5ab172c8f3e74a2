/* SPDX-License-Identifier: Apache-2.0 */
/* range-contains gem|composer: for each line "constraint TAB version" of standard input, + (inside), - (outside) or ? (no constraint). */
#include <stdio.h>

#include "base/fs.h"
#include "version/version_range.h"

int main(int argc, char **argv) {
    _cleanup_free_ char *text = NULL;
    size_t n;
    if (argc != 2 || fs_read_fd(STDIN_FILENO, "standard input", (size_t) 64 << 20, &text, &n, NULL) < 0)
        return 2;
    VersionRangeSyntax syntax = strcmp(argv[1], "gem") == 0 ? VERSION_RANGE_GEM : VERSION_RANGE_COMPOSER;
    Str rest = str_n(text, n), line;
    while (str_line(&rest, &line)) {
        _cleanup_(arena_done) Arena arena = {0};
        VersionRange range;
        Str constraint, version;
        if (!str_cut(line, '\t', &constraint, &version) || version_range_parse(constraint, syntax, &arena, &range, NULL) < 0 || !range.scheme->valid(version))
            puts("?");
        else
            puts(version_range_contains(&range, version) ? "+" : "-");
    }
    return 0;
}
