/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"

void buf_done(Buf *b) {
    free(b->p);
    *b = buf_new(b->max);
}

void buf_clear(Buf *b) {
    b->n = 0;
    b->failed = 0;
    if (b->p)
        b->p[0] = 0;
}

static int fail(Buf *b, int r) {
    if (!b->failed)
        b->failed = r;
    return r;
}

int buf_reserve(Buf *b, size_t more) {
    if (more > b->max || b->n > b->max - more)
        return fail(b, -E2BIG);
    size_t need = b->n + more + 1;
    if (need <= b->cap)
        return 0;
    size_t cap = MAX(b->cap * 2, (size_t) 64);
    cap = MAX(MIN(cap, b->max + 1), need);
    char *p = realloc(b->p, cap);
    if (!p)
        return fail(b, -ENOMEM);
    b->p = p;
    b->cap = cap;
    return 0;
}

int buf_add_growing(Buf *b, const void *p, size_t n) {
    int r = buf_reserve(b, n);
    if (r < 0)
        return r;
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
    return 0;
}

int buf_putz(Buf *b, const char *z) {
    return buf_add(b, z, strlen(z));
}

int buf_printf(Buf *b, const char *fmt, ...) {
    char small[256];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(small, sizeof(small), fmt, ap);
    va_end(ap);
    if (n < 0)
        return fail(b, -EINVAL);
    if ((size_t) n < sizeof(small))
        return buf_add(b, small, (size_t) n);
    int r = buf_reserve(b, (size_t) n);
    if (r < 0)
        return r;
    va_start(ap, fmt);
    vsnprintf(b->p + b->n, (size_t) n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t) n;
    return 0;
}

char *buf_take(Buf *b) {
    char *p = b->p ? b->p : xstrdup("");
    *b = buf_new(b->max);
    return p;
}
