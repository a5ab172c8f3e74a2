/* SPDX-License-Identifier: Apache-2.0 */
#include "report/text.h"

#include <locale.h>
#include <stdarg.h>
#include <wchar.h>

uint32_t text_next(Str *rest, bool *ret_valid) {
    const unsigned char *p = (const unsigned char *) rest->p;
    size_t n = rest->n, len = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    bool ok = len > 0 && len <= n;
    uint32_t cp = 0;
    if (ok) {
        cp = len == 1 ? p[0] : p[0] & (0x7fu >> len);
        for (size_t i = 1; i < len && ok; i++) {
            ok = (p[i] & 0xc0) == 0x80;
            cp = cp << 6 | (p[i] & 0x3fu);
        }
        ok = ok && cp >= least[len] && cp <= 0x10ffff && !(cp >= 0xd800 && cp < 0xe000);
    }
    *rest = str_from_at(*rest, ok ? len : 1);
    if (ret_valid)
        *ret_valid = ok;
    return ok ? cp : 0xfffd;
}

void text_put(Buf *out, uint32_t cp) {
    char b[4];
    size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    if (n == 1) {
        b[0] = (char) cp;
    } else {
        for (size_t i = n - 1; i > 0; i--) {
            b[i] = (char) (0x80 | (cp & 0x3f));
            cp >>= 6;
        }
        b[0] = (char) ((0xf00u >> n) | cp);
    }
    buf_add(out, b, n);
}

/* Characters that move the cursor, change direction or cannot be seen. */
static bool invisible(uint32_t cp) {
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0xad || cp == 0x61c || (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
           (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || (cp >= 0xfff0 && cp <= 0xfffb) || (cp >= 0xe0000 && cp <= 0xe0fff);
}

void text_clean(Buf *out, Str s) {
    while (s.n) {
        Str before = s;
        uint32_t cp = text_next(&s, NULL);
        if (cp == '\t' || cp == '\n' || cp == '\r')
            buf_putc(out, ' ');
        else if (cp < 0x20 || cp == 0x7f)
            buf_printf(out, "\\x%02x", cp);
        else if (invisible(cp))
            buf_printf(out, "\\u{%x}", cp);
        else if (cp == 0xfffd)
            text_put(out, cp);
        else
            buf_add(out, before.p, before.n - s.n);
    }
}

static void cleanv(Buf *out, const char *fmt, va_list ap) _printf_(2, 0);
static void cleanv(Buf *out, const char *fmt, va_list ap) {
    char *text = NULL;
    int n = vasprintf(&text, fmt, ap);
    if (n < 0)
        return;
    text_clean(out, (Str) {text, (size_t) n});
    free(text);
}

void text_cleanf(Buf *out, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    cleanv(out, fmt, ap);
    va_end(ap);
}

void text_line(Buf *out, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    cleanv(out, fmt, ap);
    va_end(ap);
    buf_putc(out, '\n');
}

void text_xml(Buf *out, Str s) {
    while (s.n) {
        Str before = s;
        uint32_t cp = text_next(&s, NULL);
        switch (cp) {
        case '&': buf_putz(out, "&amp;"); break;
        case '<': buf_putz(out, "&lt;"); break;
        case '>': buf_putz(out, "&gt;"); break;
        case '"': buf_putz(out, "&quot;"); break;
        case '\'': buf_putz(out, "&#39;"); break;
        case '\t': buf_putz(out, "&#9;"); break;
        case '\n': buf_putz(out, "&#10;"); break;
        case '\r': buf_putz(out, "&#13;"); break;
        default:
            if (cp < 0x20 || cp == 0xfffe || cp == 0xffff || cp == 0xfffd)
                text_put(out, 0xfffd);
            else
                buf_add(out, before.p, before.n - s.n);
        }
    }
}

void text_html(Buf *out, Str s) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    text_clean(&b, s);
    text_xml(out, buf_view(&b));
}

void text_markdown(Buf *out, Str s) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    text_clean(&b, s);
    for (size_t i = 0; i < b.n; i++) {
        char c = b.p[i];
        if (c == '<')
            buf_putz(out, "&lt;");
        else if (c == '>')
            buf_putz(out, "&gt;");
        else if (c == '&')
            buf_putz(out, "&amp;");
        else if (c == '@')
            buf_putz(out, "&#64;"); /* no mention of somebody by a package's title */
        else {
            if (strchr("\\`*_{}[]#|~!", c))
                buf_putc(out, '\\');
            buf_putc(out, c);
        }
    }
}

void text_markdown_code(Buf *out, Str s) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    text_clean(&b, s);
    if (b.n == 0)
        return;
    buf_putc(out, '`');
    for (size_t i = 0; i < b.n; i++) {
        if (b.p[i] == '|')
            buf_putz(out, "\\|");
        else
            buf_putc(out, b.p[i] == '`' ? '\'' : b.p[i]);
    }
    buf_putc(out, '`');
}

TextLocale text_locale_enter(void) {
    TextLocale l = {0};
    locale_t u = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
    if (u) {
        l.used = u;
        l.before = uselocale(u);
    }
    return l;
}

void text_locale_leave(TextLocale *l) {
    if (l->used) {
        uselocale((locale_t) l->before);
        freelocale((locale_t) l->used);
    }
    *l = (TextLocale) {0};
}

static unsigned cp_width(uint32_t cp) {
    if (cp >= 0x20 && cp < 0x7f)
        return 1;
    int w = wcwidth((wchar_t) cp);
    return w < 0 ? 1 : (unsigned) w;
}

unsigned text_width(Str s) {
    unsigned w = 0;
    while (s.n)
        w += cp_width(text_next(&s, NULL));
    return w;
}

size_t text_fit(Str s, unsigned columns) {
    Str rest = s;
    unsigned w = 0;
    while (rest.n) {
        Str before = rest;
        w += cp_width(text_next(&rest, NULL));
        if (w > columns)
            return s.n - before.n;
    }
    return s.n;
}

void text_cut(Buf *out, Str s, unsigned columns) {
    size_t n = text_fit(s, columns);
    if (n == s.n) {
        buf_str(out, s);
    } else if (columns > 0) {
        buf_str(out, str_head(s, text_fit(s, columns - 1)));
        buf_putz(out, "…");
    }
}

void text_spaces(Buf *out, unsigned n) {
    while (n--)
        buf_putc(out, ' ');
}

void text_wrap(Buf *out, Str s, unsigned columns, unsigned indent, unsigned at) {
    Str word;
    bool first = true; /* on this line */
    unsigned room = columns > indent + 10 ? columns : indent + 10;
    while (str_split(&s, ' ', &word)) {
        if (word.n == 0)
            continue;
        unsigned w = columns ? text_width(word) : 0;
        if (columns && !first && at + 1 + w > room) {
            buf_putc(out, '\n');
            text_spaces(out, indent);
            at = indent;
            first = true;
        }
        if (!first) {
            buf_putc(out, ' ');
            at++;
        }
        while (columns && at + w > room) {
            size_t n = text_fit(word, room > at ? room - at : 1);
            if (n == 0)
                break;
            buf_str(out, str_head(word, n));
            w -= text_width(str_head(word, n));
            word = str_from_at(word, n);
            buf_putc(out, '\n');
            text_spaces(out, indent);
            at = indent;
        }
        buf_str(out, word);
        at += w;
        first = false;
    }
}

void text_count(Buf *out, uint64_t n) {
    char digits[32];
    int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long) n);
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            buf_putc(out, ',');
        buf_putc(out, digits[i]);
    }
}

void text_bytes(Buf *out, uint64_t n) {
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t u = 0;
    uint64_t whole = n, tenths = 0;
    while (whole >= 1000 && u + 1 < ARRAY_SIZE(units)) {
        tenths = whole % 1000 / 100;
        whole /= 1000;
        u++;
    }
    if (u == 0)
        buf_printf(out, "%llu B", (unsigned long long) n);
    else
        buf_printf(out, "%llu.%llu %s", (unsigned long long) whole, (unsigned long long) tenths, units[u]);
}
