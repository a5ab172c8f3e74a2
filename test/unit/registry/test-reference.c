/* SPDX-License-Identifier: Apache-2.0 */
#include "registry/registry.h"
#include "unit/tap.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

TEST(references_as_docker_reads_them) {
    static const struct {
        const char *in, *text, *host, *repository, *tag, *digest;
    } cases[] = {
        {"alpine", "docker.io/library/alpine:latest", "docker.io", "library/alpine", "latest", ""},
        {"alpine:3.20", "docker.io/library/alpine:3.20", "docker.io", "library/alpine", "3.20", ""},
        {"team/app", "docker.io/team/app:latest", "docker.io", "team/app", "latest", ""},
        {"docker.io/alpine", "docker.io/library/alpine:latest", "docker.io", "library/alpine", "latest", ""},
        {"index.docker.io/library/alpine", "docker.io/library/alpine:latest", "docker.io", "library/alpine", "latest", ""},
        {"docker://ghcr.io/a/b:1", "ghcr.io/a/b:1", "ghcr.io", "a/b", "1", ""},
        {"localhost/app", "localhost/app:latest", "localhost", "app", "latest", ""},
        {"localhost:5000/app:1", "localhost:5000/app:1", "localhost:5000", "app", "1", ""},
        {"host:5000/a/b__c/d-e.f_g", "host:5000/a/b__c/d-e.f_g:latest", "host:5000", "a/b__c/d-e.f_g", "latest", ""},
        {"Registry/app", "Registry/app:latest", "Registry", "app", "latest", ""},
        {"Docker.io/app", "docker.io/library/app:latest", "docker.io", "library/app", "latest", ""},
        {"[::1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000", "app", "latest", ""},
        {"[fe80::1]/app:x", "[fe80::1]/app:x", "[fe80::1]", "app", "x", ""},
        {"alpine@sha256:" HEX64, "docker.io/library/alpine@sha256:" HEX64, "docker.io", "library/alpine", "", "sha256:" HEX64},
        {"a.b/c:1@sha256:" HEX64, "a.b/c:1@sha256:" HEX64, "a.b", "c", "1", "sha256:" HEX64},
        {"host:5000/app@sha512:" HEX64 HEX64, "host:5000/app@sha512:" HEX64 HEX64, "host:5000", "app", "", "sha512:" HEX64 HEX64},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_(arena_done) Arena a = {0};
        _cleanup_error_ Error err = {0};
        RegistryRef ref = {0};
        int r = registry_ref_parse(str_from(cases[i].in), &a, &ref, &err);
        CHECK_MSG(r == 0, "%s: %s", cases[i].in, error_text(&err, r));
        CHECK_STR(ref.text, cases[i].text);
        CHECK_STR(ref.host, cases[i].host);
        CHECK_STR(ref.repository, cases[i].repository);
        CHECK_STR(ref.tag, cases[i].tag);
        CHECK_STR(ref.digest, cases[i].digest);
    }
}

TEST(bad_references_say_what_is_wrong) {
    static const struct {
        const char *in, *part;
    } cases[] = {
        {"", "empty"},
        {"a b", "spaces"},
        {"https://host/app", "no scheme"},
        {"Alpine", "lower-case"},
        {"a//b", "lower-case"},
        {"a/b/", "lower-case"},
        {"-a", "lower-case"},
        {"a___b", "lower-case"},
        {"a..b/c", "not a host"},
        {"a/b..c", "repository name"},
        {"app:", "tag"},
        {"app:.x", "tag"},
        {"app:a/b:c$", "tag"},
        {"host:0/app", "not a host"},
        {"host:70000/app", "not a host"},
        {"-host.a/app", "not a host"},
        {"[::1/app", "not a host"},
        {"user@host/app", "digest"},
        {"app@sha256:abc", "digest"},
        {"app@sha256:" HEX64 "0", "digest"},
        {"app@md5:" HEX64, "digest"},
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_(arena_done) Arena a = {0};
        _cleanup_error_ Error err = {0};
        RegistryRef ref = {0};
        int r = registry_ref_parse(str_from(cases[i].in), &a, &ref, &err);
        CHECK_MSG(r == -EINVAL && strstr(error_text(&err, r), cases[i].part), "\"%s\": %d, %s", cases[i].in, r, error_text(&err, r));
    }
}

TEST(lengths_are_bounded) {
    char name[400];
    memset(name, 'a', sizeof(name));
    _cleanup_(arena_done) Arena a = {0};
    RegistryRef ref;
    CHECK_INT(registry_ref_parse(str_n(name, 300), &a, &ref, NULL), -EINVAL);
    CHECK_INT(registry_ref_parse(str_n(name, 200), &a, &ref, NULL), 0);
    name[3] = ':';
    CHECK_INT(registry_ref_parse(str_n(name, 4 + 128), &a, &ref, NULL), 0);
    CHECK_INT(registry_ref_parse(str_n(name, 4 + 129), &a, &ref, NULL), -EINVAL);
}
TEST_MAIN()
