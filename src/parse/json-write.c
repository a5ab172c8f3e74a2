/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/json-write.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The length of the UTF-8 sequence at the start of s, 0 when it is none. */
static size_t sequence(Str s) {
    unsigned char c = (unsigned char) s.p[0];
    size_t n = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;
    return n && n <= s.n && str_is_utf8(str_head(s, n)) ? n : 0;
}

static void escape(Buf *out, unsigned char c) {
    static const char letters[0x20] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    if (c == '"' || c == '\\')
        buf_add(out, (char[]) {'\\', (char) c}, 2);
    else if (c < ARRAY_SIZE(letters) && letters[c])
        buf_add(out, (char[]) {'\\', letters[c]}, 2);
    else
        buf_printf(out, "\\u%04x", c);
}

/* The code point of a sequence that a terminal would obey when a report is looked at there, else 0: C1 controls (U+009B begins what ESC [ does)
 * and overrides of direction. As an escape it means the same to whoever parses it. */
static unsigned obeyed(const unsigned char *p, size_t n) {
    if (n == 2 && p[0] == 0xC2 && p[1] < 0xA0)
        return p[1];
    if (n == 3 && p[0] == 0xE2 && ((p[1] == 0x80 && p[2] >= 0xAA && p[2] <= 0xAE) || (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9)))
        return 0x2000 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    return 0;
}

/* Stands for itself between quotes. */
static bool is_plain(unsigned char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* Has one of eight bytes the value v? (Bit 7 of it is then set, perhaps of others above it, too.) */
static uint64_t has(uint64_t eight, unsigned char v) {
    const uint64_t ones = UINT64_C(0x0101010101010101), x = eight ^ ones * v;
    return (x - ones) & ~x & ones << 7;
}

/* Where the plain bytes from i on end: eight at a time, for most strings are nothing else. */
static size_t plain_end(Str s, size_t i) {
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    for (uint64_t x; s.n - i >= sizeof(x); i += sizeof(x)) {
        memcpy(&x, s.p + i, sizeof(x));
        uint64_t below = (x - ones * 0x20) & ~x & high;
        if (below | (x & high) | has(x, 0x7F) | has(x, '"') | has(x, '\\'))
            break;
    }
    while (i < s.n && is_plain((unsigned char) s.p[i]))
        i++;
    return i;
}

void json_quote(Buf *out, Str s) {
    size_t from = 0, i = 0;
    buf_putc(out, '"');
    while ((i = plain_end(s, i)) < s.n) {
        unsigned char c = (unsigned char) s.p[i];
        size_t good = c >= 0x80 ? sequence(str_from_at(s, i)) : 0;
        unsigned cp = good ? obeyed((const unsigned char *) s.p + i, good) : 0;
        if (cp) {
            buf_add(out, s.p + from, i - from);
            buf_printf(out, "\\u%04x", cp);
            from = i += good;
            continue;
        }
        if (good) {
            i += good;
            continue;
        }
        buf_add(out, s.p + from, i - from);
        if (c >= 0x80)
            buf_putz(out, "\xEF\xBF\xBD");
        else
            escape(out, c);
        from = ++i;
    }
    if (i > from)
        buf_add(out, s.p + from, i - from);
    buf_putc(out, '"');
}

static void new_line(JsonWriter *w) {
    if (!w->pretty)
        return;
    static const char start[] = "\n                                ";
    size_t n = (size_t) w->depth * 2, part = MIN(n, sizeof(start) - 2);
    buf_add(w->out, start, 1 + part);
    while ((n -= part) > 0) {
        part = MIN(n, sizeof(start) - 2);
        buf_add(w->out, start + 1, part);
    }
}

/* What stands in front of a value: comma, line break, key. */
static void begin(JsonWriter *w, const char *key) {
    if (w->keyed) {
        w->keyed = false;
        return;
    }
    if (!w->fresh)
        buf_putc(w->out, ',');
    if (w->depth)
        new_line(w);
    w->fresh = false;
    if (key) {
        json_quote(w->out, str_from(key));
        buf_putz(w->out, w->pretty ? ": " : ":");
    }
}

void json_key(JsonWriter *w, Str key) {
    begin(w, NULL);
    json_quote(w->out, key);
    buf_putz(w->out, w->pretty ? ": " : ":");
    w->keyed = true;
}

static void open_level(JsonWriter *w, const char *key, bool map) {
    begin(w, key);
    buf_putc(w->out, map ? '{' : '[');
    if (w->depth < JSON_WRITE_DEPTH) {
        uint64_t bit = UINT64_C(1) << (w->depth % 64);
        uint64_t *word = &w->maps[w->depth / 64];
        *word = map ? *word | bit : *word & ~bit;
    } else if (!w->out->failed) {
        w->out->failed = -E2BIG;
    }
    w->depth++;
    w->fresh = true;
}

void json_map(JsonWriter *w, const char *key) {
    open_level(w, key, true);
}

void json_list(JsonWriter *w, const char *key) {
    open_level(w, key, false);
}

void json_end(JsonWriter *w) {
    w->depth--;
    bool map = w->depth < JSON_WRITE_DEPTH && (w->maps[w->depth / 64] >> (w->depth % 64) & 1);
    if (!w->fresh)
        new_line(w);
    buf_putc(w->out, map ? '}' : ']');
    w->fresh = false;
}

void json_str(JsonWriter *w, const char *key, Str value) {
    begin(w, key);
    json_quote(w->out, value);
}

void json_strz(JsonWriter *w, const char *key, const char *value) {
    json_str(w, key, str_from(value));
}

void json_i64(JsonWriter *w, const char *key, int64_t value) {
    begin(w, key);
    buf_printf(w->out, "%" PRId64, value);
}

void json_u64(JsonWriter *w, const char *key, uint64_t value) {
    begin(w, key);
    buf_printf(w->out, "%" PRIu64, value);
}

void json_double(JsonWriter *w, const char *key, double value) {
    begin(w, key);
    if (!isfinite(value)) {
        buf_putz(w->out, "null");
        return;
    }
    char text[40];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof(text), "%.*g", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    /* The locale's decimal mark, whatever it is, is the only thing in there that JSON does not know. */
    char json[40];
    size_t n = 0;
    bool mark = false;
    for (const char *p = text; *p; p++) {
        bool known = (*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == 'e';
        if (known)
            json[n++] = *p;
        else if (!mark)
            json[n++] = '.';
        mark = mark || !known;
    }
    buf_add(w->out, json, n);
}

void json_bool(JsonWriter *w, const char *key, bool value) {
    begin(w, key);
    buf_putz(w->out, value ? "true" : "false");
}

void json_null(JsonWriter *w, const char *key) {
    begin(w, key);
    buf_putz(w->out, "null");
}

void json_raw(JsonWriter *w, const char *key, Str json) {
    begin(w, key);
    buf_str(w->out, json);
}

static size_t digits(Str s, size_t at) {
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
        at++;
    return at;
}

static bool is_json_number(Str s) {
    size_t from = s.n && s.p[0] == '-', i = digits(s, from);
    if (i == from || (s.p[from] == '0' && i > from + 1))
        return false;
    if (i < s.n && s.p[i] == '.') {
        from = i + 1;
        i = digits(s, from);
        if (i == from)
            return false;
    }
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        from = i + 1;
        from += from < s.n && (s.p[from] == '+' || s.p[from] == '-');
        i = digits(s, from);
        if (i == from)
            return false;
    }
    return i == s.n;
}

/* YAML's other ways to write a number (0x1F, +3, .5, .inf) go as JSON has them. */
static void number(JsonWriter *w, const char *key, const Node *n) {
    if (is_json_number(n->text)) {
        json_raw(w, key, n->text);
        return;
    }
    int64_t whole;
    double d = (double) NAN;
    if (node_i64(n, &whole) == 0) {
        json_i64(w, key, whole);
    } else {
        node_double(n, &d);
        json_double(w, key, d);
    }
}

void json_node(JsonWriter *w, const char *key, const Node *n) {
    switch (n->type) {
    case NODE_NULL:
        json_null(w, key);
        break;
    case NODE_BOOL:
        json_bool(w, key, n->boolean);
        break;
    case NODE_NUMBER:
        number(w, key, n);
        break;
    case NODE_STRING:
        json_str(w, key, n->text);
        break;
    case NODE_LIST:
    case NODE_MAP:
        open_level(w, key, n->type == NODE_MAP);
        node_each(c, n) {
            if (n->type == NODE_MAP)
                json_key(w, c->key);
            json_node(w, NULL, c);
        }
        json_end(w);
        break;
    }
}
