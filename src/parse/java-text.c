/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/java-text.h"

/* Lines end with CR LF, LF or CR. */
static bool next_line(Str *rest, Str *ret) {
    if (rest->n == 0)
        return false;
    size_t n = 0;
    while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
        n++;
    *ret = str_head(*rest, n);
    size_t end = n < rest->n && rest->p[n] == '\r' && n + 1 < rest->n && rest->p[n + 1] == '\n' ? n + 2 : n + 1;
    *rest = str_from_at(*rest, end);
    return true;
}

bool java_manifest_next(JavaText *t, Str *ret_key, Str *ret_value) {
    Str line, more;
    while (next_line(&t->rest, &line)) {
        if (line.n == 0) {
            /* The sections of single files follow. */
            t->rest = STR_NULL;
            return false;
        }
        /* A line that begins with a space goes on with the one before: count, then join. */
        Str rest = t->rest, at = rest;
        size_t n = line.n;
        while (at.n && at.p[0] == ' ' && next_line(&at, &more)) {
            n += more.n - 1;
            rest = at;
        }
        if (n > line.n) {
            char *joined = arena_bytes(t->arena, n);
            size_t to = line.n;
            memcpy(joined, line.p, line.n);
            for (at = t->rest; to < n && next_line(&at, &more); to += more.n - 1)
                memcpy(joined + to, more.p + 1, more.n - 1);
            line = str_n(joined, n);
        }
        t->rest = rest;
        if (!str_cut(line, ':', ret_key, ret_value))
            continue;
        *ret_key = str_trim(*ret_key);
        *ret_value = str_trim(*ret_value);
        return true;
    }
    return false;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\f';
}

static Str skip_blanks(Str s) {
    while (s.n && is_blank(s.p[0]))
        s = str_from_at(s, 1);
    return s;
}

/* Without the backslashes of single characters ("\:"). */
static Str unescape(Arena *a, Str s) {
    if (str_chr(s, '\\') < 0)
        return s;
    char *to = arena_bytes(a, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n)
            i++;
        to[n++] = s.p[i];
    }
    return str_n(to, n);
}

bool java_property_next(JavaText *t, Str *ret_key, Str *ret_value) {
    Str line;
    while (next_line(&t->rest, &line)) {
        line = skip_blanks(line);
        if (line.n == 0 || line.p[0] == '#' || line.p[0] == '!')
            continue;
        size_t end = 0;
        while (end < line.n && line.p[end] != '=' && line.p[end] != ':' && !is_blank(line.p[end]))
            end += line.p[end] == '\\' && end + 1 < line.n ? 2 : 1;
        Str value = skip_blanks(str_from_at(line, end));
        if (value.n && (value.p[0] == '=' || value.p[0] == ':'))
            value = skip_blanks(str_from_at(value, 1));
        *ret_key = unescape(t->arena, str_head(line, end));
        *ret_value = str_trim(unescape(t->arena, value));
        return true;
    }
    return false;
}
