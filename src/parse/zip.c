/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/zip.h"

#include <isa-l/crc.h>

#include "base/bytes.h"
#include "parse/inflate.h"

enum {
    END = 22, END_COMMENT_MAX = 65535,
    END64 = 56, LOCATOR64 = 20,
    MEMBER = 46, LOCAL = 30,
    EXTRA_ZIP64 = 1,
    FLAG_ENCRYPTED = 1, METHOD_STORED = 0, METHOD_DEFLATE = 8, METHOD_AES = 99,
    U16_ELSEWHERE = 0xffff,
};
#define U32_ELSEWHERE 0xffffffffu

/* The end record, which is the last thing in the file but for its comment. Its signature may occur in the comment, too: the record counts whose comment
 * ends with the file; without one, the last that lies in the file as a whole. */
static int find_end(Str file, size_t *ret) {
    bool found = false;
    if (file.n < END)
        return -ENOENT;
    size_t last = file.n - END, first = last > END_COMMENT_MAX ? last - END_COMMENT_MAX : 0;
    for (size_t at = last + 1; at-- > first;) {
        if (file.p[at] != 'P' || memcmp(file.p + at, "PK\5\6", 4) != 0)
            continue;
        size_t end = at + END + le16(file.p + at + 20);
        if (end == file.n) {
            *ret = at;
            return 0;
        }
        if (end < file.n && !found) {
            *ret = at;
            found = true;
        }
    }
    return found ? 0 : -ENOENT;
}

int zip_open(Str file, Zip *ret, Error *err) {
    size_t end = 0;
    if (find_end(file, &end) < 0)
        return error_set(err, -ENOENT, "no end of a zip archive's directory in the last 64 KiB");
    const char *p = file.p + end;
    uint64_t n = le16(p + 10), size = le32(p + 12), offset = le32(p + 16), directory_end = end;
    if ((n == U16_ELSEWHERE || size == U32_ELSEWHERE || offset == U32_ELSEWHERE) && end >= LOCATOR64 + END64 && memcmp(p - LOCATOR64, "PK\6\7", 4) == 0) {
        /* Right before its locator where nothing stands in front of the archive, and nearly always else. */
        uint64_t at = le64(p - LOCATOR64 + 8), near = end - LOCATOR64 - END64;
        if (at > near || memcmp(file.p + at, "PK\6\6", 4) != 0)
            at = near;
        const char *q = file.p + at;
        if (memcmp(q, "PK\6\6", 4) != 0)
            return error_set(err, -EBADMSG, "no ZIP64 end of the directory at byte %llu", (unsigned long long) at);
        n = le64(q + 32);
        size = le64(q + 40);
        offset = le64(q + 48);
        directory_end = at;
    }
    if (size > directory_end || offset > directory_end - size)
        return error_set(err, -EBADMSG, "the directory of %llu bytes at byte %llu would end behind byte %llu", (unsigned long long) size, (unsigned long long) offset,
                         (unsigned long long) directory_end);
    uint64_t before = directory_end - size - offset;
    *ret = (Zip) {.file = file, .rest = str_n(file.p + before + offset, (size_t) size), .before = before, .n = n};
    return 0;
}

/* Sizes and offset that do not fit stand in an extra field, in this order and only those. */
static bool take_zip64(Str extra, ZipMember *m, bool size, bool stored, bool offset) {
    while (extra.n >= 4) {
        uint16_t id = le16(extra.p), n = le16(extra.p + 2);
        Str field = str_head(str_from_at(extra, 4), n);
        extra = str_from_at(extra, 4 + (size_t) n);
        if (id != EXTRA_ZIP64)
            continue;
        uint64_t *values[] = {size ? &m->size : NULL, stored ? &m->stored : NULL, offset ? &m->offset : NULL};
        for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
            if (!values[i])
                continue;
            if (field.n < 8)
                return false;
            *values[i] = le64(field.p);
            field = str_from_at(field, 8);
        }
        return true;
    }
    return false;
}

int zip_next(Zip *z, ZipMember *ret) {
    Str d = z->rest;
    if (d.n == 0)
        return 0;
    if (d.n < MEMBER || memcmp(d.p, "PK\1\2", 4) != 0)
        return -EBADMSG;
    size_t name = le16(d.p + 28), extra = le16(d.p + 30), comment = le16(d.p + 32);
    if (name + extra + comment > d.n - MEMBER)
        return -EBADMSG;
    ZipMember m = {
        .name = str_n(d.p + MEMBER, name),
        .method = le16(d.p + 10),
        .encrypted = le16(d.p + 8) & FLAG_ENCRYPTED,
        .crc = le32(d.p + 16),
        .stored = le32(d.p + 20),
        .size = le32(d.p + 24),
        .offset = le32(d.p + 42),
    };
    bool size = m.size == U32_ELSEWHERE, stored = m.stored == U32_ELSEWHERE, offset = m.offset == U32_ELSEWHERE;
    if ((size || stored || offset) && !take_zip64(str_n(d.p + MEMBER + name, extra), &m, size, stored, offset))
        return -EBADMSG;
    z->rest = str_from_at(d, MEMBER + name + extra + comment);
    *ret = m;
    return 1;
}

int zip_read(const Zip *z, const ZipMember *m, uint64_t ratio, Buf *out, Str *ret, Error *err) {
    if (m->encrypted || m->method == METHOD_AES)
        return error_set(err, -ENOTSUP, "encrypted");
    if (m->method != METHOD_STORED && m->method != METHOD_DEFLATE)
        return error_set(err, -ENOTSUP, "packed by method %u, expected 0 (stored) or 8 (deflate)", m->method);
    Str archive = str_from_at(z->file, (size_t) z->before);
    if (m->offset > archive.n || archive.n - m->offset < LOCAL || memcmp(archive.p + m->offset, "PK\3\4", 4) != 0)
        return error_set(err, -EBADMSG, "no member at byte %llu", (unsigned long long) m->offset);
    Str local = str_from_at(archive, (size_t) m->offset);
    lint_assume(local.p);
    Str bytes = str_from_at(local, LOCAL + (size_t) le16(local.p + 26) + le16(local.p + 28));
    if (m->stored > bytes.n)
        return error_set(err, -EBADMSG, "truncated: %llu bytes are stored at byte %llu of %zu", (unsigned long long) m->stored, (unsigned long long) m->offset, archive.n);
    bytes = str_head(bytes, (size_t) m->stored);
    if (m->method == METHOD_DEFLATE) {
        size_t start = out->n;
        int r = inflate_all(INFLATE_RAW, bytes, ratio, out);
        bytes = str_from_at(buf_view(out), start);
        if (r == -E2BIG) {
            *ret = bytes;
            return error_set(err, r, "unpacks to more than it may: over %zu bytes from %llu", bytes.n, (unsigned long long) m->stored);
        }
        if (r < 0)
            return error_set(err, r, "damaged deflate data");
    }
    if (bytes.n != m->size)
        return error_set(err, -EBADMSG, "unpacks to %zu bytes, expected %llu", bytes.n, (unsigned long long) m->size);
    if (crc32_gzip_refl(0, (const uint8_t *) bytes.p, bytes.n) != m->crc)
        return error_set(err, -EBADMSG, "damaged: its CRC is another one");
    *ret = bytes;
    return 0;
}
