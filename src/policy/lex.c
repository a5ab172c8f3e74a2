/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lex.h"

Lexer lexer(const AstText *text) {
    const char *p = text->text.p ? text->text.p : "";
    return (Lexer) {.text = text, .p = p, .end = p + text->text.n, .line_start = p};
}

AstPlace lex_place(Lexer *x, const char *at) {
    const AstText *t = x->text;
    if (at < x->line_start) {
        x->line = 0;
        x->line_start = t->text.p;
    }
    const char *nl;
    while (x->line_start < at && (nl = memchr(x->line_start, '\n', (size_t) (at - x->line_start)))) {
        x->line++;
        x->line_start = nl + 1;
    }
    AstPlace start = {(uint32_t) x->line + 1, 1};
    if (x->line < t->n_lines)
        start = t->lines[x->line];
    else if (t->n_lines)
        start.line = t->lines[t->n_lines - 1].line + (uint32_t) (x->line - t->n_lines + 1);
    return (AstPlace) {start.line, start.col + (uint32_t) (at - x->line_start)};
}

bool lex_blank(Lexer *x) {
    const char *from = x->p;
    while (x->p < x->end && lex_is_blank(*x->p))
        x->p++;
    return x->p > from;
}

bool lex_take(Lexer *x, const char *z) {
    size_t n = strlen(z);
    if ((size_t) (x->end - x->p) < n || memcmp(x->p, z, n) != 0)
        return false;
    x->p += n;
    return true;
}

bool lex_at_keyword(const Lexer *x, const char *z) {
    Lexer y = *x;
    return lex_take(&y, z) && (y.p == y.end || lex_is_blank(*y.p) || *y.p == '(');
}

static bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static bool is_space(char c) {
    return lex_is_blank(c) ? c != '\b' : c == '\v' || c == '\f';
}

Str lex_identifier(Lexer *x) {
    const char *from = x->p;
    if (x->p < x->end && is_alpha(*x->p))
        while (x->p < x->end && (is_alpha(*x->p) || is_digit(*x->p) || *x->p == '_'))
            x->p++;
    return str_n(from, (size_t) (x->p - from));
}

Str lex_field(Lexer *x) {
    const char *from = x->p, *dotted = NULL;
    if (!str_empty(lex_identifier(x)))
        while (x->p < x->end && *x->p == '.') {
            x->p++;
            if (str_empty(lex_identifier(x)))
                break;
            dotted = x->p;
        }
    x->p = dotted ? dotted : from;
    return str_n(from, (size_t) (x->p - from));
}

static Str until(Lexer *x, const char *enders) {
    const char *from = x->p;
    while (x->p < x->end && !is_space(*x->p) && !(*x->p && strchr(enders, *x->p)))
        x->p++;
    return str_n(from, (size_t) (x->p - from));
}
Str lex_bare(Lexer *x) {
    return until(x, "()\"'=,");
}
Str lex_bare_arg(Lexer *x) {
    return until(x, "[]\"'");
}

Str lex_found(const Lexer *x) {
    Lexer y = *x;
    lex_blank(&y);
    const char *from = y.p;
    if (y.p < y.end)
        y.p++;
    if (y.p < y.end && !strchr("()[],", *from))
        until(&y, "()[],");
    return str_n(from, MIN((size_t) (y.p - from), (size_t) 60));
}

Str lex_number(Lexer *x) {
    const char *from = x->p, *p = from, *end = x->end;
    if (end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        const char *digits = p + 2;
        for (p = digits; p < end && (is_digit(*p) || (*p >= 'a' && *p <= 'f') || (*p >= 'A' && *p <= 'F')); p++)
            ;
        if (p > digits) {
            x->p = p;
            return str_n(from, (size_t) (p - from));
        }
        p = from;
    }
    if (p < end && (*p == '+' || *p == '-'))
        p++;
    const char *digits = p;
    while (p < end && is_digit(*p))
        p++;
    if (p == digits)
        return str_n(from, 0);
    if (p < end && *p == '.')
        for (p++; p < end && is_digit(*p); p++)
            ;
    if (end - p > 2 && (*p == 'e' || *p == 'E') && (p[1] == '+' || p[1] == '-') && is_digit(p[2]))
        for (p += 2; p < end && is_digit(*p); p++)
            ;
    x->p = p;
    return str_n(from, (size_t) (p - from));
}

Str lex_quoted(Lexer *x, bool *ret_open) {
    *ret_open = false;
    const char *from = x->p;
    if (from == x->end || (*from != '"' && *from != '\''))
        return str_n(from, 0);
    for (const char *p = from + 1; p < x->end; p++) {
        if (*p == '\\')
            p++;
        else if (*p == *from) {
            x->p = p + 1;
            return str_n(from, (size_t) (x->p - from));
        }
    }
    *ret_open = true;
    return str_n(from, 0);
}

const char *lex_unescape(Str quoted, Arena *a, Str *ret, const char **ret_at) {
    char quote = quoted.p[0];
    Str inner = str_n(quoted.p + 1, quoted.n - 2);
    if (str_chr(inner, '\\') < 0) {
        *ret = inner;
        return NULL;
    }
    /* A blank behind a backslash gives a backslash: some published rules count on it. */
    static const char from[] = "bfnrt\\/ ", to[] = "\b\f\n\r\t\\/\\";
    char *out = arena_bytes(a, inner.n);
    if (!out)
        return "too large";
    size_t n = 0;
    for (size_t i = 0; i < inner.n; i++) {
        if (inner.p[i] != '\\') {
            out[n++] = inner.p[i];
            continue;
        }
        *ret_at = inner.p + i;
        char c = inner.p[++i];
        const char *at = c ? strchr(from, c) : NULL;
        if (at)
            out[n++] = to[at - from];
        else if (c == quote)
            out[n++] = c;
        else if (c == '"' || c == '\'')
            return "this quote needs no backslash inside the other kind of quotes";
        else
            return "unknown escape; there are \\b \\f \\n \\r \\t \\\\ \\/ and the quote itself";
    }
    *ret = str_n(out, n);
    return NULL;
}
