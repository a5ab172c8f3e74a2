/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { READERS = 2 };
static const uint64_t never = UINT64_MAX;

/* Each side's words lie in cache lines of their own. A side that waits says which position of the other it waits for: to be woken earlier would only make it wait
 * again. Sleeping and waking is what a ring costs: on a machine with nothing else to do each is an idle processor that must be roused, tens of microseconds in a virtual one. */
struct RingShared {
    _Alignas(64) _Atomic uint64_t head;
    _Atomic uint64_t writer_waits;              /* for this tail of every reader; `never`: it does not wait */
    struct {
        _Alignas(64) _Atomic uint64_t tail;     /* `never`: there is no such reader */
        _Atomic uint64_t waits;                 /* for this head */
        _Atomic uint32_t written;               /* futex word: bumped by commits that it waits for */
    } reader[READERS];
    _Alignas(64) _Atomic uint32_t consumed;     /* futex word: bumped by consumption a writer waits for */
    _Alignas(64) _Atomic uint32_t finished;
    _Atomic uint32_t aborted;
};

enum { HEADER = 4096 };

static void futex_wait(_Atomic uint32_t *word, uint32_t seen) {
    syscall(SYS_futex, word, FUTEX_WAIT, seen, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word) {
    atomic_fetch_add(word, 1);
    syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

/* Wakes whoever waits for a position that was reached, once: it may be long until it runs and says itself that it does not wait any more. */
static void wake_at(_Atomic uint64_t *waits, uint64_t reached, _Atomic uint32_t *word) {
    uint64_t at = atomic_load(waits);
    if (reached >= at && atomic_compare_exchange_strong(waits, &at, never))
        futex_wake(word);
}

static size_t round_size(size_t size) {
    size_t n = HEADER;
    while (n < size)
        n *= 2;
    return n;
}

static int map(int fd, size_t size, Ring *ret) {
    char *p = mmap(NULL, HEADER + size, PROT_READ | PROT_WRITE, fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return -errno;
    *ret = (Ring) {.shared = (RingShared *) (void *) p, .data = p + HEADER, .size = size, .fd = -1};
    return 0;
}

/* Whoever makes a ring says that nobody waits. */
static void begin(const Ring *r) {
    atomic_store(&r->shared->reader[1].tail, never);
    atomic_store(&r->shared->writer_waits, never);
    for (size_t i = 0; i < READERS; i++)
        atomic_store(&r->shared->reader[i].waits, never);
}

int ring_create(size_t size, Ring *ret, Error *err) {
    size = round_size(size);
    _cleanup_fd_ int fd = memfd_create("plimsoll-ring", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t) (HEADER + size)) < 0)
        return error_errno(err, -errno, "making shared memory of %zu bytes", size);
    int r = map(fd, size, ret);
    if (r < 0)
        return error_errno(err, r, "mapping shared memory of %zu bytes", size);
    begin(ret);
    ret->fd = take_fd(&fd);
    return 0;
}

int ring_map(int fd, size_t size, Ring *ret) {
    return map(fd, round_size(size), ret);
}

int ring_private(size_t size, Ring *ret_writer, Ring *ret_reader) {
    int r = map(-1, round_size(size), ret_writer);
    if (r < 0)
        return r;
    begin(ret_writer);
    *ret_reader = *ret_writer;
    return 0;
}

Ring ring_second_reader(Ring *writer) {
    Ring r = *writer;
    atomic_store(&r.shared->reader[1].tail, 0);
    writer->two = true;
    r.fd = -1;
    r.reader = 1;
    return r;
}

void ring_done(Ring *r) {
    if (r->shared)
        munmap(r->shared, HEADER + r->size);
    fd_closep(&r->fd);
    *r = (Ring) {.fd = -1};
}

/* Takes over a reader's position when it is a possible one. */
static bool see(Ring *r, unsigned reader, uint64_t *seen) {
    uint64_t tail = atomic_load_explicit(&r->shared->reader[reader].tail, memory_order_acquire);
    if (tail < *seen || tail > r->head)
        r->broken = true;
    else
        *seen = tail;
    return !r->broken;
}

static bool see_tails(Ring *r) {
    return see(r, 0, &r->tail) && (!r->two || see(r, 1, &r->second));
}

/* What no reader needs any more. */
static uint64_t last_tail(const Ring *r) {
    return r->two ? MIN(r->tail, r->second) : r->tail;
}

static bool see_head(Ring *r) {
    uint64_t head = atomic_load_explicit(&r->shared->head, memory_order_acquire);
    if (head < r->head || head - r->tail > r->size)
        r->broken = true;
    else
        r->head = head;
    return !r->broken;
}

ssize_t ring_reserve(Ring *r, size_t want, char **ret) {
    RingShared *s = r->shared;
    /* A quarter of the ring is worth waking up for; less would make the two sides take turns. */
    const size_t worth = r->size / 4, least = MIN(want, worth);
    for (;;) {
        if (atomic_load(&s->aborted) || !see_tails(r))
            return -EPIPE;
        size_t room = r->size - (size_t) (r->head - last_tail(r));
        size_t at = (size_t) r->head & (r->size - 1);
        size_t span = MIN(room, r->size - at);
        if (room >= least && span > 0) {
            *ret = r->data + at;
            return (ssize_t) MIN(span, want);
        }
        uint32_t seen = atomic_load(&s->consumed);
        atomic_store(&s->writer_waits, r->head + worth - r->size);
        if (atomic_load(&s->reader[0].tail) == r->tail && (!r->two || atomic_load(&s->reader[1].tail) == r->second) && !atomic_load(&s->aborted))
            futex_wait(&s->consumed, seen);
        atomic_store(&s->writer_waits, never);
    }
}

void ring_commit(Ring *r, size_t n) {
    r->head += n;
    atomic_store(&r->shared->head, r->head);
    for (size_t i = 0; i < READERS; i++)
        wake_at(&r->shared->reader[i].waits, r->head, &r->shared->reader[i].written);
}

int ring_write(Ring *r, const void *p, size_t n) {
    const char *from = p;
    while (n) {
        char *to;
        ssize_t span = ring_reserve(r, n, &to);
        if (span < 0)
            return (int) span;
        memcpy(to, from, (size_t) span);
        ring_commit(r, (size_t) span);
        from += span;
        n -= (size_t) span;
    }
    return 0;
}

static void wake_readers(const Ring *r) {
    for (size_t i = 0; i < READERS; i++)
        futex_wake(&r->shared->reader[i].written);
}

void ring_finish(Ring *r) {
    atomic_store(&r->shared->finished, 1);
    wake_readers(r);
}

ssize_t ring_peek(Ring *r, size_t want, const char **ret) {
    RingShared *s = r->shared;
    want = MIN(MAX(want, (size_t) 1), r->size / 2);
    for (;;) {
        if (atomic_load(&s->aborted))
            return -EPIPE;
        bool finished = atomic_load(&s->finished);
        if (!see_head(r))
            return -EPIPE;
        size_t have = (size_t) (r->head - r->tail);
        size_t at = (size_t) r->tail & (r->size - 1);
        if (have >= want || (finished && have > 0) || (have > 0 && at + have >= r->size)) {
            *ret = r->data + at;
            return (ssize_t) MIN(have, r->size - at);
        }
        if (finished)
            return 0;
        uint32_t seen = atomic_load(&s->reader[r->reader].written);
        atomic_store(&s->reader[r->reader].waits, r->tail + MIN(want, r->size - at));
        if (atomic_load(&s->head) == r->head && !atomic_load(&s->finished) && !atomic_load(&s->aborted))
            futex_wait(&s->reader[r->reader].written, seen);
        atomic_store(&s->reader[r->reader].waits, never);
    }
}

void ring_consume(Ring *r, size_t n) {
    r->tail += n;
    atomic_store(&r->shared->reader[r->reader].tail, r->tail);
    /* The last of the readers that the writer waits for wakes it. */
    const uint64_t last = MIN(atomic_load(&r->shared->reader[0].tail), atomic_load(&r->shared->reader[1].tail));
    wake_at(&r->shared->writer_waits, last, &r->shared->consumed);
}

void ring_abort(Ring *r) {
    atomic_store(&r->shared->aborted, 1);
    wake_readers(r);
    futex_wake(&r->shared->consumed);
}
