/* SPDX-License-Identifier: Apache-2.0 */
/* WWW-Authenticate and the Docker configuration. */
#include <sys/stat.h>
#include <time.h>

#include "registry/challenge.h"
#include "registry/docker-config.h"
#include "unit/tap.h"

static int parse(const char *text, Arena *a, RegistryChallenge *c) {
    *c = (RegistryChallenge) {0};
    return registry_challenge_parse(str_from(text), a, c);
}

TEST(challenges) {
    _cleanup_(arena_done) Arena a = {0};
    RegistryChallenge c;
    CHECK_INT(parse("Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:a/b:pull,push\"", &a, &c), 0);
    CHECK(c.bearer && !c.basic);
    CHECK_STR(c.realm, "https://auth.docker.io/token");
    CHECK_STR(c.service, "registry.docker.io");
    CHECK_STR(c.scope, "repository:a/b:pull,push");
    CHECK_INT(parse("Negotiate YII=, Basic realm=\"a \\\"b\\\", c\", bearer realm=x , service = y", &a, &c), 0);
    CHECK(c.bearer && c.basic);
    CHECK_STR(c.realm, "x");
    CHECK_STR(c.service, "y");
    CHECK_INT(parse("Basic", &a, &c), 0);
    CHECK(c.basic && !c.bearer);
    CHECK_INT(parse("Digest realm=\"bearer realm=x\", nonce=1,,", &a, &c), 0);
    CHECK(!c.basic && !c.bearer && !c.realm.n);
    CHECK_INT(parse("Bearer realm=\"a\", realm=\"b\", Bearer realm=\"c\"", &a, &c), 0);
    CHECK_STR(c.realm, "a");
    static const char *const bad[] = {"", "  ,, ", "\"x\"", "Bearer realm=\"open", "realm=x", "Bearer realm=\"a\" b", "Bearer realm=a;b"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_MSG(parse(bad[i], &a, &c) == -EBADMSG, "%s", bad[i]);
}

static int find(const char *text, const char *host, Arena *a, DockerConfigEntry *e, Diag *d) {
    *e = (DockerConfigEntry) {0};
    return docker_config_find(str_from(text), "config.json", str_from(host), a, e, d);
}

TEST(docker_configuration) {
    static const char text[] =
        "{\"auths\": {\"https://index.docker.io/v1/\": {\"auth\": \"YWxpY2U6cGE6c3M=\"},"
        " \"https://quay.example/v2/\": {\"username\": \"bob\", \"password\": \"x\"},"
        " \"host:5000\": {\"identitytoken\": \"idt\", \"auth\": \"Ym9iOg\"}, \"reg.example\": {\"registrytoken\": \"raw\"}},"
        " \"credHelpers\": {\"gcr.example\": \"gcr\"}, \"credsStore\": \"\"}";
    _cleanup_(arena_done) Arena a = {0};
    DockerConfigEntry e;
    CHECK_INT(find(text, "docker.io", &a, &e, NULL), 0);
    CHECK_STR(e.username, "alice");
    CHECK_STR(e.password, "pa:ss");
    CHECK_INT(find(text, "quay.example", &a, &e, NULL), 0);
    CHECK_STR(e.username, "bob");
    CHECK_INT(find(text, "host:5000", &a, &e, NULL), 0);
    CHECK_STR(e.identity_token, "idt");
    CHECK_STR(e.username, "bob");
    CHECK_INT(find(text, "reg.example", &a, &e, NULL), 0);
    CHECK_STR(e.registry_token, "raw");
    CHECK_INT(find(text, "gcr.example", &a, &e, NULL), 0);
    CHECK_STR(e.helper, "gcr");
    CHECK_INT(find(text, "host", &a, &e, NULL), 0);
    CHECK(!e.username.n && !e.helper.n && !e.identity_token.n);
    CHECK_INT(find("{\"credsStore\": \"desktop\", \"credHelpers\": {\"a.b\": \"x\"}}", "c.d", &a, &e, NULL), 0);
    CHECK_STR(e.helper, "desktop");
}

TEST(bad_configurations_name_the_place_and_no_secret) {
    static const char *const bad[] = {
        "[]",
        "{\"auths\": {\"a.b\": {\"auth\": \"*secret*\"}}}",
        "{\"auths\": {\"a.b\": {\"auth\": \"c2VjcmV0\"}}}",
        "{\"auths\": {\"a.b\": {\"username\": \"u\", \"password\": \"secret\\r\\nX: y\"}}}",
        "{\"credsStore\": \"../secret/../bin/sh\"}",
        "{\"credsStore\": \"a b\"}",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        _cleanup_(arena_done) Arena a = {0};
        DockerConfigEntry e;
        Diag d = {0};
        CHECK_MSG(find(bad[i], "a.b", &a, &e, &d) == -EINVAL && d.errors == 1, "%s", bad[i]);
        char *text = diag_text(&d);
        CHECK_MSG(strstr(text, "config.json:1:") && (strstr(bad[i], "Store") || !strstr(text, "secret")), "%s", text);
        free(text);
        diag_done(&d);
    }
}

TEST(helper_answers) {
    _cleanup_(arena_done) Arena a = {0};
    DockerConfigEntry e = {0};
    CHECK_INT(docker_helper_parse(STR("{\"ServerURL\":\"x\",\"Username\":\"u\",\"Secret\":\"p\"}"), &a, &e), 0);
    CHECK_STR(e.username, "u");
    CHECK_STR(e.password, "p");
    CHECK_INT(docker_helper_parse(STR("{\"Username\":\"<token>\",\"Secret\":\"t\"}"), &a, &e), 0);
    CHECK_STR(e.identity_token, "t");
    CHECK(!e.username.n);
    CHECK_INT(docker_helper_parse(STR("{\"Username\":\"u\"}"), &a, &e), -EBADMSG);
    CHECK_INT(docker_helper_parse(STR("hello"), &a, &e), -EBADMSG);
    CHECK_INT(docker_helper_parse(STR("{\"Username\":\"u\",\"Secret\":\"a\\nb\"}"), &a, &e), -EBADMSG);
}

/* A helper that never answers, and leaves a child behind that keeps its output open. */
TEST(a_silent_helper_is_ended) {
    char dir[] = "/tmp/plimsoll-helper-XXXXXX";
    CHECK(mkdtemp(dir) != NULL);
    char path[128], search[256];
    snprintf(path, sizeof(path), "%s/docker-credential-silent", dir);
    FILE *f = fopen(path, "w");
    fputs("#!/bin/sh\nsleep 60 &\nwait\n", f);
    fchmod(fileno(f), 0755);
    fclose(f);
    snprintf(search, sizeof(search), "%s:/usr/bin:/bin", dir);
    setenv("PATH", search, 1);
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_error_ Error err = {0};
    DockerConfigEntry e;
    time_t start = time(NULL);
    CHECK_INT(docker_helper_get(STR("silent"), STR("a.b"), 1, &a, &e, &err), -ETIMEDOUT);
    CHECK(time(NULL) - start < 10);
    CHECK(strstr(error_text(&err, 0), "did not answer within 1 s"));
    unlink(path);
    rmdir(dir);
}
TEST_MAIN()
