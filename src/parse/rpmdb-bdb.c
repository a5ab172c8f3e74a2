/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/bytes.h"
#include "parse/rpmdb.h"

enum {
    HASH_MAGIC = 0x061561,
    PAGE_HEADER = 26,
    PAGE_HASH_UNSORTED = 2,
    PAGE_OVERFLOW = 7,
    PAGE_HASH_META = 8,
    PAGE_HASH = 13,
    ITEM_INLINE = 1,
    ITEM_OFF_PAGE = 3,
    ITEM_OFF_PAGE_BYTES = 12,
    KEY_BYTES = 4, /* rpm's package number */
};

typedef struct Db {
    Str file;
    uint32_t page_bytes;
    uint32_t pages;
    bool big;      /* byte order */
    uint64_t pairs; /* keys with their data that were seen */
    uint64_t left; /* bytes that may still be put together from overflow pages */
    char *blob;    /* room for one package, as large as the file */
    const RpmdbVisitor *v;
} Db;

static uint32_t get32(const Db *db, const char *p) {
    return db->big ? be32(p) : le32(p);
}

static uint16_t get16(const Db *db, const char *p) {
    return db->big ? be16(p) : le16(p);
}

static const char *page_at(const Db *db, uint32_t n) {
    return db->file.p + (size_t) n * db->page_bytes;
}

static void off_page(Db *db, uint32_t page, const char *item) {
    uint32_t before = 0, next = get32(db, item + 4), total = get32(db, item + 8), got = 0;
    if (total > db->left) {
        db->v->problem(db->v->userdata, "page %u: a package of %u bytes does not fit into the file, or shares its pages with another", page, total);
        return;
    }
    db->left -= total;
    while (got < total) {
        if (next == 0 || next >= db->pages) {
            db->v->problem(db->v->userdata, "page %u: a package of %u bytes ends after %u: page %u follows, which is not in the file", page, total, got, next);
            return;
        }
        const char *p = page_at(db, next);
        uint32_t here = get16(db, p + 22);
        if ((uint8_t) p[25] != PAGE_OVERFLOW || here == 0 || here > db->page_bytes - PAGE_HEADER) {
            db->v->problem(db->v->userdata, "page %u: expected an overflow page with data, it is of type %u", next, (uint8_t) p[25]);
            return;
        }
        /* Each page names the one before: a chain that runs in a circle or into another one does not fit. */
        if (before && get32(db, p + 12) != before) {
            db->v->problem(db->v->userdata, "page %u: a package's pages go from page %u to %u, which belongs behind page %u", page, before, next, get32(db, p + 12));
            return;
        }
        before = next;
        here = MIN(here, total - got);
        memcpy(db->blob + got, p + PAGE_HEADER, here);
        got += here;
        next = get32(db, p + 16);
    }
    db->v->header(db->v->userdata, str_n(db->blob, total));
}

static void hash_page(Db *db, uint32_t n) {
    const char *p = page_at(db, n);
    uint32_t entries = get16(db, p + 20);
    if (PAGE_HEADER + entries * 2 > db->page_bytes || entries % 2) {
        db->v->problem(db->v->userdata, "page %u: %u entries do not fit", n, entries);
        return;
    }
    /* Items fill the page from its end; each reaches up to the one before. */
    uint32_t end = db->page_bytes;
    Str key = STR_NULL;
    for (uint32_t i = 0; i < entries; i++) {
        uint32_t at = get16(db, p + PAGE_HEADER + i * 2);
        if (at < PAGE_HEADER + entries * 2 || at >= end) {
            db->v->problem(db->v->userdata, "page %u: entry %u lies at byte %u, outside of its place", n, i, at);
            return;
        }
        Str item = str_n(p + at, end - at);
        end = at;
        if (i % 2 == 0) {
            key = item;
            continue;
        }
        db->pairs++;
        /* Number 0 holds the highest number in use, no package. */
        if (key.p[0] != ITEM_INLINE || key.n != 1 + KEY_BYTES || get32(db, key.p + 1) == 0)
            continue;
        if (item.p[0] == ITEM_INLINE)
            db->v->header(db->v->userdata, str_from_at(item, 1));
        else if (item.p[0] == ITEM_OFF_PAGE && item.n >= ITEM_OFF_PAGE_BYTES)
            off_page(db, n, item.p);
        else
            db->v->problem(db->v->userdata, "page %u: entry %u is of type %u, which rpm never writes", n, i, (uint8_t) item.p[0]);
    }
}

void rpmdb_bdb_read(Str file, const RpmdbVisitor *v) {
    if (file.n < 92 || (le32(file.p + 12) != HASH_MAGIC && be32(file.p + 12) != HASH_MAGIC)) {
        v->problem(v->userdata, "not a Berkeley DB hash: its magic number is missing");
        return;
    }
    Db db = {.file = file, .big = be32(file.p + 12) == HASH_MAGIC, .v = v, .left = file.n};
    uint32_t version = get32(&db, file.p + 16);
    db.page_bytes = get32(&db, file.p + 20);
    if (db.page_bytes < 512 || db.page_bytes > 65536 || (db.page_bytes & (db.page_bytes - 1))) {
        v->problem(v->userdata, "Berkeley DB page size %u, expected a power of two from 512 to 65536", db.page_bytes);
        return;
    }
    if (version < 7 || version > 10 || (uint8_t) file.p[25] != PAGE_HASH_META) {
        v->problem(v->userdata, "Berkeley DB hash of version %u and page type %u, expected versions 7 to 10 and type 8", version, (uint8_t) file.p[25]);
        return;
    }
    if (file.p[24] != 0 || (file.p[26] & 1)) {
        v->problem(v->userdata, "Berkeley DB with encryption or page checksums, which rpm never writes");
        return;
    }
    uint64_t last = get32(&db, file.p + 32);
    db.pages = (uint32_t) MIN((uint64_t) file.n / db.page_bytes, (uint64_t) UINT32_MAX);
    if (last + 1 > db.pages)
        v->problem(v->userdata, "truncated: %llu pages of %u bytes are announced, %u are there", (unsigned long long) last + 1, db.page_bytes, db.pages);
    db.blob = alloc_input(file.n, SIZE_MAX);
    if (!db.blob) {
        v->problem(v->userdata, "no memory for %zu bytes", file.n);
        return;
    }
    /* Buckets need not be followed: every hash page belongs to one, freed pages change their type. */
    for (uint32_t n = 1; n < db.pages; n++) {
        uint8_t type = (uint8_t) page_at(&db, n)[25];
        if (type == PAGE_HASH || type == PAGE_HASH_UNSORTED)
            hash_page(&db, n);
    }
    uint32_t announced = get32(&db, file.p + 88);
    if (db.pairs < announced)
        v->problem(v->userdata, "%u entries are announced, %llu are there", announced, (unsigned long long) db.pairs);
    free(db.blob);
}
