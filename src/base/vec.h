/* SPDX-License-Identifier: Apache-2.0 */
/* Vec: a typed growable array. `Vec(int) v = {0}; vec_push(&v, 3); v.p[0]; v.n; vec_done(&v);`
 * Its growth is for counts that a Limits has bounded already; it aborts when memory is out. */
#pragma once

#include <stdlib.h>

#include "base/alloc.h"

#define Vec(T)         \
    struct {           \
        T *p;          \
        size_t n, cap; \
    }

#define vec_reserve(v, more)                                             \
    do {                                                                 \
        size_t need_ = (v)->n + (more);                                  \
        if (need_ > (v)->cap) {                                          \
            (v)->cap = MAX(MAX((v)->cap * 2, (size_t) 8), need_);        \
            (v)->p = xreallocarray((v)->p, (v)->cap, sizeof(*(v)->p));   \
        }                                                                \
    } while (0)

#define vec_push(v, ...)                      \
    do {                                      \
        vec_reserve((v), 1);                  \
        (v)->p[(v)->n++] = (__VA_ARGS__);     \
    } while (0)

#define vec_done(v)        \
    do {                   \
        free((v)->p);      \
        (v)->p = NULL;     \
        (v)->n = (v)->cap = 0; \
    } while (0)

#define vec_sort(v, cmp)                                   \
    do {                                                   \
        if ((v)->n > 1)                                    \
            qsort((v)->p, (v)->n, sizeof(*(v)->p), (cmp)); \
    } while (0)
