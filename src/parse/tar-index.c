/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/tar-index.h"

#include <stdarg.h>

#include "base/alloc.h"

enum { BLOCK = 512, PAX_MAX = 1024 * 1024 };

/* Offsets in a ustar header. */
enum { NAME = 0, SIZE = 124, CHECKSUM = 148, TYPE = 156, LINK = 157, MAGIC = 257, PREFIX = 345 };

typedef struct Overrides { /* what a pax or GNU header said about the next member */
    char *name, *link;     /* owned */
    size_t name_n, link_n;
    uint64_t size;
    bool has_size;
} Overrides;

static void overrides_done(Overrides *o) {
    free(o->name);
    free(o->link);
    *o = (Overrides) {0};
}

static int _printf_(3, 4) bad(TarIndex *t, int code, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(t->message, sizeof(t->message), fmt, ap);
    va_end(ap);
    return code;
}

static Str field(const uint8_t *h, size_t at, size_t n) {
    return str_n((const char *) h + at, strnlen((const char *) h + at, n));
}

/* Octal with blanks around it, or GNU's base-256 when the first bit is set. */
static bool number(const uint8_t *p, size_t n, uint64_t *ret) {
    uint64_t v = 0;
    if (p[0] & 0x80) {
        if (p[0] != 0x80)
            return false; /* negative, or over 88 bits */
        for (size_t i = 1; i < n; i++) {
            if (v >> 56)
                return false;
            v = v << 8 | p[i];
        }
        *ret = v;
        return true;
    }
    size_t i = 0;
    while (i < n && p[i] == ' ')
        i++;
    for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) {
        if (v >> 61)
            return false;
        v = v << 3 | (uint64_t) (p[i] - '0');
    }
    for (; i < n; i++)
        if (p[i] != ' ' && p[i] != 0)
            return false;
    *ret = v;
    return true;
}

bool tar_is_header(const uint8_t block[static 512]) {
    uint64_t want;
    if (!number(block + CHECKSUM, 8, &want) || !block[NAME])
        return false;
    /* Old archives summed signed bytes. */
    uint64_t sum = 0;
    int64_t sum_signed = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        uint8_t c = i >= CHECKSUM && i < CHECKSUM + 8 ? ' ' : block[i];
        sum += c;
        sum_signed += (int8_t) c;
    }
    return want == sum || (int64_t) want == sum_signed;
}

static bool all_zero(const uint8_t *p) {
    for (size_t i = 0; i < BLOCK; i++)
        if (p[i])
            return false;
    return true;
}

static void replace(char **to, size_t *to_n, Str s) {
    free(*to);
    *to = str_dup(s);
    *to_n = s.n;
}

/* "LENGTH KEY=VALUE\n" records (POSIX pax, "pax Extended Header"). */
static int pax_records(TarIndex *t, Str body, uint64_t at, Overrides *o) {
    while (body.n) {
        Str length, rest;
        uint64_t n;
        if (body.p[0] == 0)
            break; /* some writers pad with zeros */
        if (!str_cut(str_head(body, 24), ' ', &length, &rest) || str_to_u64(length, PAX_MAX, &n) < 0 || n <= length.n + 2 ||
            n > body.n || body.p[n - 1] != '\n')
            return bad(t, -EBADMSG, "malformed pax header at byte %llu", (unsigned long long) at);
        Str record = str_n(body.p + length.n + 1, n - length.n - 2), key, value;
        body = str_from_at(body, n);
        if (!str_cut(record, '=', &key, &value))
            return bad(t, -EBADMSG, "malformed pax header at byte %llu", (unsigned long long) at);
        if (str_eqz(key, "path"))
            replace(&o->name, &o->name_n, value);
        else if (str_eqz(key, "linkpath"))
            replace(&o->link, &o->link_n, value);
        else if (str_eqz(key, "size")) {
            if (str_to_u64(value, INT64_MAX, &o->size) < 0)
                return bad(t, -EBADMSG, "pax header at byte %llu: size is not a number", (unsigned long long) at);
            o->has_size = true;
        } else if (str_starts(key, STR("GNU.sparse.")))
            return bad(t, -ENOTSUP, "sparse member at byte %llu: not in an image archive", (unsigned long long) at);
    }
    return 0;
}

static int read_extension(TarIndex *t, char type, uint64_t at, uint64_t size, Overrides *o) {
    if (size > PAX_MAX)
        return bad(t, -E2BIG, "extended header of %llu bytes at byte %llu", (unsigned long long) size, (unsigned long long) at);
    _cleanup_free_ char *p = xmalloc((size_t) size + 1);
    ssize_t got = t->read(t->userdata, p, (size_t) size, at);
    if (got < 0)
        return bad(t, (int) got, "reading at byte %llu", (unsigned long long) at);
    if ((uint64_t) got != size)
        return bad(t, -EBADMSG, "truncated: ends inside an extended header at byte %llu", (unsigned long long) at);
    Str body = str_n(p, (size_t) size);
    if (type == 'x')
        return pax_records(t, body, at, o);
    body.n = strnlen(body.p, body.n);
    if (type == 'L')
        replace(&o->name, &o->name_n, body);
    else if (type == 'K')
        replace(&o->link, &o->link_n, body);
    return 0;
}

static int one_member(TarIndex *t, const Limits *limits, const uint8_t *h, uint64_t data, uint64_t size, const Overrides *o) {
    char joined[155 + 1 + 100 + 1];
    TarMember m = {.type = (char) h[TYPE], .offset = data, .size = size};
    if (m.type == 0 || m.type == '7')
        m.type = '0'; /* old style, contiguous */
    if (m.type != '0' && m.type != '1' && m.type != '2')
        return 0;
    Str name = field(h, NAME, 100), prefix = field(h, PREFIX, 155);
    if (o->name)
        m.name = str_n(o->name, o->name_n);
    else if (memcmp(h + MAGIC, "ustar\0", 6) == 0 && prefix.n) {
        int n = snprintf(joined, sizeof(joined), "%.*s/%.*s", STR_FMT(prefix), STR_FMT(name));
        m.name = str_n(joined, (size_t) n);
    } else
        m.name = name;
    m.link = o->link ? str_n(o->link, o->link_n) : field(h, LINK, 100);
    if (m.name.n > limits->path_bytes || m.link.n > limits->path_bytes)
        return bad(t, -E2BIG, "the name at byte %llu is longer than %u bytes", (unsigned long long) data, limits->path_bytes);
    if (m.type == '0' && str_ends(m.name, STR("/")))
        return 0; /* a directory of before ustar */
    return t->member(t->userdata, &m);
}

int tar_index(TarIndex *t, const Limits *limits) {
    _cleanup_(overrides_done) Overrides o = {0};
    uint8_t h[BLOCK];
    uint64_t at = 0, members = 0;
    bool any = false;
    while (at < t->size) {
        ssize_t got = t->read(t->userdata, h, BLOCK, at);
        if (got < 0)
            return bad(t, (int) got, "reading at byte %llu", (unsigned long long) at);
        if (got < BLOCK)
            return bad(t, -EBADMSG, "truncated: ends inside a header at byte %llu", (unsigned long long) at);
        if (all_zero(h))
            break;
        if (!tar_is_header(h))
            return bad(t, -EBADMSG, any ? "damaged: no tar header at byte %llu" : "no tar archive: no header at byte %llu", (unsigned long long) at);
        any = true;
        if (++members > t->max_members)
            return bad(t, -E2BIG, "more than %llu members, so not an archive of images", (unsigned long long) t->max_members);
        uint64_t size, data = at + BLOCK;
        if (!number(h + SIZE, 12, &size))
            return bad(t, -EBADMSG, "malformed size in the header at byte %llu", (unsigned long long) at);
        char type = (char) h[TYPE];
        bool extension = type == 'x' || type == 'g' || type == 'L' || type == 'K';
        if (!extension && o.has_size)
            size = o.size;
        if (type == '1' || type == '2')
            size = 0; /* links have no bytes, whatever the field says */
        if (type == 'S')
            return bad(t, -ENOTSUP, "sparse member at byte %llu: not in an image archive", (unsigned long long) at);
        if (data > t->size || size > t->size - data)
            return bad(t, -EBADMSG, "truncated: the member at byte %llu needs %llu bytes, %llu are left", (unsigned long long) at,
                       (unsigned long long) size, (unsigned long long) (t->size > data ? t->size - data : 0));
        int r = extension ? (type == 'g' ? 0 : read_extension(t, type, data, size, &o)) : one_member(t, limits, h, data, size, &o);
        if (r < 0)
            return r;
        if (!extension)
            overrides_done(&o);
        at = data + (size + BLOCK - 1) / BLOCK * BLOCK;
    }
    return any ? 0 : bad(t, -EBADMSG, "an archive without members");
}
