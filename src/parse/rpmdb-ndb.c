/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"
#include "parse/rpmdb.h"

enum {
    BLOCK = 16,
    PAGE = 4096,
    HEADER_BYTES = 32,
    BLOB_HEAD = 16, /* magic, package number, time, length */
    BLOB_TAIL = 12, /* Adler-32, length, magic */
};
#define MAGIC(a, b, c, d) ((uint32_t) (a) | (uint32_t) (b) << 8 | (uint32_t) (c) << 16 | (uint32_t) (d) << 24)
#define MAGIC_FILE MAGIC('R', 'p', 'm', 'P')
#define MAGIC_SLOT MAGIC('S', 'l', 'o', 't')
#define MAGIC_HEAD MAGIC('B', 'l', 'b', 'S')
#define MAGIC_TAIL MAGIC('B', 'l', 'b', 'E')

/* RFC 1950. */
static uint32_t adler32(Str s) {
    uint32_t a = 1, b = 0;
    while (s.n) {
        size_t n = MIN(s.n, (size_t) 5552); /* the most bytes that cannot overflow b */
        for (size_t i = 0; i < n; i++) {
            a += (uint8_t) s.p[i];
            b += a;
        }
        a %= 65521;
        b %= 65521;
        s = str_from_at(s, n);
    }
    return b << 16 | a;
}

/* The blob of a slot, or what is wrong with it. `*left` bounds the bytes that all slots may name together. */
static const char *slot_blob(Str file, uint32_t number, uint32_t offset, uint32_t count, uint64_t *left, Str *ret) {
    uint64_t start = (uint64_t) offset * BLOCK, n = (uint64_t) count * BLOCK;
    if (start > file.n || n > file.n - start)
        return "points past the end of the file";
    if (n < BLOB_HEAD + BLOB_TAIL)
        return "is too small for a package";
    if (n > *left)
        return "overlaps another one";
    *left -= n;
    Str b = str_n(file.p + start, (size_t) n);
    if (le32(b.p) != MAGIC_HEAD || le32(b.p + 4) != number)
        return "does not point to its package";
    uint32_t length = le32(b.p + 12);
    if ((uint64_t) length + BLOB_HEAD + BLOB_TAIL > n)
        return "is shorter than its package";
    const char *tail = b.p + n - BLOB_TAIL;
    *ret = str_n(b.p + BLOB_HEAD, length);
    if (le32(tail + 4) != length || le32(tail + 8) != MAGIC_TAIL)
        return "has no valid end";
    if (le32(tail) != adler32(str_head(b, (size_t) n - BLOB_TAIL)))
        return "holds a package whose checksum does not match";
    return NULL;
}

void rpmdb_ndb_read(Str file, const RpmdbVisitor *v) {
    if (file.n < HEADER_BYTES || le32(file.p) != MAGIC_FILE) {
        v->problem(v->userdata, "not an ndb package database: no \"RpmP\" at its start");
        return;
    }
    if (le32(file.p + 4) != 0) {
        v->problem(v->userdata, "ndb package database of version %u, only 0 is known", le32(file.p + 4));
        return;
    }
    uint64_t slots_end = (uint64_t) le32(file.p + 12) * PAGE;
    if (slots_end > file.n) {
        v->problem(v->userdata, "truncated: slot pages end at byte %llu, the file at %zu", (unsigned long long) slots_end, file.n);
        slots_end = file.n;
    }
    if (slots_end == 0)
        v->problem(v->userdata, "no slot pages: a database of packages has at least one");
    uint64_t left = file.n;
    for (uint64_t at = HEADER_BYTES; at + BLOCK <= slots_end; at += BLOCK) {
        const char *slot = file.p + at;
        if (le32(slot) != MAGIC_SLOT) {
            v->problem(v->userdata, "no slot at byte %llu", (unsigned long long) at);
            /* The rest of this page is not to be trusted either. */
            at = at / PAGE * PAGE + PAGE - BLOCK;
            continue;
        }
        uint32_t number = le32(slot + 4), offset = le32(slot + 8), count = le32(slot + 12);
        if (offset == 0)
            continue;
        Str blob = STR_NULL;
        const char *why = slot_blob(file, number, offset, count, &left, &blob);
        if (why)
            v->problem(v->userdata, "the slot of package number %u at byte %llu %s", number, (unsigned long long) at, why);
        if (blob.n)
            v->header(v->userdata, blob);
    }
}
