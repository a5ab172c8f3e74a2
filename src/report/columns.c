/* SPDX-License-Identifier: Apache-2.0 */
#include "report/columns.h"

#include <stdarg.h>
#include <stdio.h>

#include "report/text.h"

Columns columns_new(const char *const *names) {
    Columns c = {0};
    while (names[c.n] && c.n < COLUMNS_MAX) {
        c.names[c.n] = names[c.n];
        c.n++;
    }
    return c;
}

void columns_done(Columns *c) {
    for (size_t i = 0; i < c->cells.n; i++)
        free(c->cells.p[i]);
    vec_done(&c->cells);
}

void columns_cell(Columns *c, Str text) {
    Buf b = buf_new(BUF_OWN_MAX);
    text_clean(&b, text);
    vec_push(&c->cells, buf_take(&b));
}

void columns_cellf(Columns *c, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    char *text = NULL;
    int n = vasprintf(&text, fmt, args);
    va_end(args);
    columns_cell(c, n < 0 ? STR("") : str_n(text, (size_t) n));
    if (n >= 0)
        free(text);
}

static void line(const char *const *cells, size_t n, const unsigned *widths, unsigned width, Buf *out) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    unsigned at = 0;
    for (size_t i = 0; i < n; i++) {
        Str cell = str_from(cells[i]);
        buf_str(&b, cell);
        at += text_width(cell);
        unsigned end = 0;
        for (size_t k = 0; k <= i; k++)
            end += widths[k] + 2;
        if (i + 1 < n && end > at) {
            text_spaces(&b, end - at);
            at = end;
        }
    }
    Str all = buf_view(&b);
    while (all.n && all.p[all.n - 1] == ' ')
        all.n--;
    if (width)
        text_cut(out, all, width);
    else
        buf_str(out, all);
    buf_putc(out, '\n');
}

void columns_write(const Columns *c, unsigned width, Buf *out) {
    unsigned widths[COLUMNS_MAX] = {0};
    if (!c->cells.n || !c->n)
        return;
    TextLocale locale = text_locale_enter();
    for (size_t i = 0; i < c->n; i++)
        widths[i] = text_width(str_from(c->names[i]));
    for (size_t i = 0; i < c->cells.n; i++)
        widths[i % c->n] = MAX(widths[i % c->n], text_width(str_from(c->cells.p[i])));
    line(c->names, c->n, widths, width, out);
    for (size_t i = 0; i + c->n <= c->cells.n; i += c->n)
        line((const char *const *) c->cells.p + i, c->n, widths, width, out);
    text_locale_leave(&locale);
}
