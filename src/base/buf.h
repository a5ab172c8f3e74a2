/* SPDX-License-Identifier: Apache-2.0 */
/* Buf: a growable byte buffer that always has a maximum. It keeps a NUL behind its last byte. */
#pragma once

#include "base/str.h"

typedef struct Buf {
    char *p;
    size_t n, cap;
    size_t max;  /* bytes; appending beyond gives -E2BIG and leaves the content as it was */
    int failed;  /* the first error of any append, so that a chain can be checked once at its end */
} Buf;

/* A buffer for our own output, whose size we decide: 1 GiB at most. */
#define BUF_OWN_MAX ((size_t) 1 << 30)

static inline Buf buf_new(size_t max) {
    return (Buf) {.max = max};
}
void buf_done(Buf *b);
void buf_clear(Buf *b);
/* 0, or -E2BIG / -ENOMEM. */
int buf_reserve(Buf *b, size_t more);
int buf_add_growing(Buf *b, const void *p, size_t n);
/* What fits is copied where it is called: writers of reports add a few bytes at a time, hundreds of millions of times. */
static inline int buf_add(Buf *b, const void *p, size_t n) {
    if (n == 0 || n >= b->cap - b->n)
        return buf_add_growing(b, p, n);
    memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
    return 0;
}
static inline int buf_str(Buf *b, Str s) {
    return buf_add(b, s.p, s.n);
}
int buf_putz(Buf *b, const char *z);
static inline int buf_putc(Buf *b, char c) {
    return buf_add(b, &c, 1);
}
int buf_printf(Buf *b, const char *fmt, ...) _printf_(2, 3);
static inline Str buf_view(const Buf *b) {
    return (Str) {b->p ? b->p : "", b->n};
}
/* Hands the bytes over (NUL-terminated, never NULL); the caller frees. The buffer is empty afterwards. */
char *buf_take(Buf *b);
