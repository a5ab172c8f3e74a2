/* SPDX-License-Identifier: Apache-2.0 */
/* The version schemes of language ecosystems. test/cli/version-ecosystems.t has their own tools beside them. */
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

/* Each less than the next; the list ends with NULL. */
static void check_rising(const VersionScheme *s, const char *const *rising) {
    for (size_t i = 0; rising[i]; i++)
        for (size_t k = 0; rising[k]; k++)
            check(s, rising[i], i < k ? "<" : i > k ? ">" : "=", rising[k]);
}

static void check_valid(const VersionScheme *s, const char *const *good, const char *const *bad) {
    for (; *good; good++)
        CHECK_MSG(s->valid(str_from(*good)), "%s: '%s' should be valid", s->name, *good);
    for (; *bad; bad++)
        CHECK_MSG(!s->valid(str_from(*bad)), "%s: '%s' should be invalid", s->name, *bad);
}

#define LIST(...) ((const char *const[]) {__VA_ARGS__, NULL})

TEST(semver) {
    const VersionScheme *s = version_scheme(STR("semver"));
    check_rising(s, LIST("0.0.9", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-99999999999999999999", "1.0.0-A", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
                         "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0", "18446744073709551616.0.0"));
    check(s, "1.0.0+a", "=", "1.0.0+b");
    check(s, "1.0.0+a-b", "=", "1.0.0");
    /* No SemVer, but OSV's records of Swift, Conan and Bitnami have them. */
    check(s, "1.2", "=", "1.2.0");
    check(s, "1.2.3", "<", "1.2.3.1");
    check(s, "1.1.1", "<", "1.1.1t");
    check_valid(s, LIST("1.2.3", "1.0.0-0a.-", "1.0.0+01", "1.0.0-x+y.z"),
                LIST("", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3-a.", "1.2.3+", "v1.2.3", "1.2.3 ", "1.2.x", "1.2.3+a+b", "1.2.3-\xc3\xa9"));
}

TEST(npm) {
    const VersionScheme *s = version_scheme(STR("npm"));
    check_rising(s, LIST("1.2.3-1", "v1.2.3-alpha", "1.2.3beta", " =1.2.3-rc.1", "01.02.03", "1.2.10"));
    check(s, "v1.2.3", "=", "1.2.3");
    check(s, "1.2.3beta", "=", "1.2.3-beta");
    check(s, "1.2.34.5", "=", "1.2.3-4.5");
    check(s, "1.0.0-9007199254740993", "=", "1.0.0-9007199254740992");
    check_valid(s, LIST("1.2.3", "v1.2.3", "= v1.2.3", "01.2.3", "1.2.3-", "1.2.3-.a", "1.2.3beta.4+b", "9007199254740991.0.0"),
                LIST("", "1", "1.2", "1.2.3.4", "9007199254740992.0.0", "1.2.3-a..b", "1.2.3+", "1.2.3 4", "latest"));
}

TEST(pep440) {
    const VersionScheme *s = version_scheme(STR("pep440"));
    /* The specification's own list. */
    check_rising(s, LIST("1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456",
                         "1.0rc1", "1.0", "1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1!0"));
    check(s, "1.0-ALPHA_1", "=", "v1a1");
    check(s, "1.0-1", "=", "1.post1");
    check(s, "1.0c1", "=", "1.0.preview-1");
    check(s, "1.0+UBUNTU-1", "=", "1.0+ubuntu.01");
    check(s, "junk", "<", "0.dev0");
    check_valid(s, LIST("1", " 1.0\n", "V1.0", "1!2.3.4", "1.0a", "1.0a-", "1.0r", "1.0.dev", "1.0+a_b-c.1", "01.002"),
                LIST("", "a", "1.0-", "1.0.", "1..0", "1.0+", "1.0+a..b", "1.0+a+b", "1.0x1", "!1.0", "1.0.post1.post2", "1.0dev1a1"));
}

TEST(gem) {
    const VersionScheme *s = version_scheme(STR("gem"));
    check_rising(s, LIST("1.A", "1.a", "1.a.1", "1.b1", "1.b2", "1.0.0-x86", "1.0.0.pre.2", "1.rc", "1.0", "1.0.1", "1.1", "1.10", "99999999999999999999"));
    check(s, "1", "=", "1.0.0");
    check(s, "1.0.a", "=", "1.a");
    check(s, "1.0.0.a.0", "=", "1.a");
    check(s, "1.a.0.1", "<", "1.a.1");
    check(s, "1-1", "=", "1.pre.1");
    check(s, "", "=", "0");
    check_valid(s, LIST("", "  ", "1", " 1.2\n", "1.0.a1b", "1.0-1-x.y-", "2.0.0.rc1"), LIST("a", "1.", "1..0", "-1", "1_0", "1-", "1 2", "1-a..b", "1+1"));
}

TEST(go) {
    const VersionScheme *s = version_scheme(STR("go"));
    check_rising(s, LIST("0.0.0-20190101000000-abcdefabcdef", "v0.0.0-20200101000000-0123456789ab", "v1.2.3-pre.0.20200101000000-0123456789ab", "1.2.3-pre.1", "v1.2.3",
                         "v1.2.4-0.20200101000000-0123456789ab", "1.2.4", "v1.3"));
    check(s, "v2.0.0+incompatible", "=", "2.0.0");
    check(s, "v1", "=", "1.0.0");
    check_valid(s, LIST("v1", "1.2", "1.2.3-a+b", "v2.0.0+incompatible"), LIST("", "v", "1.2-a", "v1+a", "vv1", "01.2.3", "1.2.3.4", "1.2.3-01", "1."));
}

TEST(cargo_and_hex) {
    const VersionScheme *cargo = version_scheme(STR("cargo")), *hex = version_scheme(STR("hex"));
    check(cargo, "0.10.55+3.0.7", "=", "0.10.55");
    check(cargo, "1.0.0-rc.2", "<", "1.0.0-rc.10");
    check(hex, "1.0.0-dev", "<", "1.0.0");
    check_valid(cargo, LIST("18446744073709551615.0.0", "1.2.3-99999999999999999999"), LIST("18446744073709551616.0.0", "1.2", "v1.2.3"));
    check_valid(hex, LIST("18446744073709551616.0.0"), LIST("1.2", "v1.2.3", "1.2.3.4"));
}

TEST(pub) {
    const VersionScheme *s = version_scheme(STR("pub"));
    check_rising(s, LIST("1.0.0-alpha", "1.0.0-alpha+1", "1.0.0", "1.0.0+1", "1.0.0+2", "1.0.0+10", "1.0.0+10.0", "1.0.0+x", "1.0.1"));
    check(s, "01.2.3", "=", "1.2.3");
    check(s, "1.2.3-0x10", "=", "1.2.3-16");
    check(s, "1.2.3--1", "<", "1.2.3-0");
    check_valid(s, LIST("1.2.3", "01.2.3", "1.2.3-01", "9223372036854775807.0.0"), LIST("", "1.2", "v1.2.3", "9223372036854775808.0.0", "1.2.3-", "0x1.2.3", "-1.2.3"));
}

TEST(nuget) {
    const VersionScheme *s = version_scheme(STR("nuget"));
    /* learn.microsoft.com/nuget/concepts/package-versioning */
    check_rising(s, LIST("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-Alpha.2", "1.0.0-ALPHA.10", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-rc", "1.0", "1.0.0.1", "1.0.1-x", "1.0.1"));
    check(s, "1", "=", "1.0.0.0");
    check(s, "1.01.1", "=", "1.1.1");
    check(s, "1.0.0-RC.1", "=", "1.0.0-rc.1+build");
    check(s, "1.0.0--1", "<", "1.0.0-0");
    check(s, "1.0.0-2147483648", ">", "1.0.0-9");
    check_valid(s, LIST("1", "1.2", "1.2.3.4", "01.002", " 1.0-a+01 ", "2147483647.0", "1.0-rc.1"),
                LIST("", "v1", "1.2.3.4.5", "1.", "1..2", "2147483648.0", "1.0-", "1.0-01", "1.0-a..b", "1.0+", "1.0_a", "-1.0"));
}

TEST(maven) {
    const VersionScheme *s = version_scheme(STR("maven"));
    /* maven.apache.org/pom.html */
    check_rising(s, LIST("1-alpha", "1-beta-2", "1-beta-10", "1-milestone", "1-rc", "1-SNAPSHOT", "1", "1-sp", "1-abc", "1-xyz", "1-1", "1.1", "1.10", "2"));
    check(s, "1.0.0", "=", "1-ga");
    check(s, "1.0.Final", "=", "1.0.RELEASE");
    check(s, "1-a1", "=", "1-alpha-1");
    check(s, "1a", ">", "1-alpha");
    check(s, "1.0-cr2", "=", "1-RC-2");
    check(s, "1.0.0-0.0-final", "=", "1");
    check(s, "1-0.1", ">", "1");
    check(s, "4.1.100.Final", ">", "4.1.77.Final");
    check(s, "31.1-jre", ">", "31.1-android");
    check(s, "1.20230101123456789012345", ">", "1.3");
    check(s, "", "=", "0");
    check(s, "1", "<", "1.sp.1");
    check(s, "1.sp.1", "<", "1-alpha");
    check_valid(s, LIST("", "1.0", "anything at all"), LIST(NULL));
}

TEST(composer) {
    const VersionScheme *s = version_scheme(STR("composer"));
    check_rising(s, LIST("no version", "dev-main", "dev-zoo", "1.0-dev", "1.0-alpha-dev", "1.0.0-alpha", "1.0-a1", "1.0alpha2", "1.0-alpha.10", "v1.0-beta1-dev", "1.0b1", "1.0-RC1", "1.0",
                         "1.0-patch", "1.0-p1", "1.0pl2", "1.0.0.1", "1.0.1", "1.0.x-dev", "1.1", "1.x-dev", "2.0"));
    check(s, "1", "=", "V1.0.0.0+build");
    check(s, "1.0-stable", "=", "1.0");
    check(s, "1.0@beta", "=", "1.0 as 2.0");
    check(s, "20100102", "=", "20100102-");
    check(s, "2010-01-02 ", "<", "2010:01:02-p1");
    check(s, "master", "=", "DEV-master");
    check(s, "1.9223372036854775808", "=", "1.9223372036854775807");
    check_valid(s, LIST("1", "v1.2.3.4-beta2.3", "1.0-", "dev-", "trunk", "1.2.*-dev", "123456.x-dev", "2010-01-02-03"),
                LIST("", "1.2.3.4.5", "12345678901234567890", "x-dev", "1.0-foo", "1..0", "1.0 2", "1.0-beta-x", "1.0+a b", "201-01-02"));
}

TEST_MAIN()
