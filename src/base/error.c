/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

_printf_(1, 0) static char *format(const char *fmt, va_list ap) {
    char *text = NULL;
    return vasprintf(&text, fmt, ap) < 0 ? xstrdup(fmt) : text;
}

static void replace(Error *err, int code, char *message) {
    free(err->message);
    *err = (Error) {code, message};
}

int (error_set)(Error *err, int code, const char *fmt, ...) {
    if (!err)
        return code;
    va_list ap;
    va_start(ap, fmt);
    char *text = format(fmt, ap);
    va_end(ap);
    replace(err, code, text);
    return code;
}

int (error_errno)(Error *err, int code, const char *fmt, ...) {
    if (!err)
        return code;
    va_list ap;
    va_start(ap, fmt);
    _cleanup_free_ char *text = format(fmt, ap);
    va_end(ap);
    replace(err, code, xasprintf("%s: %s", text, strerror(-code)));
    return code;
}

int (error_wrap)(Error *err, int code, const char *fmt, ...) {
    if (!err)
        return code;
    va_list ap;
    va_start(ap, fmt);
    _cleanup_free_ char *text = format(fmt, ap);
    va_end(ap);
    replace(err, code, xasprintf("%s: %s", text, error_text(err, code)));
    return code;
}

const char *error_text(const Error *err, int code) {
    return err && err->message ? err->message : strerror(-code);
}

void error_done(Error *err) {
    free(err->message);
    *err = (Error) {0};
}
