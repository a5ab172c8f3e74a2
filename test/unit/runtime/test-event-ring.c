/* SPDX-License-Identifier: Apache-2.0 */
/* A ring as the kernel lays it out, in a file: positions only grow, the ring stands there twice in a row, records have a length with two bits in front. */
#include "runtime/event-ring.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "tap.h"

enum { SMALL = 16 << 10, LARGE = 1 << 20 };

/* The writer's side. */
typedef struct Ring {
    int fd;
    size_t bytes, page;
    char *map;               /* reader's page, writer's page, the ring twice */
    uint64_t *consumer, *producer;
    EventRing *reader;
} Ring;

static Ring ring_new(size_t bytes, uint64_t position) {
    Ring r = {.fd = memfd_create("ring", MFD_CLOEXEC), .bytes = bytes, .page = (size_t) sysconf(_SC_PAGESIZE)};
    size_t all = 2 * r.page + 2 * bytes;
    if (r.fd < 0 || ftruncate(r.fd, (off_t) all) < 0 || (r.map = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_SHARED, r.fd, 0)) == MAP_FAILED)
        abort();
    r.consumer = (uint64_t *) (void *) r.map;
    r.producer = (uint64_t *) (void *) (r.map + r.page);
    *r.consumer = *r.producer = position;
    r.reader = event_ring_new(r.fd, bytes);
    return r;
}

static void ring_done(Ring *r) {
    event_ring_free(r->reader);
    munmap(r->map, 2 * r->page + 2 * r->bytes);
    close(r->fd);
}

/* The kernel has the same pages twice; this has both written. */
static void put(Ring *r, uint64_t position, const void *bytes, size_t n) {
    for (size_t i = 0; i < n; i++) {
        size_t at = 2 * r->page + (position + i) % r->bytes;
        r->map[at] = r->map[at + r->bytes] = ((const char *) bytes)[i];
    }
}

static void put_length(Ring *r, uint64_t position, uint32_t length) {
    uint32_t head[2] = {length, 0};
    put(r, position, head, sizeof(head));
}

/* Writes a record of n bytes that say `what`, with these bits in its length; its position. */
static uint64_t add(Ring *r, uint32_t what, size_t n, uint32_t bits) {
    uint64_t at = *r->producer;
    char bytes[32 << 10];
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char) (what + i * 7);
    put_length(r, at, (uint32_t) n | bits);
    put(r, at + BPF_RINGBUF_HDR_SZ, bytes, n);
    *r->producer = at + ((BPF_RINGBUF_HDR_SZ + n + 7) & ~7ull);
    return at;
}

/* The reader's side: records in the order in which they were written. */
typedef struct Seen {
    uint32_t next, n;
    size_t sizes[8];         /* expected, in turn */
    size_t n_sizes;
    bool bad;
    uint32_t stop_at;        /* this one ends the reading; 0: none does */
    Ring *more;              /* a record is written while the first one is looked at */
} Seen;

static int take(void *userdata, Str event) {
    Seen *s = userdata;
    s->bad |= event.n != s->sizes[s->n % s->n_sizes];
    for (size_t i = 0; i < event.n; i++)
        s->bad |= event.p[i] != (char) (s->next + i * 7);
    s->next++;
    s->n++;
    if (s->more)
        add(s->more, s->next, s->sizes[0], 0);
    s->more = NULL;
    return s->n == s->stop_at ? -EAGAIN : 0;
}

TEST(hands_out_what_is_there) {
    Ring r = ring_new(SMALL, 0);
    Seen s = {.sizes = {1, 8, 100, 0}, .n_sizes = 4};
    CHECK_INT(event_ring_consume(r.reader, take, &s), 0);
    for (uint32_t i = 0; i < 4; i++)
        add(&r, i, s.sizes[i], 0);
    CHECK_INT(event_ring_consume(r.reader, take, &s), 4);
    CHECK(!s.bad);
    CHECK_INT(*r.consumer, *r.producer);
    CHECK_INT(event_ring_consume(r.reader, take, &s), 0);
    ring_done(&r);
}

TEST(what_is_written_meanwhile_is_read_too) {
    Ring r = ring_new(SMALL, 0);
    Seen s = {.sizes = {24}, .n_sizes = 1, .more = &r};
    add(&r, 0, 24, 0);
    CHECK_INT(event_ring_consume(r.reader, take, &s), 2);
    CHECK(!s.bad);
    ring_done(&r);
}

TEST(a_record_in_the_making_ends_it_and_a_discarded_one_does_not) {
    Ring r = ring_new(SMALL, 0);
    Seen s = {.sizes = {40}, .n_sizes = 1};
    add(&r, 0, 40, 0);
    add(&r, 99, 40, BPF_RINGBUF_DISCARD_BIT);
    add(&r, 1, 40, 0);
    uint64_t busy = add(&r, 2, 40, BPF_RINGBUF_BUSY_BIT);
    add(&r, 3, 40, 0);
    CHECK_INT(event_ring_consume(r.reader, take, &s), 2);
    CHECK_INT(*r.consumer, busy);
    CHECK_INT(event_ring_consume(r.reader, take, &s), 0);
    put_length(&r, busy, 40);
    CHECK_INT(event_ring_consume(r.reader, take, &s), 2);
    CHECK(!s.bad);
    ring_done(&r);
}

TEST(whoever_ends_it_goes_on_behind_that) {
    Ring r = ring_new(SMALL, 0);
    Seen s = {.sizes = {16}, .n_sizes = 1, .stop_at = 2};
    for (uint32_t i = 0; i < 3; i++)
        add(&r, i, 16, 0);
    CHECK_INT(event_ring_consume(r.reader, take, &s), -EAGAIN);
    CHECK_INT(event_ring_consume(r.reader, take, &s), 1);
    CHECK(!s.bad);
    CHECK_INT(s.n, 3);
    ring_done(&r);
}

/* Record after record over the end of the ring, one of them in its last eight bytes, and the window from place to place: `rounds` times around. */
static void laps(size_t bytes, uint64_t position, const size_t *sizes, size_t n_sizes, unsigned rounds) {
    Ring r = ring_new(bytes, position);
    Seen s = {.n_sizes = n_sizes};
    memcpy(s.sizes, sizes, n_sizes * sizeof(*sizes));
    bool crossed = false;
    for (uint32_t i = 0; *r.producer < position + rounds * bytes;) {
        /* Half of the ring at once. */
        uint64_t from = *r.producer;
        uint32_t n = 0;
        for (; *r.producer - from < bytes / 2; n++, i++) {
            uint64_t at = add(&r, i, sizes[i % n_sizes], 0);
            crossed |= at / bytes != (*r.producer - 1) / bytes;
        }
        CHECK_INT(event_ring_consume(r.reader, take, &s), n);
    }
    CHECK(crossed);
    CHECK(!s.bad);
    CHECK_INT(*r.consumer, *r.producer);
    ring_done(&r);
}

TEST(around_the_end) {
    laps(SMALL, 0, (const size_t[]) {1008, 1500, 8, 3}, 4, 20);
    laps(SMALL, SMALL - 8, (const size_t[]) {56}, 1, 3);
    laps(SMALL, UINT64_MAX - 16 * SMALL + 1, (const size_t[]) {1000, 17}, 2, 4);
}

TEST(the_window_moves) {
    laps(LARGE, 0, (const size_t[]) {1008, 20000, 300}, 3, 5);
    laps(LARGE, LARGE - 4096, (const size_t[]) {32000}, 1, 3);
}

TEST(what_cannot_be_is_refused) {
    Ring r = ring_new(LARGE, 4096);
    Seen s = {.sizes = {16}, .n_sizes = 1};
    uint64_t at = add(&r, 0, 16, 0);
    put_length(&r, at, 17); /* behind what was written, by its padding */
    CHECK_INT(event_ring_consume(r.reader, take, &s), -EBADMSG);
    put_length(&r, at, 0x3fffffff);
    CHECK_INT(event_ring_consume(r.reader, take, &s), -EBADMSG);
    *r.producer = at + LARGE;
    put_length(&r, at, 400 << 10); /* longer than an event can be */
    CHECK_INT(event_ring_consume(r.reader, take, &s), -EBADMSG);
    *r.producer = at + LARGE + 8; /* more than the ring holds */
    CHECK_INT(event_ring_consume(r.reader, take, &s), -EBADMSG);
    *r.producer = at - 8;
    CHECK_INT(event_ring_consume(r.reader, take, &s), -EBADMSG);
    CHECK_INT(*r.consumer, at);
    CHECK_INT(s.n, 0);
    /* Right again. */
    *r.producer = at;
    add(&r, 0, 16, 0);
    CHECK_INT(event_ring_consume(r.reader, take, &s), 1);
    CHECK(!s.bad);
    ring_done(&r);
}

TEST(no_ring) {
    CHECK(event_ring_new(-1, SMALL) == NULL);
    event_ring_free(NULL);
}

TEST_MAIN()
