/* SPDX-License-Identifier: Apache-2.0 */
#include "net/url.h"

#include "unit/tap.h"

TEST(parts) {
    Url u;
    CHECK_INT(url_parse("HTTPS://Example.org:8443/a/b?x=1#f", &u, NULL), 0);
    CHECK_STR(str_from(u.scheme), "https");
    CHECK_STR(str_from(u.port), "8443");
    CHECK_STR(str_from(u.path), "/a/b");
    CHECK_STR(str_from(u.query), "x=1");
    CHECK(!u.userinfo && !u.default_port);
    url_done(&u);
    CHECK_INT(url_parse("http://user:pw@[::1]", &u, NULL), 0);
    CHECK_STR(str_from(u.host), "[::1]");
    CHECK_STR(str_from(u.port), "80");
    CHECK_STR(str_from(u.path), "/");
    CHECK(u.userinfo && u.default_port && !u.query);
    url_done(&u);
    static const char *const bad[] = {"", "host/path", "file:///etc/passwd", "ftp://a/b", "http://", "http:// a/", "http://a/\r\nX: y", "http://a:99999/"};
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        CHECK_MSG(url_parse(bad[i], &u, NULL) == -EINVAL, "%s", bad[i]);
}

static void redacted(const char *in, const char *want) {
    char *got = url_redacted(in);
    CHECK_STR(str_from(got), want);
    free(got);
}

TEST(messages_hold_no_secret) {
    redacted("https://user:pw@host/a?sig=SECRET#frag", "https://host/a?…");
    redacted("http://host:81", "http://host:81/");
    redacted("https://user:pw@", "an unusable URL");
}

static void resolves(const char *base, const char *location, const char *want) {
    char *got = NULL;
    int r = url_resolve(base, location, &got, NULL);
    CHECK_MSG(want ? r == 0 && strcmp(got, want) == 0 : r == -EINVAL, "%s + %s: %d %s", base, location, r, got ? got : "");
    free(got);
}

TEST(redirects) {
    resolves("https://a/b/c", "/d?e", "https://a/d?e");
    resolves("https://a/b/c", "d", "https://a/b/d");
    resolves("https://a/b/c", "//x:1/d", "https://x:1/d");
    resolves("https://u:p@a/b", "https://v:q@x/d#f", "https://x/d");
    resolves("https://u:p@a/b", "/d", "https://a/d");
    resolves("https://a/b", "/with space", "https://a/with%20space");
    resolves("https://a/b", "file:///etc/passwd", NULL);
    resolves("https://a/b", "gopher://x/", NULL);
}

TEST(origins) {
    CHECK(url_same_origin("https://A/x", "https://a:443/y"));
    CHECK(!url_same_origin("https://a/", "http://a/"));
    CHECK(!url_same_origin("https://a/", "https://a:444/"));
    CHECK(!url_same_origin("https://a/", "https://a.b/"));
    CHECK(!url_same_origin("https://a/", "nonsense"));
}

TEST(loopback) {
    CHECK(url_host_is_loopback(STR("localhost")));
    CHECK(url_host_is_loopback(STR("LOCALHOST:5000")));
    CHECK(url_host_is_loopback(STR("127.1.2.3:80")));
    CHECK(url_host_is_loopback(STR("[::1]:5000")));
    CHECK(!url_host_is_loopback(STR("localhost.example")));
    CHECK(!url_host_is_loopback(STR("128.0.0.1")));
    CHECK(!url_host_is_loopback(STR("127.0.0.1.example")));
    CHECK(!url_host_is_loopback(STR("[::2]")));
    CHECK(!url_host_is_loopback(STR("")));
}

TEST(queries) {
    char *url = malloc(64);
    snprintf(url, 64, "https://a/token?x=1");
    CHECK_INT(url_add_query(&url, "scope", "repository:a/b:pull & more", NULL), 0);
    CHECK_STR(str_from(url), "https://a/token?x=1&scope=repository%3aa%2fb%3apull+%26+more");
    free(url);
}
TEST_MAIN()
