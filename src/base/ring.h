/* SPDX-License-Identifier: Apache-2.0 */
/* Ring: a byte stream between two processes (or threads) through shared memory, one writer and one reader, or two that each see all of it.
 * Measured against a pipe it halves the cost of moving a decompressed layer. Neither side trusts the positions that the other
 * writes: they are checked against what this side knows. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct RingShared RingShared;

typedef struct Ring {
    RingShared *shared;
    char *data;
    size_t size;       /* bytes of data, a power of two */
    int fd;            /* memfd; owned by ring_create()'s side, -1 after ring_map() */
    uint64_t head;     /* writer: bytes written. reader: last seen */
    uint64_t tail;     /* reader: bytes consumed. writer: last seen */
    uint64_t second;   /* writer that has a second reader: its bytes consumed, last seen */
    bool two;          /* writer: there is a second reader */
    unsigned reader;   /* which one this is: 0, 1 */
    bool broken;       /* the other side wrote an impossible position */
} Ring;

/* `size` is rounded up to a power of two of at least a page. */
int ring_create(size_t size, Ring *ret, Error *err);
/* Maps a ring that another process created; `size` must be what was asked there. */
int ring_map(int fd, size_t size, Ring *ret);
/* Both ends of a ring between two threads of one process: for those that may make no file. ring_done() one of them. */
int ring_private(size_t size, Ring *ret_writer, Ring *ret_reader);
/* A second reader in the writer's own process, to be made before anything is written; from then on the writer waits for both. It lives in the writer's mapping: it is not to
 * be given to ring_done(). */
Ring ring_second_reader(Ring *writer);
void ring_done(Ring *r);

/* Writer: waits for room and gives a contiguous span of at most `want` bytes: its length, or -EPIPE when the reader has
 * gone. Nothing is visible until ring_commit(). */
ssize_t ring_reserve(Ring *r, size_t want, char **ret);
void ring_commit(Ring *r, size_t n);
int ring_write(Ring *r, const void *p, size_t n);
/* No more bytes will come. */
void ring_finish(Ring *r);

/* Reader: waits until at least `want` bytes (at most half the ring's size) or the end, and gives what lies contiguous: its
 * length, 0 at the end, -EPIPE when the ring was aborted. It stays valid until ring_consume(). */
ssize_t ring_peek(Ring *r, size_t want, const char **ret);
void ring_consume(Ring *r, size_t n);
/* Either side, or a watcher: wakes both for good. */
void ring_abort(Ring *r);
