/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"

int (diag_add)(Diag *d, DiagLevel level, const char *file, uint32_t line, uint32_t col, const char *fmt, ...) {
    int r = level == DIAG_ERROR ? -EINVAL : 0;
    if (!d)
        return r;
    if (level == DIAG_ERROR)
        d->errors++;
    else
        d->warnings++;
    if (d->items.n >= DIAG_KEEP)
        return r;
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = xstrdup(fmt);
    va_end(ap);
    vec_push(&d->items, (DiagItem) {level, file ? xstrdup(file) : NULL, line, col, text});
    return r;
}

char *diag_item_text(const DiagItem *item) {
    const char *file = item->file ? item->file : "input";
    const char *level = item->level == DIAG_ERROR ? "error" : "warning";
    if (item->line && item->col)
        return xasprintf("%s:%u:%u: %s: %s", file, item->line, item->col, level, item->message);
    if (item->line)
        return xasprintf("%s:%u: %s: %s", file, item->line, level, item->message);
    return xasprintf("%s: %s: %s", file, level, item->message);
}

char *diag_text(const Diag *d) {
    Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < d->items.n; i++) {
        _cleanup_free_ char *line = diag_item_text(&d->items.p[i]);
        buf_printf(&b, "%s\n", line);
    }
    size_t all = d->errors + d->warnings;
    if (all > d->items.n)
        buf_printf(&b, "… and %zu more\n", all - d->items.n);
    return buf_take(&b);
}

void diag_done(Diag *d) {
    for (size_t i = 0; i < d->items.n; i++) {
        free(d->items.p[i].file);
        free(d->items.p[i].message);
    }
    vec_done(&d->items);
    *d = (Diag) {0};
}
