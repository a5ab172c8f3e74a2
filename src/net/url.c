/* SPDX-License-Identifier: Apache-2.0 */
#include "net/url.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "net/curl-api.h"

static void curl_url_freep(CURLU **u) {
    if (*u)
        curl_url_cleanup(*u);
}
#define _cleanup_curlu_ _cleanup_(curl_url_freep)

static void curl_stringp(char **p) {
    curl_free(*p);
}
#define _cleanup_curl_str_ _cleanup_(curl_stringp)

/* NULL only when there is no libcurl, which parse() then says. */
static CURLU *new_url(void) {
    if (!curl_api(NULL))
        return NULL;
    CURLU *u = curl_url();
    if (!u)
        abort(); /* out of memory, as xmalloc() does */
    return u;
}

/* A part as a string of ours; NULL when the URL has no such part. */
static char *part(CURLU *u, CURLUPart what, unsigned flags) {
    _cleanup_curl_str_ char *p = NULL;
    return curl_url_get(u, what, &p, flags) == CURLUE_OK && p ? xstrdup(p) : NULL;
}

static int parse(CURLU *u, const char *s, Error *err) {
    const char *why;
    if (!u && !curl_api(&why))
        return error_set(err, -ENOSYS, "%s", why);
    if (strlen(s) > URL_MAX)
        return error_set(err, -EINVAL, "the URL is longer than %d bytes", URL_MAX);
    CURLUcode c = curl_url_set(u, CURLUPART_URL, s, 0);
    if (c != CURLUE_OK)
        return error_set(err, -EINVAL, "not a URL: %s", curl_url_strerror(c));
    _cleanup_free_ char *scheme = part(u, CURLUPART_SCHEME, 0), *host = part(u, CURLUPART_HOST, 0);
    if (!scheme || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        return error_set(err, -EINVAL, "not an http or https URL");
    if (!host || !*host)
        return error_set(err, -EINVAL, "the URL has no host");
    return 0;
}

int url_parse(const char *s, Url *ret, Error *err) {
    _cleanup_curlu_ CURLU *u = new_url();
    int r = parse(u, s, err);
    if (r < 0)
        return r;
    _cleanup_free_ char *user = part(u, CURLUPART_USER, 0), *password = part(u, CURLUPART_PASSWORD, 0);
    _cleanup_free_ char *stated = part(u, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
    *ret = (Url) {
        .scheme = part(u, CURLUPART_SCHEME, 0),
        .host = part(u, CURLUPART_HOST, 0),
        .port = part(u, CURLUPART_PORT, CURLU_DEFAULT_PORT),
        .default_port = !stated,
        .path = part(u, CURLUPART_PATH, 0),
        .query = part(u, CURLUPART_QUERY, 0),
        .userinfo = user || password,
    };
    lint_assume(ret->scheme && ret->host && ret->port);
    if (!ret->path)
        ret->path = xstrdup("/");
    return 0;
}

void url_done(Url *u) {
    free(u->scheme);
    free(u->host);
    free(u->port);
    free(u->path);
    free(u->query);
    *u = (Url) {0};
}

char *url_redacted(const char *s) {
    Url u;
    if (url_parse(s, &u, NULL) < 0)
        return xstrdup("an unusable URL");
    char *text = xasprintf("%s://%s%s%s%s%s", u.scheme, u.host, u.default_port ? "" : ":", u.default_port ? "" : u.port, u.path,
                           u.query ? "?…" : "");
    url_done(&u);
    return text;
}

bool url_same_origin(const char *a, const char *b) {
    Url x, y;
    if (url_parse(a, &x, NULL) != 0)
        return false;
    bool same = false;
    if (url_parse(b, &y, NULL) == 0) {
        same = strcmp(x.scheme, y.scheme) == 0 && str_ieq(str_from(x.host), str_from(y.host)) && strcmp(x.port, y.port) == 0;
        url_done(&y);
    }
    url_done(&x);
    return same;
}

int url_resolve(const char *base, const char *location, char **ret, Error *err) {
    _cleanup_curlu_ CURLU *u = new_url();
    int r = parse(u, base, err);
    if (r < 0)
        return r;
    if (strlen(location) > URL_MAX)
        return error_set(err, -EINVAL, "the redirect is longer than %d bytes", URL_MAX);
    /* Servers send unencoded spaces and UTF-8 in Location; browsers and curl encode them. */
    CURLUcode c = curl_url_set(u, CURLUPART_URL, location, CURLU_URLENCODE | CURLU_ALLOW_SPACE);
    if (c != CURLUE_OK)
        return error_set(err, -EINVAL, "the redirect is not a URL: %s", curl_url_strerror(c));
    curl_url_set(u, CURLUPART_USER, NULL, 0);
    curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
    curl_url_set(u, CURLUPART_OPTIONS, NULL, 0);
    curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0);
    _cleanup_free_ char *text = part(u, CURLUPART_URL, 0);
    if (!text)
        return error_set(err, -EINVAL, "the redirect is not a URL");
    /* Parsed again as it will be when it is used. */
    _cleanup_curlu_ CURLU *again = new_url();
    r = parse(again, text, err);
    if (r < 0)
        return r;
    *ret = TAKE_PTR(text);
    return 0;
}

int url_add_query(char **url, const char *name, const char *value, Error *err) {
    _cleanup_curlu_ CURLU *u = new_url();
    int r = parse(u, *url, err);
    if (r < 0)
        return r;
    _cleanup_free_ char *pair = xasprintf("%s=%s", name, value);
    if (curl_url_set(u, CURLUPART_QUERY, pair, CURLU_APPENDQUERY | CURLU_URLENCODE) != CURLUE_OK)
        return error_set(err, -EINVAL, "a query cannot be added to the URL");
    char *text = part(u, CURLUPART_URL, 0);
    if (!text)
        return error_set(err, -EINVAL, "a query cannot be added to the URL");
    free(*url);
    *url = text;
    return 0;
}

bool url_host_is_loopback(Str host) {
    ssize_t colon = str_rchr(host, ':');
    if (host.n && host.p[0] == '[') {
        ssize_t end = str_chr(host, ']');
        if (end < 0)
            return false;
        host = str_head(host, (size_t) end + 1);
    } else if (colon >= 0) {
        host = str_head(host, (size_t) colon);
    }
    if (str_ieq(host, STR("localhost")) || str_eq(host, STR("[::1]")))
        return true;
    char text[INET_ADDRSTRLEN];
    struct in_addr address;
    if (host.n >= sizeof(text))
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = 0;
    return inet_pton(AF_INET, text, &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}
