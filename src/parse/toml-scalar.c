/* SPDX-License-Identifier: Apache-2.0 */
/* Strings, numbers, dates and times of TOML 1.0.0. */
#include <stdio.h>

#include "parse/toml-private.h"

static int digit_value(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* A control character inside of a string, which TOML wants escaped. */
static int control(Toml *t, const char *p) {
    char buf[32], message[96];
    snprintf(message, sizeof(message), "%s inside a string: control characters must be escaped", tree_describe(p, t->end, buf));
    return toml_error(t, p, message);
}

static inline bool is_control(char c) {
    return ((unsigned char) c < 0x20 && c != '\t') || c == 0x7F;
}

/* One escape at *p (on the backslash): writes its bytes to *out and moves both on. */
static int read_escape(Toml *t, const char **p, char **out) {
    const char *s = *p;
    static const char from[] = "btnfr\"\\", to[] = "\b\t\n\f\r\"\\";
    char c = s + 1 < t->end ? s[1] : 0;
    const char *plain = c ? strchr(from, c) : NULL;
    if (plain) {
        *(*out)++ = to[plain - from];
        *p = s + 2;
        return 0;
    }
    int n = c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (n == 0)
        return toml_expected(t, s + 1, "one of \"\\bfnrtuU after '\\'");
    uint32_t code = 0;
    for (int i = 0; i < n; i++) {
        int d = s + 2 + i < t->end ? digit_value(s[2 + i]) : 99;
        if (d > 15)
            return toml_error(t, s, n == 4 ? "expected four hexadecimal digits after '\\u'" : "expected eight hexadecimal digits after '\\U'");
        code = code << 4 | (uint32_t) d;
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return toml_error(t, s, "this escape is no Unicode character");
    *out += tree_put_utf8(*out, code);
    *p = s + 2 + n;
    return 0;
}

/* On the opening quote. Escapes only shrink a text, so that what lies between the quotes is room enough. */
int toml_line_string(Toml *t, Str *ret) {
    const char *open = t->p, *start = open + 1, *p = start;
    char quote = *open;
    bool escapes = false;
    for (; p < t->end && *p != quote && !is_control(*p); p++)
        if (*p == '\\' && quote == '"') {
            escapes = true;
            p++;
            if (p >= t->end || is_control(*p))
                break;
        }
    if (p >= t->end || toml_newline(t, p))
        return toml_error(t, open, "this string does not end on its line");
    if (is_control(*p))
        return control(t, p);
    t->p = p + 1;
    *ret = str_n(start, (size_t) (p - start));
    if (!escapes)
        return 0;
    char *text = arena_bytes(t->tree.arena, ret->n), *out = text;
    if (!text)
        return tree_no_memory(&t->tree, t->line, toml_col(t, open));
    for (const char *s = start; s < p;) {
        if (*s != '\\') {
            *out++ = *s++;
            continue;
        }
        int r = read_escape(t, &s, &out);
        if (r < 0)
            return r;
    }
    *ret = str_n(text, (size_t) (out - text));
    return 0;
}

/* A backslash that ends its line takes all white space up to the next character with it: the length of that, or 0. */
static const char *line_continues(const Toml *t, const char *p) {
    const char *s = p + 1;
    while (s < t->end && (*s == ' ' || *s == '\t'))
        s++;
    if (!toml_newline(t, s))
        return NULL;
    for (size_t n; s < t->end; s += n) {
        n = *s == ' ' || *s == '\t' ? 1 : toml_newline(t, s);
        if (n == 0)
            break;
    }
    return s;
}

/* Where the three quotes that close the string begin: up to two quotes may stand before them. NULL when it does not end. */
static const char *find_close(const Toml *t, const char *p, char quote) {
    for (; p < t->end; p++) {
        if (*p == '\\' && quote == '"') {
            p++;
            continue;
        }
        if (*p != quote)
            continue;
        size_t n = 1;
        while (n < 5 && p + n < t->end && p[n] == quote)
            n++;
        if (n >= 3)
            return p + n - 3;
        p += n - 1;
    }
    return NULL;
}

/* On the first of three quotes. Line breaks become "\n" however they were written. */
static int block_string(Toml *t, Str *ret) {
    const char *open = t->p, quote = *open;
    uint32_t line = t->line, col = toml_col(t, open);
    const char *p = open + 3, *close = find_close(t, p, quote);
    if (!close)
        return toml_error(t, open, "this string does not end");
    size_t n = toml_newline(t, p);
    if (n) {
        p += n;
        toml_next_line(t, p);
    }
    char *text = arena_bytes(t->tree.arena, (size_t) (close - p)), *out = text;
    if (!text)
        return tree_no_memory(&t->tree, line, col);
    while (p < close) {
        n = toml_newline(t, p);
        if (n) {
            *out++ = '\n';
            p += n;
            toml_next_line(t, p);
        } else if (is_control(*p)) {
            return control(t, p);
        } else if (*p != '\\' || quote == '\'') {
            *out++ = *p++;
        } else {
            const char *rest = line_continues(t, p);
            if (rest) {
                for (; p < rest; p++)
                    if (*p == '\n')
                        toml_next_line(t, p + 1);
            } else {
                int r = read_escape(t, &p, &out);
                if (r < 0)
                    return r;
            }
        }
    }
    t->p = close + 3;
    *ret = str_n(text, (size_t) (out - text));
    return 0;
}

int toml_string(Toml *t, Str *ret) {
    const char *p = t->p;
    if (t->end - p >= 3 && p[1] == p[0] && p[2] == p[0])
        return block_string(t, ret);
    return toml_line_string(t, ret);
}

/* `n` digits at *s as a number at most `max`; false when they are not there. */
static bool take_digits(Str *s, size_t n, unsigned max, unsigned *ret) {
    unsigned v = 0;
    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (unsigned) (s->p[i] - '0');
    }
    *s = str_from_at(*s, n);
    *ret = v;
    return v <= max;
}

static bool take_char(Str *s, char c) {
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = str_from_at(*s, 1);
    return true;
}

static bool take_date(Str *s) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year, month, day;
    if (!take_digits(s, 4, 9999, &year) || !take_char(s, '-') || !take_digits(s, 2, 12, &month) || !take_char(s, '-') || !take_digits(s, 2, 31, &day))
        return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month >= 1 && day >= 1 && day <= days[month - 1] + (unsigned) (month == 2 && leap);
}

/* RFC 3339 knows leap seconds. */
static bool take_time(Str *s) {
    unsigned v;
    if (!take_digits(s, 2, 23, &v) || !take_char(s, ':') || !take_digits(s, 2, 59, &v) || !take_char(s, ':') || !take_digits(s, 2, 60, &v))
        return false;
    if (take_char(s, '.')) {
        if (!take_digits(s, 1, 9, &v))
            return false;
        while (take_digits(s, 1, 9, &v))
            ;
    }
    return true;
}

static bool is_date_time(Str s) {
    unsigned v;
    if (s.n > 2 && s.p[2] == ':')
        return take_time(&s) && s.n == 0;
    if (!take_date(&s))
        return false;
    if (s.n == 0)
        return true;
    if ((!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' ')) || !take_time(&s))
        return false;
    if (s.n == 0 || take_char(&s, 'Z') || take_char(&s, 'z'))
        return s.n == 0;
    return (take_char(&s, '+') || take_char(&s, '-')) && take_digits(&s, 2, 23, &v) && take_char(&s, ':') && take_digits(&s, 2, 59, &v) && s.n == 0;
}

/* The length of digits with single underscores between them; 0 when they are none or not well placed. */
static size_t digits_len(Str s, unsigned base) {
    size_t i = 0;
    for (; i < s.n; i++) {
        if (s.p[i] == '_' && i > 0 && s.p[i - 1] != '_')
            continue;
        if (digit_value(s.p[i]) >= (int) base)
            break;
    }
    return i > 0 && s.p[i - 1] != '_' ? i : 0;
}

/* Decimal whole numbers and floats, after the sign; *ret_whole: without point and exponent. */
static bool is_decimal(Str s, bool *ret_whole) {
    size_t n = digits_len(s, 10);
    if (n == 0 || (n > 1 && s.p[0] == '0'))
        return false;
    s = str_from_at(s, n);
    *ret_whole = s.n == 0;
    if (take_char(&s, '.')) {
        n = digits_len(s, 10);
        if (n == 0)
            return false;
        s = str_from_at(s, n);
    }
    if (take_char(&s, 'e') || take_char(&s, 'E')) {
        if (!take_char(&s, '+'))
            take_char(&s, '-');
        n = digits_len(s, 10);
        if (n == 0)
            return false;
        s = str_from_at(s, n);
    }
    return s.n == 0;
}

static int number(Toml *t, const char *at, Str s, Node *node) {
    Str body = s;
    if (!take_char(&body, '-'))
        take_char(&body, '+');
    bool is_signed = body.n < s.n, whole = false;
    if (str_eq(body, STR("inf")) || str_eq(body, STR("nan"))) {
        /* As YAML writes them, which node_double() knows. */
        bool minus = s.p[0] == '-', inf = body.p[0] == 'i';
        node->text = minus ? (inf ? STR("-.inf") : STR("-.nan")) : inf ? STR(".inf") : STR(".nan");
        return 0;
    }
    unsigned base = str_starts(body, STR("0x")) ? 16 : str_starts(body, STR("0o")) ? 8 : str_starts(body, STR("0b")) ? 2 : 10;
    if (base != 10) {
        Str digits = str_from_at(body, 2);
        whole = true;
        if (is_signed || digits.n == 0 || digits_len(digits, base) != digits.n)
            return toml_expected(t, at, "a value");
    } else if (!is_decimal(body, &whole)) {
        return toml_expected(t, at, "a value");
    }
    node->text = s;
    if (base == 2 || memchr(s.p, '_', s.n)) {
        char *text = arena_bytes(t->tree.arena, MAX(s.n, (size_t) 24)), *out = text;
        if (!text)
            return tree_no_memory(&t->tree, node->line, node->col);
        uint64_t v = 0;
        bool over = false;
        for (size_t i = 0; i < s.n; i++)
            if (s.p[i] != '_') {
                *out++ = s.p[i];
                if (base == 2 && i >= 2) {
                    over = over || v >> 62;
                    v = v << 1 | (s.p[i] == '1');
                }
            }
        if (base == 2 && !over)
            out = text + snprintf(text, 24, "%llu", (unsigned long long) v);
        if (over)
            return toml_error(t, at, "this number is outside of the range of 64-bit integers");
        node->text = str_n(text, (size_t) (out - text));
    }
    int64_t v;
    if (whole && node_i64(node, &v) == -ERANGE)
        return toml_error(t, at, "this number is outside of the range of 64-bit integers");
    return 0;
}

static bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.' || c == '_' || c == ':';
}

int toml_plain(Toml *t, Node *n) {
    const char *start = t->p, *p = start;
    while (p < t->end && is_plain(*p))
        p++;
    Str s = str_n(start, (size_t) (p - start));
    if (str_eq(s, STR("true")) || str_eq(s, STR("false"))) {
        n->type = NODE_BOOL;
        n->boolean = s.n == 4;
        t->p = p;
        return 0;
    }
    if ((s.n > 4 && s.p[4] == '-') || (s.n > 2 && s.p[2] == ':')) {
        /* A space may stand where RFC 3339 has a T. */
        if (s.n == 10 && t->end - p > 3 && p[0] == ' ' && digit_value(p[1]) < 10 && digit_value(p[2]) < 10 && p[3] == ':')
            for (p++; p < t->end && is_plain(*p);)
                p++;
        s.n = (size_t) (p - start);
        if (is_date_time(s)) {
            n->type = NODE_STRING;
            n->text = s;
            t->p = p;
            return 0;
        }
        if (digit_value(s.p[0]) < 10 && digit_value(s.p[1]) < 10)
            return toml_error(t, start, "this is no date or time as RFC 3339 has them");
    }
    n->type = NODE_NUMBER;
    int r = number(t, start, s, n);
    if (r < 0)
        return r;
    t->p = p;
    return 0;
}
