/* SPDX-License-Identifier: Apache-2.0 */
/* References as Docker and the distribution specification read them. */
#include <ctype.h>
#include <stdlib.h>

#include "registry/registry.h"

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static bool is_word(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c);
}

bool registry_digest_valid(Str s) {
    Str algorithm, hex;
    if (!str_cut(s, ':', &algorithm, &hex))
        return false;
    size_t n = str_eq(algorithm, STR("sha256")) ? 64 : str_eq(algorithm, STR("sha384")) ? 96 : str_eq(algorithm, STR("sha512")) ? 128 : 0;
    if (!n || hex.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_digit(hex.p[i]) && !(hex.p[i] >= 'a' && hex.p[i] <= 'f'))
            return false;
    return true;
}

/* [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)* */
static bool component_valid(Str s) {
    size_t i = 0;
    while (i < s.n) {
        size_t start = i;
        while (i < s.n && (is_lower(s.p[i]) || is_digit(s.p[i])))
            i++;
        if (i == start)
            return false;
        if (i == s.n)
            return true;
        if (s.p[i] == '-') {
            while (i < s.n && s.p[i] == '-')
                i++;
        } else if (s.p[i] == '_') {
            i += i + 1 < s.n && s.p[i + 1] == '_' ? 2 : 1;
        } else if (s.p[i] == '.') {
            i++;
        } else {
            return false;
        }
    }
    return false;
}

static bool repository_valid(Str s) {
    if (s.n == 0 || s.p[s.n - 1] == '/')
        return false;
    Str part;
    while (str_split(&s, '/', &part))
        if (!component_valid(part))
            return false;
    return true;
}

static bool tag_valid(Str s) {
    if (s.n == 0 || s.n > REGISTRY_TAG_MAX || s.p[0] == '.' || s.p[0] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_word(s.p[i]) && s.p[i] != '_' && s.p[i] != '.' && s.p[i] != '-')
            return false;
    return true;
}

/* A DNS name, an IPv4 address or an IPv6 address in brackets; with a port or without. */
static bool host_valid(Str s) {
    Str port = STR_NULL;
    if (s.n && s.p[0] == '[') {
        ssize_t end = str_chr(s, ']');
        if (end < 3)
            return false;
        for (size_t i = 1; i < (size_t) end; i++)
            if (!isxdigit((unsigned char) s.p[i]) && s.p[i] != ':' && s.p[i] != '.')
                return false;
        Str rest = str_from_at(s, (size_t) end + 1);
        if (rest.n == 0)
            return true;
        if (rest.p[0] != ':')
            return false;
        port = str_from_at(rest, 1);
    } else {
        Str name = s;
        bool with_port = str_cut(s, ':', &name, &port);
        Str labels = name, label;
        if (name.n == 0 || name.p[name.n - 1] == '.')
            return false;
        while (str_split(&labels, '.', &label)) {
            if (label.n == 0 || label.p[0] == '-' || label.p[label.n - 1] == '-')
                return false;
            for (size_t i = 0; i < label.n; i++)
                if (!is_word(label.p[i]) && label.p[i] != '-')
                    return false;
        }
        if (!with_port)
            return true;
    }
    uint64_t number;
    return str_to_u64(port, 65535, &number) == 0 && number > 0;
}

/* The first component is a host when it cannot be the name of a repository at Docker Hub. */
static bool looks_like_host(Str s) {
    if (str_chr(s, '.') >= 0 || str_chr(s, ':') >= 0 || str_eq(s, STR("localhost")))
        return true;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= 'A' && s.p[i] <= 'Z')
            return true;
    return false;
}

int registry_ref_parse(Str s, Arena *a, RegistryRef *ret, Error *err) {
    Str whole = s, name = s, tag = STR_NULL, digest = STR_NULL, host = STR_NULL, first, rest;
    if (s.n == 0)
        return error_set(err, -EINVAL, "an empty image reference");
    if (s.n > 1024)
        return error_set(err, -EINVAL, "an image reference of %zu bytes is too long", s.n);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] == 0x7F)
            return error_set(err, -EINVAL, "an image reference has no spaces or control characters (byte %zu)", i + 1);
    if (str_starts(s, STR("docker://")))
        s = name = str_from_at(s, 9);
    if (str_find(s, STR("://")) >= 0)
        return error_set(err, -EINVAL, "\"%.*s\": an image reference has no scheme; write HOST/NAME:TAG", STR_FMT(whole));
    if (str_cut(s, '@', &name, &digest) && !registry_digest_valid(digest))
        return error_set(err, -EINVAL, "\"%.*s\": after \"@\" comes a digest, \"sha256:\" and 64 lower-case hex digits", STR_FMT(whole));
    ssize_t slash = str_rchr(name, '/');
    Str last = str_from_at(name, (size_t) (slash + 1)), before;
    bool with_tag = str_cut(last, ':', &before, &tag);
    if (with_tag)
        name = str_head(name, name.n - tag.n - 1);
    if (with_tag && !tag_valid(tag))
        return error_set(err, -EINVAL, "\"%.*s\": the tag has letters, digits, \"_\", \".\" and \"-\" only, at most %d, and does not begin with \".\" or \"-\"",
                         STR_FMT(whole), REGISTRY_TAG_MAX);
    if (str_cut(name, '/', &first, &rest) && looks_like_host(first)) {
        host = first;
        name = rest;
        if (!host_valid(host))
            return error_set(err, -EINVAL, "\"%.*s\": \"%.*s\" is not a host, HOST:PORT or [IPv6]:PORT", STR_FMT(whole), STR_FMT(host));
    }
    if (!repository_valid(name))
        return error_set(err, -EINVAL, "\"%.*s\": a repository name has lower-case letters and digits, between them \".\", \"_\", \"__\" or \"-\", and \"/\" between its parts",
                         STR_FMT(whole));
    /* Otherwise its case stays: upper-case letters may be what makes it a host. */
    if (!host.n || str_ieq(host, STR("docker.io")) || str_ieq(host, STR("index.docker.io")) || str_ieq(host, STR("registry-1.docker.io")))
        host = STR("docker.io");
    bool library = str_eq(host, STR("docker.io")) && str_chr(name, '/') < 0;
    Str repository = arena_printf(a, "%s%.*s", library ? "library/" : "", STR_FMT(name));
    if (host.n + 1 + repository.n > REGISTRY_NAME_MAX)
        return error_set(err, -EINVAL, "\"%.*s\": host and repository have more than %d bytes", STR_FMT(whole), REGISTRY_NAME_MAX);
    if (!tag.n && !digest.n)
        tag = STR("latest");
    *ret = (RegistryRef) {
        .host = arena_str(a, host),
        .repository = repository,
        .tag = arena_str(a, tag),
        .digest = arena_str(a, digest),
        .text = arena_printf(a, "%.*s/%.*s%s%.*s%s%.*s", STR_FMT(host), STR_FMT(repository), tag.n ? ":" : "", STR_FMT(tag), digest.n ? "@" : "",
                             STR_FMT(digest)),
    };
    return 0;
}
