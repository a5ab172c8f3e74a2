/* SPDX-License-Identifier: Apache-2.0 */
/* Ownership helpers and small compiler idioms shared by every room. */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _unused_ __attribute__((unused))
#define _noreturn_ __attribute__((noreturn))
#define _malloc_ __attribute__((malloc))
#define _nonnull_ __attribute__((returns_nonnull))
#define _warn_unused_ __attribute__((warn_unused_result))

/* What the linters cannot know, since they look into one file at a time. Nothing is checked: it must be true. scripts/lint.sh defines LINT. */
#if defined(__clang_analyzer__) || defined(LINT)
#define lint_assume(x)               \
    do {                             \
        if (!(x))                    \
            __builtin_unreachable(); \
    } while (0)
#else
#define lint_assume(x) ((void) 0)
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
/* Arguments are evaluated once; unique names let the macros nest without shadowing. */
#define MIN(a, b) PICK_(a, <, b, __COUNTER__)
#define MAX(a, b) PICK_(a, >, b, __COUNTER__)
#define PICK_(a, op, b, id) PICK_2_(a, op, b, id)
#define PICK_2_(a, op, b, id)                              \
    ({                                                     \
        __typeof__(a) a_##id = (a);                        \
        __typeof__(b) b_##id = (b);                        \
        a_##id op b_##id ? a_##id : (__typeof__(a)) b_##id; \
    })

/* Moves a pointer out of a variable that a cleanup attribute watches. */
#define TAKE_PTR(p)             \
    ({                          \
        __typeof__(p) take_ = (p); \
        (p) = NULL;             \
        take_;                  \
    })

/* Defines a cleanup function `name` that calls `f` on the pointer a variable holds. */
#define DEFINE_CLEANUP(type, f, name)        \
    static inline void name(type **p) {      \
        if (*p)                              \
            f(*p);                           \
    }                                        \
    struct name##_swallow_semicolon_

/* Moves a descriptor out of a variable that `_cleanup_(fd_closep)` watches. */
static inline int take_fd(int *fd) {
    int r = *fd;
    *fd = -1;
    return r;
}

/* Closes *fd when it is one; keeps errno. */
static inline void fd_closep(int *fd) {
    if (*fd >= 0) {
        int e = errno;
        close(*fd);
        errno = e;
        *fd = -1;
    }
}
#define _cleanup_fd_ _cleanup_(fd_closep)
#define _cleanup_free_ _cleanup_(freep)

void free(void *) __attribute__((nothrow));
static inline void freep(void *p) {
    free(*(void **) p);
}
