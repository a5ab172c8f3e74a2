/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/event-ring.h"

#include <linux/bpf.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "runtime/wire.h"

/* What is mapped at once, and how much of an event may stick out of it. */
enum { WINDOW_BYTES = 256 << 10, EVENT_BYTES = 64 << 10 };

struct EventRing {
    int fd;
    size_t bytes, page;
    uint64_t *consumer;        /* a page each: how far it was read, how far it was written; both only grow */
    const uint64_t *producer;
    char *window;
    uint64_t from;             /* the position that the window begins at */
    size_t mapped;
};

/* The pages of the map: the reader's, the writer's, then the ring, twice in a row, so that no event is in two pieces. */
static int move_window(EventRing *r, uint64_t to) {
    if (r->window)
        munmap(r->window, r->mapped);
    r->from = to - to % r->page;
    size_t at = r->from & (r->bytes - 1);
    r->mapped = MIN((size_t) WINDOW_BYTES + EVENT_BYTES, 2 * r->bytes - at);
    r->window = mmap(NULL, r->mapped, PROT_READ, MAP_SHARED, r->fd, (off_t) (2 * r->page + at));
    if (r->window == MAP_FAILED) {
        r->window = NULL;
        return -errno;
    }
    return 0;
}

EventRing *event_ring_new(int fd, size_t bytes) {
    EventRing *r = xcalloc(1, sizeof(*r));
    *r = (EventRing) {.fd = fd, .bytes = bytes, .page = (size_t) sysconf(_SC_PAGESIZE)};
    void *consumer = mmap(NULL, r->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    void *producer = consumer == MAP_FAILED ? MAP_FAILED : mmap(NULL, r->page, PROT_READ, MAP_SHARED, fd, (off_t) r->page);
    if (consumer != MAP_FAILED)
        r->consumer = consumer;
    if (producer != MAP_FAILED)
        r->producer = producer;
    if (r->producer)
        return r;
    int error = errno;
    event_ring_free(r);
    errno = error;
    return NULL;
}

void event_ring_free(EventRing *r) {
    if (!r)
        return;
    if (r->consumer)
        munmap(r->consumer, r->page);
    if (r->producer)
        munmap((void *) (uintptr_t) r->producer, r->page);
    if (r->window)
        munmap(r->window, r->mapped);
    free(r);
}

/* The record at a position: its header is the length, with two bits. */
static int record_at(EventRing *r, uint64_t position, const char **ret) {
    uint64_t end = r->from + r->mapped - MIN(r->bytes, (size_t) EVENT_BYTES);
    int x = 0;
    if (!r->window || position < r->from || position >= end)
        x = move_window(r, position);
    *ret = x < 0 ? NULL : r->window + (position - r->from);
    return x;
}

int event_ring_consume(EventRing *r, int (*each)(void *userdata, Str event), void *userdata) {
    uint64_t at = *r->consumer;
    int n = 0, x = 0;
    for (bool more = true; more && x >= 0;) {
        uint64_t end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);
        if (end - at > r->bytes)
            return -EBADMSG; /* more than there is room for, or less than was read */
        more = at < end;
        while (at < end && x >= 0) {
            const char *record;
            x = record_at(r, at, &record);
            uint32_t length = x < 0 ? 0 : __atomic_load_n((const uint32_t *) (const void *) record, __ATOMIC_ACQUIRE), size = length & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
            if (x < 0 || length & BPF_RINGBUF_BUSY_BIT) {
                more = false;
                break;
            }
            uint64_t next = at + ((BPF_RINGBUF_HDR_SZ + (uint64_t) size + 7) & ~7ull);
            if (next > end || BPF_RINGBUF_HDR_SZ + size > r->mapped - (at - r->from))
                return -EBADMSG; /* none of ours is that long */
            if (!(length & BPF_RINGBUF_DISCARD_BIT)) {
                x = each(userdata, str_n(record + BPF_RINGBUF_HDR_SZ, size));
                n += x >= 0;
            }
            at = next;
            __atomic_store_n(r->consumer, at, __ATOMIC_RELEASE);
        }
    }
    return x < 0 ? x : n;
}
