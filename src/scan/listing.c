/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/listing.h"

#include "scan/layer-facts.h"

enum { PATH_ROOM = 1 << 20, KIND_BITS = 2 };
_Static_assert(ENTRY_SYMLINK < 1 << KIND_BITS, "a kind that is listed does not fit");

Str listing_interpreter(uint32_t mode, Str bytes) {
    Str line;
    bytes = str_head(bytes, LISTING_TARGET_MAX);
    return mode & 0111 && str_starts(bytes, STR("#!")) && str_line(&bytes, &line) ? str_trim(str_from_at(line, 2)) : STR_NULL;
}

void listing_put(ListingWriter *w, const ListedEntry *e) {
    if (w->bytes.max == 0) {
        w->bytes = buf_new(BUF_OWN_MAX);
        w->last = buf_new(PATH_ROOM);
    }
    size_t same = 0, most = MIN(w->last.n, e->path.n);
    lint_assume(most == 0 || (w->last.p && e->path.p));
    while (same < most && w->last.p[same] == e->path.p[same])
        same++;
    wire_put_u64(&w->bytes, same);
    wire_put_str(&w->bytes, str_from_at(e->path, same));
    wire_put_u64(&w->bytes, (uint64_t) (e->mode & 07777) << KIND_BITS | e->kind);
    wire_put_u64(&w->bytes, e->size);
    wire_put_u64(&w->bytes, e->content);
    wire_put_str(&w->bytes, str_head(e->target, LISTING_TARGET_MAX));
    wire_put_str(&w->bytes, e->digest);
    wire_put_str(&w->bytes, e->md5);
    buf_clear(&w->last);
    buf_str(&w->last, e->path);
}

void listing_restart(ListingWriter *w) {
    buf_clear(&w->bytes);
    buf_clear(&w->last);
}

void listing_writer_done(ListingWriter *w) {
    buf_done(&w->bytes);
    buf_done(&w->last);
}

ListingReader listing_reader(Str bytes) {
    return (ListingReader) {.wire = wire_reader(bytes), .path = buf_new(PATH_ROOM)};
}

int listing_next(ListingReader *r, ListedEntry *ret) {
    if (r->wire.rest.n == 0 && !r->wire.bad)
        return 0;
    size_t same = (size_t) wire_max(&r->wire, r->path.n);
    Str rest = wire_str(&r->wire);
    const uint32_t mode_and_kind = (uint32_t) wire_max(&r->wire, 07777 << KIND_BITS | ((1 << KIND_BITS) - 1));
    ListedEntry e = {.kind = mode_and_kind & ((1 << KIND_BITS) - 1), .mode = mode_and_kind >> KIND_BITS};
    e.size = wire_u64(&r->wire);
    e.content = wire_u64(&r->wire);
    e.target = wire_str(&r->wire);
    e.digest = wire_str(&r->wire);
    e.md5 = wire_str(&r->wire);
    if (!wire_ok(&r->wire) || e.kind > ENTRY_SYMLINK || e.target.n > LISTING_TARGET_MAX || (e.digest.n && e.digest.n != LISTING_DIGEST_N) || (e.md5.n && e.md5.n != LISTING_MD5_N))
        return -EBADMSG;
    r->path.n = same;
    if (buf_str(&r->path, rest) < 0)
        return -EBADMSG;
    e.path = buf_view(&r->path);
    *ret = e;
    return 1;
}

void listing_reader_done(ListingReader *r) {
    buf_done(&r->path);
}

bool listing_is_sound(Str bytes) {
    ListingReader r = listing_reader(bytes);
    ListedEntry e;
    int n;
    while ((n = listing_next(&r, &e)) == 1)
        ;
    listing_reader_done(&r);
    return n == 0;
}
