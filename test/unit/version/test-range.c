/* SPDX-License-Identifier: Apache-2.0 */
/* Constraints of advisories. test/cli/version-ranges.t has RubyGems and Composer beside them. */
#include "version/version_range.h"

#include <errno.h>

#include "base/buf.h"
#include "unit/tap.h"

static void check(VersionRangeSyntax syntax, const char *text, const char *version, bool want) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_error_ Error err = {0};
    VersionRange range;
    int r = version_range_parse(str_from(text), syntax, &arena, &range, &err);
    CHECK_MSG(r == 0, "'%s': %s", text, error_text(&err, r));
    if (r == 0)
        CHECK_MSG(version_range_contains(&range, str_from(version)) == want, "'%s' should%s hold %s", text, want ? "" : " not", version);
}

static void check_error(VersionRangeSyntax syntax, const char *text, const char *message) {
    _cleanup_(arena_done) Arena arena = {0};
    _cleanup_error_ Error err = {0};
    VersionRange range;
    int r = version_range_parse(str_from(text), syntax, &arena, &range, &err);
    CHECK_INT(r, -EINVAL);
    CHECK_MSG(err.message && strcmp(err.message, message) == 0, "'%s' gives '%s', expected '%s'", text, err.message ? err.message : "", message);
}

TEST(gem) {
    VersionRangeSyntax s = VERSION_RANGE_GEM;
    check(s, "~> 1.2.3", "1.2.3", true);
    check(s, "~> 1.2.3", "1.2.99", true);
    check(s, "~> 1.2.3", "1.3", false);
    check(s, "~> 1.2.3", "1.3.0.rc1", false);
    check(s, "~> 1.2.3", "1.2.3.rc1", false);
    check(s, "~> 1.2", "1.99", true);
    check(s, "~> 1", "1.99", true);
    check(s, "~> 1", "2.a", false);
    check(s, "~> 1.99.0", "1.100", false);
    check(s, "~> 1.99.0", "1.99.5", true);
    check(s, "~> 9.9", "10.0", false);
    check(s, "~> 3.1.0.beta1", "3.1.5", true);
    check(s, "~> 3.1.0.beta1", "3.2", false);
    check(s, "~> 2.3.2, >= 2.3.4", "2.3.3", false);
    check(s, ">= 1.0 , != 1.5", "1.5.0", false);
    check(s, " 1.0 ", "1.0.0", true);
    check(s, "< 2", "2.rc1", true);
    check(s, "< 2", "no version", false);
}

TEST(composer) {
    VersionRangeSyntax s = VERSION_RANGE_COMPOSER;
    check(s, ">=2.0,<2.0.17|>=2.1,<2.1.9", "2.0.16", true);
    check(s, ">=2.0,<2.0.17|>=2.1,<2.1.9", "2.0.17", false);
    check(s, ">=2.0,<2.0.17|>=2.1,<2.1.9", "2.1.8", true);
    check(s, ">=2.0,<2.0.17|>=2.1,<2.1.9", "2.1.9", false);
    /* The pre-releases of an end are not below it. */
    check(s, "<2.0.17", "2.0.17-beta1", false);
    check(s, ">=2.0", "2.0.0-alpha1", true);
    check(s, "<2.0.17-beta2", "2.0.17-beta1", true);
    check(s, ">=8.0.0-beta1 <8.0.6 || 9.0", "8.0.5", true);
    check(s, ">=8.0.0-beta1 <8.0.6 || 9.0", "9.0.0.0", true);
    check(s, "<>1.0", "1.0", false);
    check(s, ">=1.0", "dev-main", false);
    check(s, "!=1.0", "dev-main", true);
    check(s, ">1", "junk", false);
    check(s, ">=1.x.dev", "1.x-dev", true);
    check(s, "<1.0dev", "1.0-dev", false);
}

TEST(errors_say_the_byte) {
    check_error(VERSION_RANGE_GEM, "", "byte 1: expected a version");
    check_error(VERSION_RANGE_GEM, ">= 1.0,", "byte 8: expected a version");
    check_error(VERSION_RANGE_GEM, ">= 1.0 < 2", "byte 8: expected ',' or the end");
    check_error(VERSION_RANGE_GEM, "^ 1.0", "byte 1: expected one of = != < <= > >= ~> and a version of RubyGems");
    check_error(VERSION_RANGE_GEM, "== 1.0", "byte 2: expected one of = != < <= > >= ~> and a version of RubyGems");
    check_error(VERSION_RANGE_COMPOSER, ">=1.0,<2.*", "byte 8: expected one of = == != <> < <= > >= and a version of Composer");
    check_error(VERSION_RANGE_COMPOSER, "^1.0", "byte 1: expected one of = == != <> < <= > >= and a version of Composer");
    check_error(VERSION_RANGE_COMPOSER, "1.0@dev", "byte 1: expected one of = == != <> < <= > >= and a version of Composer");
    check_error(VERSION_RANGE_COMPOSER, "1.0|", "byte 5: expected a version");
    check_error(VERSION_RANGE_COMPOSER, "<dev-main", "byte 2: a branch has no order");
    check_error(VERSION_RANGE_COMPOSER, ">=1.0stable", "byte 3: expected '-' before the stability");
}

TEST(limits) {
    _cleanup_(arena_done) Arena arena = {0}, small = {.max = 16};
    _cleanup_(buf_done) Buf long_text = buf_new(1 << 20);
    VersionRange range;
    CHECK_INT(version_range_parse(STR("~> 1.2.3"), VERSION_RANGE_GEM, &small, &range, NULL), -E2BIG);
    for (size_t i = 0; i < VERSION_RANGE_BOUNDS_MAX; i++)
        buf_putz(&long_text, i ? ",1" : "1");
    CHECK_INT(version_range_parse(buf_view(&long_text), VERSION_RANGE_GEM, &arena, &range, NULL), 0);
    CHECK_INT(range.n, VERSION_RANGE_BOUNDS_MAX);
    buf_putz(&long_text, ",1");
    CHECK_INT(version_range_parse(buf_view(&long_text), VERSION_RANGE_GEM, &arena, &range, NULL), -E2BIG);
    while (long_text.n <= VERSION_RANGE_BYTES_MAX)
        buf_putz(&long_text, "1");
    CHECK_INT(version_range_parse(buf_view(&long_text), VERSION_RANGE_GEM, &arena, &range, NULL), -E2BIG);
}

TEST_MAIN()
