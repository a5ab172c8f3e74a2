/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

struct ArenaChunk {
    ArenaChunk *prev;
    size_t n, cap;
    _Alignas(16) char data[];
};

struct ArenaDefer {
    ArenaDefer *before;
    void (*f)(void *p);
    void *p;
};

enum { CHUNK_MIN = 16 * 1024, CHUNK_MAX = 1024 * 1024 };

static char *take(Arena *a, size_t n, size_t align) {
    if (a->max && (n > a->max || a->used > a->max - n)) {
        errno = E2BIG;
        return NULL;
    }
    ArenaChunk *c = a->last;
    size_t at = c ? (c->n + align - 1) & ~(align - 1) : 0;
    if (!c || at > c->cap || n > c->cap - at) {
        /* Chunks double, so that a small tree costs little and a large one few calls. */
        size_t cap = c ? MIN(c->cap * 2, (size_t) CHUNK_MAX) : a->first ? a->first : CHUNK_MIN;
        cap = MAX(cap, n);
        ArenaChunk *fresh = xmalloc(sizeof(ArenaChunk) + cap);
        *fresh = (ArenaChunk) {.prev = c, .cap = cap};
        a->last = c = fresh;
        at = 0;
    }
    c->n = at + n;
    a->used += n;
    return c->data + at;
}

void *arena_alloc(Arena *a, size_t n) {
    char *p = take(a, n, 16);
    return p ? memset(p, 0, n) : NULL;
}

char *arena_bytes(Arena *a, size_t n) {
    return take(a, n, 1);
}

Str arena_str(Arena *a, Str s) {
    char *p = take(a, s.n + 1, 1);
    if (!p)
        return STR_NULL;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return (Str) {p, s.n};
}

Str arena_printf(Arena *a, const char *fmt, ...) {
    char small[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : take(a, (size_t) n + 1, 1);
    if (!p)
        return STR_NULL;
    if ((size_t) n < sizeof(small)) {
        memcpy(p, small, (size_t) n + 1);
        return (Str) {p, (size_t) n};
    }
    va_start(ap, fmt);
    vsnprintf(p, (size_t) n + 1, fmt, ap);
    va_end(ap);
    return (Str) {p, (size_t) n};
}

void arena_defer(Arena *a, void (*f)(void *p), void *p) {
    ArenaDefer *d = xmalloc(sizeof(*d));
    *d = (ArenaDefer) {a->defers, f, p};
    a->defers = d;
}

void arena_done(Arena *a) {
    for (ArenaDefer *d = a->defers, *before; d; d = before) {
        before = d->before;
        d->f(d->p);
        free(d);
    }
    for (ArenaChunk *c = a->last, *prev; c; c = prev) {
        prev = c->prev;
        free(c);
    }
    *a = (Arena) {.max = a->max, .first = a->first};
}

Str arena_hex(Arena *a, Str bytes) {
    static const char digits[] = "0123456789abcdef";
    char *p = arena_bytes(a, bytes.n * 2);
    for (size_t i = 0; i < bytes.n; i++) {
        p[2 * i] = digits[(unsigned char) bytes.p[i] >> 4];
        p[2 * i + 1] = digits[bytes.p[i] & 15];
    }
    return str_n(p, bytes.n * 2);
}
