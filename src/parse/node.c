/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/node.h"

#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/alloc.h"

static const Node *get(const Node *map, Str key) {
    if (!map || map->type != NODE_MAP)
        return NULL;
    for (const Node *c = map->list.first; c; c = c->next)
        if (str_eq(c->key, key))
            return c;
    return NULL;
}

const Node *node_get(const Node *map, const char *key) {
    return get(map, str_from(key));
}

const Node *node_path(const Node *map, ...) {
    va_list ap;
    va_start(ap, map);
    const char *key;
    while (map && (key = va_arg(ap, const char *)))
        map = get(map, str_from(key));
    va_end(ap);
    return map;
}

bool node_true(const Node *n) {
    return n && n->type == NODE_BOOL && n->boolean;
}

/* Takes a sign off the front: true when it is a minus. */
static bool take_sign(Str *s) {
    if (s->n == 0 || (s->p[0] != '-' && s->p[0] != '+'))
        return false;
    bool minus = s->p[0] == '-';
    *s = str_from_at(*s, 1);
    return minus;
}

static int digit_value(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* YAML's core schema writes 0x1F and 0o17 beside decimal numbers; JSON has only the latter. */
static int magnitude(Str s, uint64_t *ret) {
    unsigned base = 10;
    if (str_starts(s, STR("0x")) || str_starts(s, STR("0o"))) {
        base = s.p[1] == 'x' ? 16 : 8;
        s = str_from_at(s, 2);
    }
    if (s.n == 0)
        return -EINVAL;
    uint64_t v = 0;
    bool over = false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned d = (unsigned) digit_value(s.p[i]);
        if (d >= base)
            return -EINVAL;
        over = over || __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, d, &v);
    }
    if (over)
        return -ERANGE;
    *ret = v;
    return 0;
}

int node_i64(const Node *n, int64_t *ret) {
    if (!n)
        return -ENOENT;
    if (n->type != NODE_NUMBER)
        return -EINVAL;
    Str s = n->text;
    bool minus = take_sign(&s);
    uint64_t v;
    int r = magnitude(s, &v);
    if (r < 0)
        return r;
    if (v > (uint64_t) INT64_MAX + minus)
        return -ERANGE;
    *ret = minus ? (int64_t) (0 - v) : (int64_t) v;
    return 0;
}

/* strtod() reads a decimal comma in some locales: this reads the point everywhere. */
static bool double_slow(Str s, double *ret) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
    if (!c)
        return false;
    _cleanup_free_ char *z = str_dup(s);
    char *end;
    *ret = strtod_l(z, &end, c);
    freelocale(c);
    return end == z + s.n;
}

bool node_double(const Node *n, double *ret) {
    if (!n || n->type != NODE_NUMBER)
        return false;
    Str s = n->text;
    bool minus = take_sign(&s);
    if (str_ieq(s, STR(".inf")) || str_ieq(s, STR(".nan"))) {
        double special = str_ieq(s, STR(".nan")) ? (double) NAN : (double) INFINITY;
        *ret = minus ? -special : special;
        return true;
    }
    uint64_t whole;
    if ((str_starts(s, STR("0x")) || str_starts(s, STR("0o"))) && magnitude(s, &whole) == 0) {
        *ret = minus ? -(double) whole : (double) whole;
        return true;
    }
    /* Up to 15 digits and a power of ten up to 22 are exact in a double: one division gives the nearest value. */
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    uint64_t m = 0;
    size_t digits = 0, fraction = 0, i = 0;
    bool point = false;
    for (; i < s.n && digits <= 15; i++) {
        char c = s.p[i];
        if (c == '.' && !point) {
            point = true;
        } else if (c >= '0' && c <= '9') {
            m = m * 10 + (uint64_t) (c - '0');
            digits += m != 0;
            fraction += point;
        } else {
            break;
        }
    }
    if (i == s.n && digits <= 15 && fraction < ARRAY_SIZE(powers) && s.n > point) {
        double v = (double) m / powers[fraction];
        *ret = minus ? -v : v;
        return true;
    }
    double v;
    if (s.n == 0 || s.n > 4096 || !double_slow(s, &v))
        return false;
    *ret = minus ? -v : v;
    return true;
}

const char *node_type_name(NodeType type) {
    switch (type) {
    case NODE_NULL:
        return "null";
    case NODE_BOOL:
        return "a boolean";
    case NODE_NUMBER:
        return "a number";
    case NODE_STRING:
        return "a string";
    case NODE_LIST:
        return "a list";
    case NODE_MAP:
        return "a map";
    }
    return "a value";
}
