/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/cache-file.h"

#include "base/hash.h"
#include "scan/job-frames.h"

enum { CHECK_SEED = 0x63616368 };
static const char MAGIC[8] = "plimfct";

static uint64_t checksum(Str body) {
    return hash_seeded(body.p, body.n, CHECK_SEED);
}

void cache_file_seal(char *p, size_t n) {
    uint64_t check = checksum(str_n(p + CACHE_FILE_HEAD, n - CACHE_FILE_HEAD));
    memcpy(p, MAGIC, sizeof(MAGIC));
    memcpy(p + sizeof(MAGIC), &check, sizeof(check));
}

int cache_file_encode(Str key, const LayerFacts *l, Buf *b) {
    static const char head[CACHE_FILE_HEAD];
    size_t begin = b->n;
    buf_add(b, head, sizeof(head));
    wire_put_str(b, key);
    wire_put_u64(b, l->entries);
    wire_put_u64(b, l->bytes);
    wire_put_str(b, str_n((const char *) l->index.p, l->index.n * sizeof(uint64_t)));
    wire_put_str(b, buf_view(&l->links));
    wire_put_str(b, buf_view(&l->listing));
    wire_put_str(b, buf_view(&l->facts));
    if (b->failed)
        return b->failed;
    cache_file_seal(b->p + begin, b->n - begin);
    return 0;
}

int cache_file_decode(Str file, Str key, LayerFacts *ret) {
    uint64_t check;
    if (file.n < CACHE_FILE_HEAD || memcmp(file.p, MAGIC, sizeof(MAGIC)) != 0)
        return -EBADMSG;
    memcpy(&check, file.p + sizeof(MAGIC), sizeof(check));
    Str body = str_from_at(file, CACHE_FILE_HEAD);
    if (checksum(body) != check)
        return -EBADMSG;
    WireReader r = wire_reader(body);
    Str stored_key = wire_str(&r);
    LayerFacts l = {.facts = buf_new(BUF_OWN_MAX), .links = buf_new(BUF_OWN_MAX), .listing = buf_new(BUF_OWN_MAX)};
    l.entries = wire_u64(&r);
    l.bytes = wire_u64(&r);
    Str index = wire_str(&r), links = wire_str(&r), listing = wire_str(&r), facts = wire_str(&r);
    if (!wire_ok(&r) || !str_eq(stored_key, key) || index.n % sizeof(uint64_t) || !links_are_sound(links) || !listing_is_sound(listing) || !facts_are_sound(facts))
        return -EBADMSG;
    vec_reserve(&l.index, index.n / sizeof(uint64_t));
    if (index.n)
        memcpy(l.index.p, index.p, index.n); /* NOLINT(clang-analyzer-core.NonNullParamChecker): vec_reserve() made room or aborted */
    l.index.n = index.n / sizeof(uint64_t);
    buf_str(&l.links, links);
    buf_str(&l.listing, listing);
    buf_str(&l.facts, facts);
    *ret = l;
    return 0;
}
