/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/bolt.h"

enum {
    PAGE_HEADER = 16, /* id u64, flags u16, count u16, overflow u32 */
    ELEMENT = 16,
    BRANCH = 1,
    LEAF = 2,
    META = 4,
    ELEMENT_IS_BUCKET = 1,
    DEPTH = 32,
};
#define MAGIC 0xED0CDAEDu

static uint64_t u64(const char *p) {
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}
static uint32_t u32(const char *p) {
    uint32_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}
static uint16_t u16(const char *p) {
    uint16_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}

static int bad(Bolt *b, const char *problem) {
    b->problem = problem;
    return -EBADMSG;
}

/* FNV-1a, 64 bit: the checksum of a meta page. */
static uint64_t fnv(const char *p, size_t n) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t) p[i]) * 0x100000001b3u;
    return h;
}

/* Meta: magic, version, page size, flags (u32 each), root page, sequence, freelist, pages, txid, checksum (u64 each). */
static bool read_meta(Str data, size_t at, Bolt *ret) {
    if (at > data.n || data.n - at < PAGE_HEADER + 64 || !(u16(data.p + at + 8) & META))
        return false;
    const char *m = data.p + at + PAGE_HEADER;
    if (u32(m) != MAGIC || u32(m + 4) != 2 || u64(m + 56) != fnv(m, 56))
        return false;
    uint32_t size = u32(m + 8);
    if (size < 512 || size > 1 << 20 || (size & (size - 1)))
        return false;
    ret->page_size = size;
    ret->root = u64(m + 16);
    ret->txid = u64(m + 48);
    return true;
}

int bolt_open(Str data, Bolt *ret) {
    Bolt b = {.data = data}, second = {0};
    bool first_good = read_meta(data, 0, &b), second_good = false;
    /* The second meta page follows the first; where that is damaged the page size has to be tried. */
    for (size_t size = first_good ? b.page_size : 512; size <= (1 << 20) && !second_good; size *= 2) {
        second_good = read_meta(data, size, &second) && second.page_size == size;
        if (first_good)
            break;
    }
    if (!first_good && !second_good)
        return bad(ret, "not a bolt database, or its meta pages are damaged");
    if (second_good && (!first_good || second.txid > b.txid)) {
        b.page_size = second.page_size;
        b.root = second.root;
        b.txid = second.txid;
    }
    /* A walk of the whole tree meets each element once; a few walks are allowed. */
    b.budget = data.n / ELEMENT * 4 + 1024;
    *ret = b;
    return 0;
}

/* The page with its overflow pages, as far as the file goes. */
static int page_at(Bolt *b, uint64_t id, Str *ret) {
    uint64_t pages = b->data.n / b->page_size;
    if (id >= pages)
        return bad(b, "a page beyond the end of the file");
    const char *p = b->data.p + id * b->page_size;
    uint64_t span = (uint64_t) u32(p + 12) + 1;
    if (u64(p) != id || span > pages - id)
        return bad(b, "a damaged page header");
    *ret = str_n(p, (size_t) (span * b->page_size));
    return 0;
}

static int slice(Bolt *b, Str page, size_t from, uint64_t n, Str *ret) {
    if (from > page.n || n > page.n - from)
        return bad(b, "an element that reaches out of its page");
    *ret = str_n(page.p + from, (size_t) n);
    return 0;
}

static int walk(Bolt *b, Str page, int depth, BoltFn fn, void *userdata);

static int walk_page(Bolt *b, uint64_t id, int depth, BoltFn fn, void *userdata) {
    Str page = STR_NULL;
    int r = page_at(b, id, &page);
    return r < 0 ? r : walk(b, page, depth, fn, userdata);
}

static int leaf_element(Bolt *b, Str page, size_t at, BoltFn fn, void *userdata) {
    const char *e = page.p + at;
    uint64_t pos = u32(e + 4), key_n = u32(e + 8), value_n = u32(e + 12);
    Str key = STR_NULL, value = STR_NULL;
    int r = pos > page.n ? bad(b, "an element that reaches out of its page") : slice(b, page, at + (size_t) pos, key_n, &key);
    if (r == 0)
        r = slice(b, page, at + (size_t) (pos + key_n), value_n, &value);
    if (r < 0)
        return r;
    if (!(u32(e) & ELEMENT_IS_BUCKET))
        return fn(userdata, key, value, NULL);
    /* A bucket: its root page and sequence; root 0 means that its only page follows here. */
    if (value.n < 16)
        return bad(b, "a damaged bucket");
    BoltBucket bucket = {.page = u64(value.p), .inlined = str_from_at(value, 16)};
    return fn(userdata, key, STR_NULL, &bucket);
}

static int walk(Bolt *b, Str page, int depth, BoltFn fn, void *userdata) {
    if (depth > DEPTH)
        return bad(b, "a tree that is too deep");
    if (page.n < PAGE_HEADER)
        return bad(b, "a page that is too short");
    unsigned flags = u16(page.p + 8), count = u16(page.p + 10);
    if (!(flags & (BRANCH | LEAF)) || PAGE_HEADER + (size_t) count * ELEMENT > page.n)
        return bad(b, "a page that is neither branch nor leaf, or claims too many elements");
    for (unsigned i = 0; i < count; i++) {
        if (b->budget == 0)
            return bad(b, "pages that are used more than once");
        b->budget--;
        size_t at = PAGE_HEADER + (size_t) i * ELEMENT;
        int r = flags & BRANCH ? walk_page(b, u64(page.p + at + 8), depth + 1, fn, userdata) : leaf_element(b, page, at, fn, userdata);
        if (r != 0)
            return r;
    }
    return 0;
}

int bolt_each(Bolt *b, const BoltBucket *in, BoltFn fn, void *userdata) {
    return in->page ? walk_page(b, in->page, 0, fn, userdata) : walk(b, in->inlined, 0, fn, userdata);
}

typedef struct Search {
    Str name;
    bool want_bucket;
    BoltBucket bucket;
    Str value;
} Search;

static int search_one(void *userdata, Str key, Str value, const BoltBucket *bucket) {
    Search *s = userdata;
    if (!str_eq(key, s->name) || (bucket != NULL) != s->want_bucket)
        return 0;
    if (bucket)
        s->bucket = *bucket;
    s->value = value;
    return 1;
}

static int search(Bolt *b, const BoltBucket *in, Search *s) {
    int r = bolt_each(b, in, search_one, s);
    return r < 0 ? r : r == 0 ? -ENOENT : 0;
}

int bolt_bucket(Bolt *b, const BoltBucket *in, const char *name, BoltBucket *ret) {
    Search s = {.name = str_from(name), .want_bucket = true};
    int r = search(b, in, &s);
    if (r == 0)
        *ret = s.bucket;
    return r;
}

int bolt_get(Bolt *b, const BoltBucket *in, const char *name, Str *ret) {
    Search s = {.name = str_from(name)};
    int r = search(b, in, &s);
    if (r == 0)
        *ret = s.value;
    return r;
}
