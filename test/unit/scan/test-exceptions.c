/* SPDX-License-Identifier: Apache-2.0 */
/* What exceptions match, which of them wins, and what is wrong with rules. */
#include "base/alloc.h"
#include "scan/exceptions.h"
#include "unit/tap.h"

#define S(z) str_from(z)
#define DIGEST "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* An image of Debian 12 with libssl3 (source openssl), one finding in it. */
static Report image(void) {
    Report r = {.tool_version = S("0")};
    Package *p = arena_new(&r.inventory.arena, Package);
    *p = (Package) {.path = S("var/lib/dpkg/status"), .layer = 0,
                    .fact = {.type = PACKAGE_DEB, .name = S("libssl3"), .version = S("3.0.1-1"), .arch = S("amd64"), .source_name = S("openssl"), .source_version = S("3.0.1-0")}};
    r.inventory.packages = p;
    r.inventory.n_packages = 1;
    r.inventory.os = (Os) {.known = true, .id = S("debian"), .version_id = S("12"), .codename = S("bookworm"), .cpe_name = S("cpe:/o:debian:debian_linux:12")};
    r.artifact = (Artifact) {.kind = ARTIFACT_IMAGE, .reference = S("registry.example/team/app:1.0"), .digest = S(DIGEST), .arch = S("amd64")};
    r.findings = arena_new(&r.arena, Finding);
    r.findings[0] = (Finding) {.id = S("CVE-2030-0001"), .package = p, .path = p->path, .advisories = S("DSA-1-1 DSA-2-1"), .status = FIX_AFFECTED, .is_new = true};
    r.n_findings = 1;
    r.coverage.as_of = 1000;
    return r;
}

static void apply(Report *r, const Exception *list, size_t n) {
    scan_add_exceptions(r, EXCEPTION_OPENVEX, S("x"), list, n);
    scan_apply_exceptions(r);
}

static bool vex_matches(const char *product, const char *part) {
    Report r = image();
    Str id = S("CVE-2030-0001"), name = S(product), sub = S(part);
    ExceptionProduct p = {.names = &name, .n_names = 1, .parts = &sub, .n_parts = part ? 1 : 0};
    Exception e = {.format = EXCEPTION_OPENVEX, .ids = &id, .n_ids = 1, .status = VEX_NOT_AFFECTED, .products = &p, .n_products = 1, .expires = TIME_NONE};
    apply(&r, &e, 1);
    bool matched = r.n_suppressed == 1;
    CHECK(r.n_findings + r.n_suppressed == 1 && (r.exceptions[0].matched == 1) == matched && r.exception_sources[0].unmatched == !matched);
    report_done(&r);
    return matched;
}

TEST(products_are_told_by_purl) {
    static const char *const yes[] = {
        "pkg:deb/debian/libssl3", "pkg:deb/debian/libssl3@3.0.1-1", "pkg:deb/debian/libssl3?arch=amd64", "pkg:deb/debian/libssl3@3.0.1-1?distro=debian-12&arch=amd64",
        "pkg:deb/debian/libssl3?distro=bookworm", "pkg:deb/debian/libssl3?distro=debian-12.5", "pkg:deb/debian/openssl?arch=source", "pkg:deb/debian/openssl@3.0.1-0?arch=src",
        "pkg:deb/libssl3", "pkg:deb/debian/libssl3?vcs_url=git",
    };
    static const char *const no[] = {
        "pkg:deb/debian/libssl3@3.0.1-2", "pkg:deb/debian/libssl3?arch=arm64", "pkg:deb/ubuntu/libssl3", "pkg:deb/debian/openssl", "pkg:rpm/debian/libssl3", "pkg:deb/debian/libssl",
        "pkg:deb/debian/libssl3?distro=debian-11", "pkg:deb/debian/libssl3?distro=debian-1", "pkg:deb/debian/libssl3?flavour=x", "libssl3", "pkg:", "",
        "pkg:deb/debian/openssl@3.0.1-1?arch=src",
    };
    for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
        CHECK_MSG(vex_matches(yes[i], NULL), "%s does not match", yes[i]);
    for (size_t i = 0; i < ARRAY_SIZE(no); i++)
        CHECK_MSG(!vex_matches(no[i], NULL), "%s matches", no[i]);
}

TEST(images_are_told_by_digest_reference_and_purl) {
    static const char *const yes[] = {
        DIGEST, "registry.example/team/app:1.0", "registry.example/team/app", "registry.example/team/app@" DIGEST, "pkg:oci/app@" DIGEST,
        "pkg:oci/app@sha256%3Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?arch=amd64", "pkg:oci/app?repository_url=registry.example/team/app",
        "pkg:oci/app?repository_url=registry.example%2Fteam%2Fapp&tag=1.0", "pkg:oci/app", "pkg:docker/team/app@1.0?repository_url=registry.example", "cpe:/o:debian:debian_linux:12",
        "cpe:2.3:o:debian:debian_linux:12:*:*:*:*:*:*:*", "cpe:/a:debian:debian_linux:12.5::x",
    };
    static const char *const no[] = {
        OTHER, "registry.example/team/app:2.0", "registry.example/app", "registry.example/team/app@" OTHER, "pkg:oci/app@" OTHER, "pkg:oci/app@" DIGEST "?arch=arm64",
        "pkg:oci/other", "pkg:oci/app?repository_url=other.example/team/app", "pkg:oci/app?repository_url=registry.example/team/app&tag=2", "pkg:oci/app@1.0",
        "cpe:/o:debian:debian_linux:1", "cpe:/o:debian:debian_linux:11", "cpe:/o:debian:debian_linux", "cpe:/", "https://registry.example/team/app",
    };
    for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
        CHECK_MSG(vex_matches(yes[i], NULL), "%s does not match", yes[i]);
        CHECK_MSG(vex_matches(yes[i], "pkg:deb/debian/libssl3"), "%s with its component does not match", yes[i]);
        CHECK_MSG(!vex_matches(yes[i], "pkg:deb/debian/zlib1g"), "%s with another component matches", yes[i]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(no); i++) {
        CHECK_MSG(!vex_matches(no[i], NULL), "%s matches", no[i]);
        CHECK_MSG(!vex_matches(no[i], "pkg:deb/debian/libssl3"), "%s with its component matches", no[i]);
    }
}

TEST(an_rpm_without_epoch_has_epoch_0) {
    static const struct {
        const char *version, *purl;
        bool same;
    } cases[] = {
        {"1:2-3", "pkg:rpm/redhat/x@2-3?epoch=1", true}, {"1:2-3", "pkg:rpm/redhat/x@1:2-3", true}, {"1:2-3", "pkg:rpm/redhat/x@2-3", false},
        {"2-3", "pkg:rpm/redhat/x@2-3", true}, {"2-3", "pkg:rpm/redhat/x@2-3?epoch=0", true}, {"2-3", "pkg:rpm/redhat/x@2-3?epoch=1", false},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        Report r = image();
        Str id = S("CVE-2030-0001"), name = S(cases[i].purl);
        ExceptionProduct p = {.names = &name, .n_names = 1};
        Exception e = {.format = EXCEPTION_CSAF, .ids = &id, .n_ids = 1, .status = VEX_FIXED, .products = &p, .n_products = 1, .expires = TIME_NONE};
        r.inventory.os.id = S("rhel");
        r.inventory.packages[0].fact = (PackageFact) {.type = PACKAGE_RPM, .name = S("x"), .version = S(cases[i].version), .source_name = S("x")};
        apply(&r, &e, 1);
        CHECK_MSG((r.n_suppressed == 1) == cases[i].same, "%s and %s", cases[i].version, cases[i].purl);
        report_done(&r);
    }
}

TEST(the_latest_statement_wins_and_a_rule_beats_it) {
    Str id = S("CVE-2030-0001"), name = S("pkg:deb/debian/libssl3"), dsa = S("DSA-2-1");
    ExceptionProduct p = {.names = &name, .n_names = 1};
    Exception e[4];
    for (size_t i = 0; i < 4; i++)
        e[i] = (Exception) {.format = EXCEPTION_OPENVEX, .ids = &id, .n_ids = 1, .status = VEX_NOT_AFFECTED, .time = 5, .products = &p, .n_products = 1, .expires = TIME_NONE};
    Report r = image();
    e[1].status = VEX_AFFECTED, e[1].time = 6;
    apply(&r, e, 3);
    CHECK(r.n_findings == 1 && r.findings[0].exception == &r.exceptions[1]);
    report_done(&r);
    r = image();
    e[1].time = 5; /* of one time the last */
    apply(&r, e, 2);
    CHECK(r.n_findings == 1 && r.findings[0].exception == &r.exceptions[1]);
    report_done(&r);
    r = image();
    e[2] = (Exception) {.format = EXCEPTION_PLIMSOLL, .ids = &dsa, .n_ids = 1, .reason = S("x"), .expires = TIME_NONE};
    apply(&r, e, 3);
    CHECK(r.n_suppressed == 1 && r.suppressed[0].exception == &r.exceptions[2]);
    report_done(&r);
}

static IgnoreRules rules_of(Arena *a, const char *text) {
    _cleanup_(diag_done) Diag d = {0};
    Limits limits = limits_default();
    IgnoreRules rules = {0};
    int r = ignore_read(S(text), "rules", &limits, a, &rules, &d);
    _cleanup_free_ char *message = diag_text(&d);
    CHECK_MSG(r == 0, "\"%s\" is refused: %s", text, message);
    return rules;
}

/* Is the finding ignored by these rules? */
static bool ignored(const char *text, const char *fixed) {
    Report r = image();
    IgnoreRules rules = rules_of(&r.arena, text);
    r.findings[0].fixed_version = S(fixed);
    apply(&r, rules.rules, rules.n);
    bool suppressed = r.n_suppressed == 1;
    report_done(&r);
    return suppressed;
}

TEST(rules_ignore_what_all_their_keys_say) {
    CHECK(ignored("- {id: CVE-2030-0001, reason: x}", ""));
    CHECK(ignored("ignores: [{id: [CVE-2030-0009, CVE-2030-0001], reason: x}]", ""));
    CHECK(ignored("- {id: DSA-1-1, package: openssl, reason: x}", ""));
    CHECK(ignored("- {package: libssl3, path: /var/lib/dpkg/*, reason: x}", ""));
    CHECK(ignored("- {purl: 'pkg:deb/debian/libssl3@3.0.1-1', reason: x}", ""));
    CHECK(!ignored("- {id: CVE-2030-0001, package: libssl, reason: x}", ""));
    CHECK(!ignored("- {id: CVE-2030-0001, path: 'var/*', reason: x}", ""));
    CHECK(!ignored("- {id: CVE-2030-0001, purl: 'pkg:deb/debian/libssl3@2', reason: x}", ""));
    CHECK(!ignored("- {id: CVE-2030-0002, reason: x}", ""));
    CHECK(!ignored("", ""));
}

TEST(a_package_lies_at_each_of_its_places) {
    const PackageLocation places[] = {{.path = S("app/a.jar")}, {.path = S("app/b.jar")}};
    Report r = image();
    r.inventory.packages[0].locations = places;
    r.inventory.packages[0].n_locations = 2;
    IgnoreRules rules = rules_of(&r.arena, "- {path: app/b.jar, reason: x}");
    apply(&r, rules.rules, rules.n);
    CHECK_INT(r.n_suppressed, 1);
    report_done(&r);
}

TEST(rules_end_by_date_and_by_a_fix) {
    CHECK(ignored("- {id: CVE-2030-0001, reason: x, expires: 1970-01-01T00:16:41Z}", ""));
    CHECK(!ignored("- {id: CVE-2030-0001, reason: x, expires: 1970-01-01T00:16:40Z}", ""));
    CHECK(ignored("- {id: CVE-2030-0001, reason: x, until: fix-exists}", ""));
    CHECK(!ignored("- {id: CVE-2030-0001, reason: x, until: fix-exists}", "2"));
    Report r = image();
    IgnoreRules rules = rules_of(&r.arena, "- {id: CVE-2030-0001, reason: x, expires: 1970-01-01}");
    apply(&r, rules.rules, rules.n);
    CHECK(r.n_findings == 1 && r.exceptions[0].matched == 1 && r.exceptions[0].outlived == 1 && r.exception_sources[0].unmatched == 0);
    report_done(&r);
}

TEST(rules_of_trivy_and_grype) {
    CHECK(ignored("# why\n\nCVE-2030-0001\n", ""));
    CHECK(ignored("CVE-2030-0001 exp:1970-01-02 # soon", ""));
    CHECK(!ignored("CVE-2030-0001 exp:1970-01-01", ""));
    CHECK(ignored("vulnerabilities:\n  - id: CVE-2030-0001\n    paths: [var/lib/**]\n    purls: [pkg:deb/debian/libssl3]\n", ""));
    CHECK(!ignored("vulnerabilities:\n  - id: CVE-2030-0001\n    expired_at: 1970-01-01\n", ""));
    CHECK(ignored("ignore:\n  - vulnerability: CVE-2030-0001\n", ""));
    CHECK(ignored("ignore:\n  - package: {name: libssl3, version: 3.0.1-1, type: deb, location: '/var/**'}\n", ""));
    CHECK(ignored("ignore:\n  - package: {upstream-name: openssl}\n    fix-state: not-fixed\n", ""));
    CHECK(!ignored("ignore:\n  - vulnerability: CVE-2030-0001\n    fix-state: fixed\n", ""));
    CHECK(!ignored("ignore:\n  - vulnerability: CVE-2030-0001\n    package: {type: python}\n", ""));
    /* Rules that ask for more than we know are left out, not taken without it. */
    CHECK(!ignored("ignore:\n  - vulnerability: CVE-2030-0001\n    match-type: exact-direct-match\n", ""));
    CHECK(!ignored("ignore:\n  - vulnerability: CVE-2030-0001\n    package: {name: 'lib.*'}\n", ""));
    Arena a = {0};
    IgnoreRules rules = rules_of(&a, "CVE-2030-0001");
    CHECK(rules.format == EXCEPTION_TRIVY && str_eqz(rules.rules[0].reason, "imported from .trivyignore"));
    arena_done(&a);
}

static void refused(const char *text, const char *why) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    Limits limits = limits_default();
    IgnoreRules rules;
    CHECK(ignore_read(S(text), "rules", &limits, &a, &rules, &d) < 0);
    _cleanup_free_ char *message = diag_text(&d);
    CHECK_MSG(d.errors > 0 && strstr(message, why), "\"%s\": the message is \"%s\", expected \"%s\" in it", text, message, why);
}

TEST(wrong_rules_are_refused_with_their_place) {
    refused("- id: x\n- {id: y, reason: ok}\n", "rules:1:3: error: the rule has no \"reason\"");
    refused("- {id: x, reason: ' '}\n", "rules:1:19: error: \"reason\": expected a string, found an empty one");
    refused("- {reason: x}\n", "would ignore everything");
    refused("- {id: x, reason: y, expires: soon}\n", "rules:1:31: error: \"expires\": expected a date");
    refused("- {id: x, reason: y, until: later}\n", "rules:1:29: error: \"until\" can only be fix-exists");
    refused("- {id: x, reason: y, justification: no}\n", "\"no\" is no justification of VEX");
    refused("- {id: x, reason: y, expire: 2030-01-01}\n", "rules:1:22: error: unknown key \"expire\"");
    refused("- {id: [], reason: y}\n", "\"id\" is an empty list");
    refused("- {id: {a: b}, reason: y}\n", "\"id\": expected a string or a list");
    refused("- just text\n", "expected a rule");
    refused("rules: []\n", "expected \"ignores\"");
    refused("ignores: 3\n", "rules:1:10: error: expected a list of rules");
    refused("CVE-1\nCVE-2 exp:never\n", "rules:2:7: error: \"exp:never\"");
    refused("CVE-1\n$%\n", "rules:2:1: error: \"$%\" is no id");
    refused("vulnerabilities: [{paths: [x]}]\n", "the rule has no \"id\"");
    refused("ignore: [{reason: x}]\n", "would ignore everything");
    refused("- {id: x\n", "rules:");
}

TEST(path_patterns) {
    static const struct {
        const char *pattern, *path;
        bool matches;
    } cases[] = {
        {"a/b", "a/b", true}, {"a/*", "a/b", true}, {"a/*", "a/b/c", false}, {"a/**", "a/b/c", true}, {"**/c", "a/b/c", true}, {"**/c", "c", true}, {"**/c", "abc", false},
        {"a/**/c", "a/c", true}, {"a/**/c", "a/x/y/c", true}, {"a/**/c", "a/x/yc", false}, {"*.so.?", "lib.so.1", true}, {"*.so.?", "lib.so.12", false}, {"?", "/", false},
        {"**", "", true}, {"*", "", true}, {"", "", true}, {"", "a", false}, {"a", "", false}, {"**/*.jar", "opt/app/lib/x.jar", true}, {"*/x*z/y", "a/xbbz/y", true},
        {"**/b/*/d", "b/b/c/d", true}, {"**b*", "aaab/c", false}, {"**b**", "aaab/c", true},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
        CHECK_MSG(exception_path_matches(S(cases[i].pattern), S(cases[i].path)) == cases[i].matches, "%s and %s", cases[i].pattern, cases[i].path);
    char stars[200], path[400];
    memset(stars, '*', sizeof(stars));
    for (size_t i = 1; i < sizeof(stars); i += 2)
        stars[i] = 'a';
    memset(path, 'a', sizeof(path));
    stars[sizeof(stars) - 1] = 'b';
    CHECK(!exception_path_matches(str_n(stars, sizeof(stars)), str_n(path, sizeof(path)))); /* and comes to an end */
}

TEST_MAIN()
