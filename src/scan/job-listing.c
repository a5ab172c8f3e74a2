/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/job-listing.h"

#include <stdlib.h>

#include "base/ring.h"
#include "base/worker.h"

enum {
    BATCH = 256 * 1024,
    RING = 8 << 20, /* a few files ahead */
};

struct JobListing {
    int (*send)(void *userdata, Str payload);
    void *userdata;
    WorkerThread *helper; /* who hashes; NULL: there is none */
    Ring to, from;       /* both ends of the ring to it */
    bool digests;        /* are asked for */
    bool begun;          /* a helper was asked for */
    Buf batch;           /* small records that were not written to it yet: each write may wake it */
    bool ended;
    /* Whoever makes the listing has these. */
    ContentHash hash;
    ListingWriter writer;
    int failed;
};

/* What goes through the ring: this, then the bytes. */
typedef struct Record {
    enum { RECORD_BYTES, RECORD_ENTRY } type;
    bool hashed, whole;
    uint32_t path_n, target_n, kind, mode, digests;
    uint64_t n, size;    /* of bytes; of the entry */
} Record;

static void flush(JobListing *l, bool all) {
    enum { ENOUGH = 32 * 1024 };
    if (l->writer.bytes.n <= (all ? 0 : ENOUGH))
        return;
    if (l->failed == 0)
        l->failed = l->send(l->userdata, buf_view(&l->writer.bytes));
    listing_restart(&l->writer);
}

static void put(JobListing *l, const ListedEntry *e, bool hashed, bool whole) {
    ListedEntry x = *e;
    if (hashed)
        content_hash_end(&l->hash, whole, &x);
    listing_put(&l->writer, &x);
    flush(l, false);
}

/* Exactly n bytes; false at the end. */
static bool take(Ring *in, void *to, size_t n) {
    for (size_t got = 0; got < n;) {
        const char *p;
        ssize_t have = ring_peek(in, 1, &p);
        if (have <= 0)
            return false;
        const size_t some = MIN((size_t) have, n - got);
        memcpy((char *) to + got, p, some);
        ring_consume(in, some);
        got += some;
    }
    return true;
}

static bool take_bytes(JobListing *l, Ring *in, uint32_t digests, uint64_t n) {
    while (n > 0) {
        const char *p;
        ssize_t have = ring_peek(in, 1, &p);
        if (have <= 0)
            return false;
        const size_t some = (size_t) MIN((uint64_t) have, n);
        content_hash_add(&l->hash, digests, p, some);
        ring_consume(in, some);
        n -= some;
    }
    return true;
}

static void help(void *userdata) {
    JobListing *l = userdata;
    Ring *in = &l->from;
    _cleanup_(buf_done) Buf text = buf_new(BUF_OWN_MAX);
    Record r;
    while (take(in, &r, sizeof(r))) {
        if (r.type == RECORD_BYTES) {
            if (!take_bytes(l, in, r.digests, r.n))
                break;
            continue;
        }
        buf_clear(&text);
        if (buf_reserve(&text, (size_t) r.path_n + r.target_n) < 0 || !take(in, text.p, (size_t) r.path_n + r.target_n))
            break;
        ListedEntry e = {.path = str_n(text.p, r.path_n), .kind = r.kind, .mode = r.mode, .size = r.size, .target = str_n(text.p + r.path_n, r.target_n)};
        put(l, &e, r.hashed, r.whole);
    }
    flush(l, true);
}

JobListing *job_listing_new(const LookFor *what, int (*send)(void *userdata, Str payload), void *userdata) {
    if (!what->listing)
        return NULL;
    JobListing *l = xcalloc(1, sizeof(*l));
    l->send = send;
    l->userdata = userdata;
    l->digests = what->digests | what->package_digests;
    l->hash = content_hash_new(what);
    l->batch = buf_new(BUF_OWN_MAX);
    return l;
}

/* Digests are worth a thread of their own. */
static bool helped(JobListing *l) {
    if (!l->begun && l->digests && ring_private(RING, &l->to, &l->from) == 0)
        l->helper = worker_thread(help, l);
    l->begun = true;
    return l->helper;
}

/* An end that has gone has failed, and said so. */
static void write_batch(JobListing *l) {
    (void) ring_write(&l->to, l->batch.p, l->batch.n);
    buf_clear(&l->batch);
}

void job_listing_add(JobListing *l, uint32_t digests, const void *p, size_t n) {
    enum { SMALL = 16 * 1024 };
    const Record r = {.type = RECORD_BYTES, .digests = digests, .n = n};
    if (!helped(l)) {
        content_hash_add(&l->hash, digests, p, n);
        return;
    }
    buf_add(&l->batch, &r, sizeof(r));
    if (n <= SMALL)
        buf_add(&l->batch, p, n);
    if (n > SMALL || l->batch.n > BATCH)
        write_batch(l);
    if (n > SMALL)
        (void) ring_write(&l->to, p, n);
}

void job_listing_put(JobListing *l, const ListedEntry *e, bool hashed, bool whole) {
    if (!helped(l)) {
        put(l, e, hashed, whole);
        return;
    }
    const Str target = str_head(e->target, LISTING_TARGET_MAX);
    const Record r = {.type = RECORD_ENTRY, .hashed = hashed, .whole = whole, .path_n = (uint32_t) e->path.n, .target_n = (uint32_t) target.n, .kind = e->kind, .mode = e->mode, .size = e->size};
    buf_add(&l->batch, &r, sizeof(r));
    buf_str(&l->batch, e->path);
    buf_str(&l->batch, target);
    if (l->batch.n > BATCH)
        write_batch(l);
}

int job_listing_end(JobListing *l) {
    if (!l || l->ended)
        return 0;
    l->ended = true;
    if (l->helper) {
        write_batch(l);
        ring_finish(&l->to);
        worker_thread_wait(l->helper);
    } else {
        flush(l, true);
    }
    return l->failed;
}

void job_listing_free(JobListing *l) {
    if (!l)
        return;
    buf_done(&l->batch);
    ring_done(&l->to);
    content_hash_done(&l->hash);
    listing_writer_done(&l->writer);
    free(l);
}
