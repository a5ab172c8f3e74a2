/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/der.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/time.h"

bool der_next(Str *rest, Der *ret) {
    const unsigned char *p = (const unsigned char *) rest->p;
    if (rest->n < 2 || (p[0] & 0x1f) == 0x1f)
        return false;
    size_t length = p[1], head = 2;
    if (length & 0x80) {
        size_t bytes = length & 0x7f;
        if (bytes == 0 || bytes > 4 || rest->n < 2 + bytes)
            return false;
        length = 0;
        for (size_t i = 0; i < bytes; i++)
            length = length << 8 | p[2 + i];
        head += bytes;
    }
    if (length > rest->n - head)
        return false;
    *ret = (Der) {.tag = p[0], .content = str_n(rest->p + head, length), .whole = str_head(*rest, head + length)};
    *rest = str_from_at(*rest, head + length);
    return true;
}

bool der_take(Str *rest, uint8_t tag, Der *ret) {
    Str at = *rest;
    Der e;
    if (!der_next(&at, &e) || e.tag != tag)
        return false;
    *rest = at;
    *ret = e;
    return true;
}

uint32_t der_integer_bits(Str content) {
    while (content.n && content.p[0] == 0)
        content = str_from_at(content, 1);
    if (content.n == 0 || content.n > UINT32_MAX / 8)
        return 0;
    unsigned top = (unsigned char) content.p[0];
    uint32_t bits = (uint32_t) (content.n - 1) * 8;
    for (; top; top >>= 1)
        bits++;
    return bits;
}

bool der_integer_u64(Str content, uint64_t *ret) {
    if (content.n == 0 || content.n > 9 || (content.p[0] & 0x80) || (content.n == 9 && content.p[0]))
        return false;
    uint64_t v = 0;
    for (size_t i = 0; i < content.n; i++)
        v = v << 8 | (unsigned char) content.p[i];
    *ret = v;
    return true;
}

Str der_oid_text(Arena *a, Str content) {
    _cleanup_(buf_done) Buf b = buf_new(512);
    uint64_t v = 0;
    bool first = true;
    for (size_t i = 0; i < content.n; i++) {
        unsigned c = (unsigned char) content.p[i];
        if (v >> 56)
            return STR_NULL;
        v = v << 7 | (c & 0x7f);
        if (c & 0x80)
            continue;
        if (first)
            buf_printf(&b, "%u.%llu", v < 40 ? 0 : v < 80 ? 1 : 2, (unsigned long long) (v < 40 ? v : v < 80 ? v - 40 : v - 80));
        else
            buf_printf(&b, ".%llu", (unsigned long long) v);
        first = false;
        v = 0;
    }
    /* The last byte of each arc has its top bit clear. */
    if (b.failed || content.n == 0 || (content.p[content.n - 1] & 0x80))
        return STR_NULL;
    return arena_str(a, buf_view(&b));
}

int der_time(const Der *e, int64_t *ret) {
    const size_t year = e->tag == DER_UTC_TIME ? 2 : 4;
    Str s = e->content;
    if ((e->tag != DER_UTC_TIME && e->tag != DER_GENERALIZED_TIME) || s.n != year + 11 || s.p[s.n - 1] != 'Z')
        return -EINVAL;
    uint64_t number;
    if (str_to_u64(str_head(s, s.n - 1), UINT64_MAX, &number) < 0)
        return -EINVAL;
    char text[TIME_TEXT_MAX];
    const char *p = s.p + year, *century = e->tag == DER_GENERALIZED_TIME ? "" : s.p[0] >= '5' ? "19" : "20";
    snprintf(text, sizeof(text), "%s%.*s-%.2s-%.2sT%.2s:%.2s:%.2sZ", century, (int) year, s.p, p, p + 2, p + 4, p + 6, p + 8);
    return time_parse(str_from(text), ret);
}
