/* SPDX-License-Identifier: Apache-2.0 */
/* Error: the message beside a negative errno, for failures of ours or of the world (not of a document: see diag.h).
 * Functions take `Error *err`, which may be NULL; on failure they set it once, callers may wrap it. The library never
 * prints: cmd/ does. */
#pragma once

#include "base/macro.h"

typedef struct Error {
    int code;      /* negative errno, 0 when unset */
    char *message; /* owned */
} Error;

#define _cleanup_error_ _cleanup_(error_done)

/* Sets (replacing what was there) and returns `code`. */
int error_set(Error *err, int code, const char *fmt, ...) _printf_(3, 4);
/* As error_set, then ": " and strerror(-code). */
int error_errno(Error *err, int code, const char *fmt, ...) _printf_(3, 4);
/* Puts "fmt: " in front of the message that is there (or of strerror(-code)); returns `code`. */
int error_wrap(Error *err, int code, const char *fmt, ...) _printf_(3, 4);
/* The message, or strerror(-code) when none was set. Valid until the next call on err. */
const char *error_text(const Error *err, int code);
void error_done(Error *err);

#if defined(__clang_analyzer__) || defined(LINT)
/* What is returned is a failure. */
#define ERROR_LINT_(f, err, code, ...)     \
    ({                                     \
        int code_ = (code);                \
        lint_assume(code_ < 0);            \
        (void) f(err, code_, __VA_ARGS__); \
        code_;                             \
    })
#define error_set(...) ERROR_LINT_(error_set, __VA_ARGS__)
#define error_errno(...) ERROR_LINT_(error_errno, __VA_ARGS__)
#define error_wrap(...) ERROR_LINT_(error_wrap, __VA_ARGS__)
#endif
