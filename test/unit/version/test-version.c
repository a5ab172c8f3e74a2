/* SPDX-License-Identifier: Apache-2.0 */
#include "version/version.h"

#include "unit/tap.h"

static int sign(int r) {
    return (r > 0) - (r < 0);
}

/* Both ways round. */
static void check(const VersionScheme *s, const char *a, const char *op, const char *b) {
    int want = *op == '<' ? -1 : *op == '>' ? 1 : 0;
    int r = sign(s->compare(str_from(a), str_from(b))), back = sign(s->compare(str_from(b), str_from(a)));
    CHECK_MSG(r == want && back == -want, "%s: %s %s %s, but compare gives %d and %d", s->name, a, op, b, r, back);
}

static void check_valid(const VersionScheme *s, const char *v, bool want) {
    CHECK_MSG(s->valid(str_from(v)) == want, "%s: '%s' should be %s", s->name, v, want ? "valid" : "invalid");
}

TEST(schemes_are_found_by_name) {
    CHECK(version_scheme(STR("dpkg")) && version_scheme(STR("rpm")) && version_scheme(STR("apk")));
    CHECK(version_scheme(STR("dpk")) == NULL);
    CHECK(version_scheme(STR("")) == NULL);
}

TEST(dpkg) {
    const VersionScheme *s = version_scheme(STR("dpkg"));
    check(s, "1.0", "=", "1.0-0");
    check(s, "1.0", "=", "0:1.0");
    check(s, "1.0~rc1", "<", "1.0");
    check(s, "1.0~~", "<", "1.0~");
    check(s, "1.0~~a", "<", "1.0~");
    check(s, "1.0", "<", "1.0a");
    check(s, "1.0a", "<", "1.0+");
    check(s, "1.09", "=", "1.9");
    check(s, "1.10", ">", "1.9");
    check(s, "2:0.1", ">", "1:9");
    check(s, "1.0-1", "<", "1.0-1+deb12u1");
    check(s, "1.0-1~bpo12+1", "<", "1.0-1");
    check(s, "1-2-3", ">", "1-1-4");
    check(s, "99999999999999999999999", "<", "100000000000000000000000");
    check(s, "1.0.", ">", "1.0");
    check_valid(s, "1:2.3-4", true);
    check_valid(s, "", false);
    check_valid(s, "a1", false);
    check_valid(s, "1.0-", false);
    check_valid(s, "1:", false);
    check_valid(s, "x:1", false);
    check_valid(s, "2147483648:1", false);
    check_valid(s, "1.0_1", false);
    check_valid(s, "1 0", false);
}

TEST(rpm) {
    const VersionScheme *s = version_scheme(STR("rpm"));
    check(s, "1.0-1", "=", "0:1.0-1");
    check(s, "1:1.0-1", ">", "2.0-1");
    check(s, "1.0~rc1-1", "<", "1.0-1");
    check(s, "1.0^git1-1", ">", "1.0-1");
    check(s, "1.0^git1-1", "<", "1.0.1-1");
    check(s, "1.0a", "<", "1.0.1");
    check(s, "1.0_1", "=", "1.0.1");
    check(s, "1.010", "=", "1.10");
    check(s, "5.14.0-70.el9", "<", "5.14.0-362.el9");
    check(s, "1.0-1.el9", "<", "1.0-1.el9_2");
    check(s, "1.0", "<", "1.0-0");
    check(s, "4.18.0-305.0.0.0.0.1.el8", "<", "4.18.0-305.0.1.el8");
    check_valid(s, "1:1.0~rc1-1.el9", true);
    check_valid(s, "1.0-1-2", false);
    check_valid(s, "1.0-", false);
    check_valid(s, "", false);
    check_valid(s, "x:1", false);
}

TEST(apk_order) {
    const VersionScheme *s = version_scheme(STR("apk"));
    /* Each less than the next. */
    static const char *const rising[] = {
        "1.2_alpha", "1.2_alpha1", "1.2_alpha1-r1", "1.2_alpha2", "1.2_beta", "1.2_pre", "1.2_rc", "1.2_rc1_git20200101", "1.2_rc1_p1", "1.2",
        "1.2-r0", "1.2-r1", "1.2-r10", "1.2~0abc", "1.2~f", "1.2_cvs", "1.2_svn", "1.2_git", "1.2_git20200101", "1.2_hg", "1.2_p", "1.2_p1_alpha", "1.2_p1",
        "1.2_p1_p1", "1.2a", "1.2b", "1.2b_p1", "1.2.0", "1.2.01", "1.2.010", "1.2.09", "1.2.1", "1.2.9", "1.2.10", "1.3", "1.10", "2", "10", "10.1",
    };
    for (size_t i = 0; i < ARRAY_SIZE(rising); i++)
        for (size_t k = 0; k < ARRAY_SIZE(rising); k++)
            check(s, rising[i], i < k ? "<" : i > k ? ">" : "=", rising[k]);
    check(s, "01.2", "=", "1.2");
    check(s, "1.2_rc01", "=", "1.2_rc1");
    check(s, "1.2-r01", "=", "1.2-r1");
    check(s, "1.0", "<", "1.00");
    check(s, "1.00000000000000000000002", "<", "1.1");
    check(s, "99999999999999999999999", "<", "100000000000000000000000");
    check(s, "1.2_x", "<", "1.2");
    check(s, "junk", "<", "0");
    check(s, "junk", "=", "other");
}

TEST(apk_validity) {
    const VersionScheme *s = version_scheme(STR("apk"));
    static const char *const good[] = {"1", "1.2.3", "1.2a", "1.2_p", "1.2_pre2_p3", "1.2~ab12", "1.2_git20200101-r3", "0.0.0", "1.2a_rc1~0-r99"};
    static const char *const bad[] = {"", "a", ".1", "1.", "1..2", "1.2A", "1.2ab", "1.2a3", "1.2a.3", "1.2_", "1.2_foo", "1.2_p1.2", "1.2~", "1.2~xyz", "1.2-1",
                                      "1.2-r", "1.2-r1-r2", "1.2-r1_p1", "1.2-r1a", "1:1.2", "1.2 ", "1.2+x"};
    for (size_t i = 0; i < ARRAY_SIZE(good); i++)
        check_valid(s, good[i], true);
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        check_valid(s, bad[i], false);
}

TEST_MAIN()
