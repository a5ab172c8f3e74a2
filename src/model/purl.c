/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs: https://github.com/package-url/purl-spec */
#include "base/buf.h"
#include "model/inventory.h"

/* Percent-encodes everything but unreserved characters; `keep` are further ones to leave alone. */
static void encode(Buf *b, Str s, const char *keep) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char) s.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c)) || (c && strchr(keep, c));
        if (plain) {
            buf_putc(b, (char) c);
        } else {
            char esc[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_add(b, esc, 3);
        }
    }
}

static void qualifier(Buf *b, char *sep, const char *name, Str value) {
    if (str_empty(value))
        return;
    buf_putc(b, *sep);
    *sep = '&';
    buf_putz(b, name);
    buf_putc(b, '=');
    encode(b, value, ":");
}

/* An rpm's epoch is a qualifier, not part of the version. */
static Str split_epoch(const PackageFact *p, Str version, Str *ret_epoch) {
    Str before, after;
    *ret_epoch = STR_NULL;
    if (p->type != PACKAGE_RPM || !str_cut(version, ':', &before, &after))
        return version;
    *ret_epoch = before;
    return after;
}

bool package_group(const PackageFact *p, Str *ret_group, Str *ret_name) {
    const bool slash = p->type == PACKAGE_COMPOSER || (p->type == PACKAGE_NPM && str_starts(p->name, STR("@")));
    *ret_name = p->name;
    return (slash || p->type == PACKAGE_MAVEN) && str_cut(p->name, slash ? '/' : ':', ret_group, ret_name);
}

/* Packages of language ecosystems: a name has its namespace in it, and the distribution says nothing of them. */
static Str language_purl(Arena *a, const PackageFact *p) {
    _cleanup_(buf_done) Buf b = buf_new(64 * 1024);
    Str group, artifact;
    buf_printf(&b, "pkg:%s/", package_type_name(p->type));
    if (p->type == PACKAGE_MAVEN && str_cut(p->name, ':', &group, &artifact)) {
        encode(&b, group, "");
        buf_putc(&b, '/');
        encode(&b, artifact, "");
    } else {
        encode(&b, p->name, "/");
    }
    if (!str_empty(p->version)) {
        buf_putc(&b, '@');
        encode(&b, p->version, ":");
    }
    return b.failed ? STR_NULL : arena_str(a, buf_view(&b));
}

Str package_purl(Arena *a, const PackageFact *p, const Os *os) {
    if (!package_type_is_os(p->type))
        return language_purl(a, p);
    _cleanup_(buf_done) Buf b = buf_new(64 * 1024);
    _cleanup_(buf_done) Buf distro = buf_new(1024);
    Str epoch, version = split_epoch(p, p->version, &epoch);
    buf_printf(&b, "pkg:%s/", package_type_name(p->type));
    if (!str_empty(os->id)) {
        encode(&b, os->id, "");
        buf_putc(&b, '/');
    }
    encode(&b, p->name, "");
    buf_putc(&b, '@');
    encode(&b, version, ":");
    if (!str_empty(os->id) && !str_empty(os->version_id))
        buf_printf(&distro, "%.*s-%.*s", STR_FMT(os->id), STR_FMT(os->version_id));
    else if (!str_empty(os->id) && !str_empty(os->codename))
        buf_printf(&distro, "%.*s-%.*s", STR_FMT(os->id), STR_FMT(os->codename));
    else
        buf_str(&distro, os->id);
    /* Qualifiers in alphabetical order, as the canonical form wants. */
    char sep = '?';
    qualifier(&b, &sep, "arch", p->arch);
    qualifier(&b, &sep, "distro", buf_view(&distro));
    qualifier(&b, &sep, "epoch", epoch);
    qualifier(&b, &sep, "rpmmod", p->module);
    if (!str_empty(p->source_name) && (!str_eq(p->source_name, p->name) || !str_eq(p->source_version, p->version))) {
        /* The source package, as other tools write it: "name" or "name@version". */
        _cleanup_(buf_done) Buf upstream = buf_new(64 * 1024);
        buf_str(&upstream, p->source_name);
        if (!str_empty(p->source_version) && !str_eq(p->source_version, p->version))
            buf_printf(&upstream, "@%.*s", STR_FMT(p->source_version));
        qualifier(&b, &sep, "upstream", buf_view(&upstream));
    }
    return b.failed ? STR_NULL : arena_str(a, buf_view(&b));
}
