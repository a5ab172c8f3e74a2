/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/sbom-parts.h"

static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Percent-decoded copy. A '%' that starts no escape stays. */
static Str decode(Arena *a, Str s) {
    if (str_empty(s))
        return STR_NULL;
    char *out = arena_bytes(a, s.n + 1);
    size_t n = 0;
    if (!out)
        return STR_NULL;
    for (size_t i = 0; i < s.n; i++) {
        int high = i + 2 < s.n && s.p[i] == '%' ? hex(s.p[i + 1]) : -1;
        int low = high >= 0 ? hex(s.p[i + 2]) : -1;
        if (low >= 0) {
            out[n++] = (char) (high << 4 | low);
            i += 2;
        } else {
            out[n++] = s.p[i];
        }
    }
    out[n] = 0;
    return str_n(out, n);
}

static void qualifiers(Str s, Arena *a, Purl *p) {
    const struct {
        const char *name;
        Str *to;
    } known[] = {{"arch", &p->arch}, {"distro", &p->distro}, {"epoch", &p->epoch}, {"rpmmod", &p->module}, {"modularitylabel", &p->module}, {"upstream", &p->upstream}};
    Str part, name, value;
    while (str_split(&s, '&', &part))
        if (str_cut(part, '=', &name, &value))
            for (size_t i = 0; i < ARRAY_SIZE(known); i++)
                if (str_ieq(name, str_from(known[i].name)))
                    *known[i].to = decode(a, value);
}

int purl_parse(Str s, Arena *a, Purl *ret) {
    Purl p = {0};
    if (!str_starts(s, STR("pkg:")))
        return -EINVAL;
    s = str_from_at(s, 4);
    while (s.n && s.p[0] == '/')
        s = str_from_at(s, 1);
    ssize_t at = str_chr(s, '#');
    if (at >= 0)
        s = str_head(s, (size_t) at);
    at = str_chr(s, '?');
    if (at >= 0) {
        p.qualifiers = str_from_at(s, (size_t) at + 1);
        qualifiers(p.qualifiers, a, &p);
        s = str_head(s, (size_t) at);
    }
    at = str_rchr(s, '@');
    if (at > 0) {
        p.version = decode(a, str_from_at(s, (size_t) at + 1));
        s = str_head(s, (size_t) at);
    }
    at = str_chr(s, '/');
    if (at <= 0)
        return -EINVAL;
    p.type = decode(a, str_head(s, (size_t) at));
    s = str_from_at(s, (size_t) at + 1);
    at = str_rchr(s, '/');
    if (at >= 0) {
        p.namespace = decode(a, str_head(s, (size_t) at));
        s = str_from_at(s, (size_t) at + 1);
    }
    p.name = decode(a, s);
    if (str_empty(p.name))
        return -EINVAL;
    *ret = p;
    return 0;
}

bool sbom_source_rpm(Str file, Str *ret_name, Str *ret_version) {
    if (str_ends(file, STR(".src.rpm")))
        file = str_head(file, file.n - strlen(".src.rpm"));
    else if (str_ends(file, STR(".nosrc.rpm")))
        file = str_head(file, file.n - strlen(".nosrc.rpm"));
    else
        return false;
    ssize_t release = str_rchr(file, '-');
    ssize_t version = release > 0 ? str_rchr(str_head(file, (size_t) release), '-') : -1;
    if (version <= 0)
        return false;
    *ret_name = str_head(file, (size_t) version);
    *ret_version = str_from_at(file, (size_t) version + 1);
    return true;
}
