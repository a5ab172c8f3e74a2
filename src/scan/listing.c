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

/* Which there are, one bit each, and their bytes. */
static void put_digests(Buf *b, const ListedEntry *e) {
    uint64_t which = 0;
    for (DigestKind k = 0; k < DIGEST_KIND_N_; k++)
        which |= (uint64_t) (e->digests[k].n > 0) << k;
    wire_put_u64(b, which);
    for (DigestKind k = 0; k < DIGEST_KIND_N_; k++)
        if (which >> k & 1)
            buf_str(b, e->digests[k]);
}

/* False when there is less than they take. */
static bool take_digests(WireReader *r, ListedEntry *e) {
    const uint64_t which = wire_max(r, (1 << DIGEST_KIND_N_) - 1);
    for (DigestKind k = 0; k < DIGEST_KIND_N_; k++) {
        if (!(which >> k & 1))
            continue;
        if (r->rest.n < digest_size(k))
            return false;
        e->digests[k] = str_head(r->rest, digest_size(k));
        r->rest = str_from_at(r->rest, digest_size(k));
    }
    return true;
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
    put_digests(&w->bytes, e);
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
    if (!take_digests(&r->wire, &e) || !wire_ok(&r->wire) || e.kind > ENTRY_SYMLINK || e.target.n > LISTING_TARGET_MAX)
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
