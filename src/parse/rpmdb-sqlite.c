/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "base/bytes.h"
#include "parse/rpmdb.h"

enum {
    FILE_HEADER = 100,
    PAGE_INTERIOR = 0x05, /* of a table's tree */
    PAGE_LEAF = 0x0d,
    WAL_HEADER = 32,
    WAL_FRAME_HEADER = 24,
};

typedef struct Db {
    Str file;
    uint32_t page_bytes, usable; /* usable: without the bytes reserved at each page's end */
    uint32_t pages;
    uint8_t *visited; /* one bit per page */
    char *payload;    /* room for one row, as large as the file */
    uint64_t left;    /* bytes that the rows still to come may have */
    const RpmdbVisitor *v;
} Db;

typedef void (*RowFn)(Db *db, Str record, void *userdata);

/* Pages are numbered from 1. */
static const char *page_at(const Db *db, uint32_t n) {
    return db->file.p + (size_t) (n - 1) * db->page_bytes;
}

/* SQLite's varint: seven bits a byte, the ninth byte whole. False when it passes the end. */
static bool varint(Str *s, uint64_t *ret) {
    uint64_t v = 0;
    for (size_t i = 0; i < 9; i++) {
        if (i >= s->n)
            return false;
        uint8_t c = (uint8_t) s->p[i];
        if (i == 8) {
            v = v << 8 | c;
        } else {
            v = v << 7 | (c & 0x7f);
            if (c & 0x80)
                continue;
        }
        *s = str_from_at(*s, i + 1);
        *ret = v;
        return true;
    }
    return false;
}

/* Bytes that a value of this serial type takes in a record. */
static uint64_t serial_bytes(uint64_t type) {
    static const uint8_t fixed[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return type < ARRAY_SIZE(fixed) ? fixed[type] : (type - 12) / 2;
}

/* Column `n` of a record; *ret_type is its serial type. */
static bool column(Str record, size_t n, uint64_t *ret_type, Str *ret) {
    Str header = record;
    uint64_t header_bytes, type, at;
    if (!varint(&header, &header_bytes) || header_bytes > record.n || header_bytes < record.n - header.n)
        return false;
    header.n = (size_t) header_bytes - (record.n - header.n);
    at = header_bytes;
    for (size_t i = 0;; i++) {
        if (!varint(&header, &type))
            return false;
        uint64_t bytes = serial_bytes(type);
        if (bytes > record.n - at)
            return false;
        if (i == n) {
            *ret_type = type;
            *ret = str_n(record.p + at, (size_t) bytes);
            return true;
        }
        at += bytes;
    }
}

/* A leaf cell's payload in one piece: of its page, or put together from overflow pages. */
static bool cell_payload(Db *db, uint32_t page, Str cell, Str *ret) {
    uint64_t total, row;
    if (!varint(&cell, &total) || !varint(&cell, &row)) {
        db->v->problem(db->v->userdata, "page %u: a row passes the end of the page", page);
        return false;
    }
    uint64_t usable = db->usable, local = total;
    if (total > usable - 35) {
        uint64_t least = (usable - 12) * 32 / 255 - 23;
        local = least + (total - least) % (usable - 4);
        if (local > usable - 35)
            local = least;
    }
    if (local > cell.n || (local < total && cell.n - local < 4)) {
        db->v->problem(db->v->userdata, "page %u: a row of %llu bytes passes the end of the page", page, (unsigned long long) total);
        return false;
    }
    /* Rows may not overlap: what a file can hold bounds the work, however many cells point to one place. */
    if (total > db->left) {
        db->v->problem(db->v->userdata, "page %u: a row of %llu bytes does not fit into the file, or shares its pages with another", page, (unsigned long long) total);
        return false;
    }
    db->left -= total;
    if (local == total) {
        *ret = str_head(cell, (size_t) local);
        return true;
    }
    memcpy(db->payload, cell.p, (size_t) local);
    uint64_t got = local;
    uint32_t next = be32(cell.p + local);
    while (got < total) {
        if (next == 0 || next > db->pages) {
            db->v->problem(db->v->userdata, "page %u: a row of %llu bytes ends after %llu: overflow page %u is not in the file", page,
                           (unsigned long long) total, (unsigned long long) got, next);
            return false;
        }
        const char *p = page_at(db, next);
        uint64_t here = MIN(total - got, usable - 4);
        memcpy(db->payload + got, p + 4, (size_t) here);
        got += here;
        next = be32(p);
    }
    *ret = str_n(db->payload, (size_t) total);
    return true;
}

static void leaf_cell(Db *db, uint32_t page, uint32_t at, RowFn row, void *userdata) {
    Str payload;
    if (cell_payload(db, page, str_n(page_at(db, page) + at, db->usable - at), &payload))
        row(db, payload, userdata);
}

/* Walks a table's tree from its root, each page at most once. */
static void walk(Db *db, uint32_t root, RowFn row, void *userdata) {
    enum { DEPTH = 24 };
    struct {
        uint32_t page, cell;
    } stack[DEPTH];
    size_t depth = 0;
    uint32_t page = root;
    memset(db->visited, 0, db->pages / 8 + 1);
    db->left = db->file.n;
    for (;;) {
        /* Down: enter `page`, when it is a page. */
        if (page) {
            if (page > db->pages || depth == DEPTH || (db->visited[page / 8] & 1 << page % 8)) {
                db->v->problem(db->v->userdata, "page %u is outside of the file, too deep, or used twice", page);
            } else {
                db->visited[page / 8] = (uint8_t) (db->visited[page / 8] | 1 << page % 8);
                stack[depth].page = page;
                stack[depth++].cell = 0;
            }
            page = 0;
        }
        if (depth == 0)
            return;
        uint32_t here = stack[depth - 1].page, cell = stack[depth - 1].cell++;
        const char *p = page_at(db, here);
        uint32_t head = here == 1 ? FILE_HEADER : 0;
        uint8_t type = (uint8_t) p[head];
        uint32_t cells = be16(p + head + 3), index = head + (type == PAGE_INTERIOR ? 12 : 8);
        if ((type != PAGE_INTERIOR && type != PAGE_LEAF) || index + cells * 2 > db->usable) {
            db->v->problem(db->v->userdata, "page %u: type %u with %u rows is no page of a table", here, type, cells);
            depth--;
            continue;
        }
        if (cell > cells || (cell == cells && type == PAGE_LEAF)) {
            depth--;
            continue;
        }
        if (cell == cells) { /* behind the last cell: the rightmost child */
            page = be32(p + head + 8);
            if (page == 0)
                db->v->problem(db->v->userdata, "page %u: no rightmost child", here);
            continue;
        }
        uint32_t at = be16(p + index + cell * 2);
        if (at < index || at + 4 > db->usable) {
            db->v->problem(db->v->userdata, "page %u: row %u lies at byte %u, outside of the page", here, cell, at);
            continue;
        }
        if (type == PAGE_LEAF)
            leaf_cell(db, here, at, row, userdata);
        else
            page = be32(p + at);
    }
}

static void schema_row(Db *db, Str record, void *userdata) {
    uint32_t *root = userdata;
    uint64_t type;
    Str kind, name, number;
    if (!column(record, 0, &type, &kind) || !column(record, 1, &type, &name) || !column(record, 3, &type, &number))
        return;
    if (!str_eqz(kind, "table") || !str_eqz(name, "Packages"))
        return;
    uint64_t n = type == 9; /* the serial types 8 and 9 are the numbers 0 and 1 */
    for (size_t i = 0; i < number.n; i++)
        n = n << 8 | (uint8_t) number.p[i];
    *root = n <= UINT32_MAX ? (uint32_t) n : 0;
}

static void package_row(Db *db, Str record, void *userdata) {
    uint64_t type;
    Str blob;
    if (!column(record, 1, &type, &blob) || type < 12 || type % 2) {
        db->v->problem(db->v->userdata, "a row of table Packages holds no header");
        return;
    }
    db->v->header(db->v->userdata, blob);
}

void rpmdb_sqlite_read(Str file, const RpmdbVisitor *v) {
    if (file.n < FILE_HEADER || memcmp(file.p, "SQLite format 3", 16) != 0) {
        v->problem(v->userdata, "not an SQLite database: no \"SQLite format 3\" at its start");
        return;
    }
    uint32_t bytes = be16(file.p + 16), reserved = (uint8_t) file.p[20];
    if (bytes == 1)
        bytes = 65536;
    if (bytes < 512 || (bytes & (bytes - 1)) || bytes - reserved < 480) {
        v->problem(v->userdata, "SQLite page size %u with %u bytes reserved, expected a power of two from 512 to 65536", bytes, reserved);
        return;
    }
    Db db = {.file = file, .page_bytes = bytes, .usable = bytes - reserved, .v = v};
    db.pages = (uint32_t) MIN((uint64_t) file.n / bytes, (uint64_t) UINT32_MAX - 1);
    uint32_t announced = be32(file.p + 28);
    /* The count is valid only when the change counters agree (file format, 1.3.7). */
    if (be32(file.p + 24) == be32(file.p + 92) && announced > db.pages)
        v->problem(v->userdata, "truncated: %u pages of %u bytes are announced, %u are there", announced, bytes, db.pages);
    if (db.pages == 0)
        return;
    db.visited = alloc_input(db.pages / 8 + 1, SIZE_MAX);
    db.payload = alloc_input(file.n, SIZE_MAX);
    uint32_t root = 0;
    if (db.visited && db.payload) {
        walk(&db, 1, schema_row, &root);
        if (root == 0)
            v->problem(v->userdata, "no table Packages in this SQLite database");
        else
            walk(&db, root, package_row, NULL);
    } else {
        v->problem(v->userdata, "no memory for %zu bytes", file.n);
    }
    free(db.visited);
    free(db.payload);
}

uint64_t rpmdb_sqlite_wal_frames(Str file) {
    if (file.n < WAL_HEADER || (be32(file.p) | 1) != 0x377f0683)
        return 0;
    uint32_t bytes = be32(file.p + 8);
    if (bytes < 512 || bytes > 65536)
        return 0;
    return (file.n - WAL_HEADER) / (WAL_FRAME_HEADER + (uint64_t) bytes);
}
