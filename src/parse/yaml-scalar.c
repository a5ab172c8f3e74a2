/* SPDX-License-Identifier: Apache-2.0 */
/* What a YAML scalar without a tag is: types of the core schema (YAML 1.2.2, 10.3.2), and those of YAML 1.1 where they are asked for. */
#include <inttypes.h>
#include <stdio.h>

#include "parse/yaml-private.h"

static bool one_of(Str s, const char *a, const char *b, const char *c) {
    return str_eqz(s, a) || str_eqz(s, b) || str_eqz(s, c);
}

static size_t digits(Str s, size_t at) {
    while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
        at++;
    return at;
}

/* The core schema's int and float. */
static bool is_number(Str s) {
    if (str_starts(s, STR("0x")) || str_starts(s, STR("0o"))) {
        for (size_t i = 2; i < s.n; i++) {
            char c = s.p[i];
            bool octal = c >= '0' && c <= '7', hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (!(s.p[1] == 'o' ? octal : hex))
                return false;
        }
        return s.n > 2;
    }
    if (one_of(s, ".nan", ".NaN", ".NAN"))
        return true;
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    if (one_of(str_from_at(s, i), ".inf", ".Inf", ".INF"))
        return true;
    size_t whole = digits(s, i) - i;
    i += whole;
    if (i < s.n && s.p[i] == '.') {
        size_t end = digits(s, i + 1);
        whole += end - i - 1;
        i = end;
    }
    if (whole == 0)
        return false;
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
        size_t end = digits(s, i);
        if (end == i)
            return false;
        i = end;
    }
    return i == s.n;
}

/* Most scalars are told by their first byte: what begins no word and no number is a string. */
static bool may_be_number(Str s) {
    return s.n && ((s.p[0] >= '0' && s.p[0] <= '9') || s.p[0] == '-' || s.p[0] == '+' || s.p[0] == '.');
}

static bool may_be_word(Str s) {
    return s.n <= 5 && (s.n == 0 || memchr("~nNtTfFyYoO", s.p[0], 11));
}

static NodeType plain_type(Str s) {
    if (!may_be_word(s))
        return may_be_number(s) && is_number(s) ? NODE_NUMBER : NODE_STRING;
    if (s.n == 0 || str_eqz(s, "~") || one_of(s, "null", "Null", "NULL"))
        return NODE_NULL;
    if (one_of(s, "true", "True", "TRUE") || one_of(s, "false", "False", "FALSE"))
        return NODE_BOOL;
    return NODE_STRING;
}

/* A number as YAML 1.1 and Go know them, in the core schema's writing: no "_" between digits, and decimal behind a sign or where it was binary.
 * STR_NULL for anything else, and without memory. */
static Str old_number(Str s, Arena *a) {
    if (s.n == 0 || !(s.p[0] == '-' || s.p[0] == '+' || (s.p[0] >= '0' && s.p[0] <= '9')))
        return STR_NULL;
    char *bare = arena_alloc(a, s.n);
    size_t n = 0;
    for (size_t i = 0; bare && i < s.n; i++)
        if (s.p[i] != '_')
            bare[n++] = s.p[i];
    if (!bare || n == 0)
        return STR_NULL;
    Str plain = {bare, n}, rest = plain;
    if (is_number(plain))
        return plain;
    bool minus = bare[0] == '-';
    if (minus || bare[0] == '+')
        rest = str_from_at(plain, 1);
    if (rest.n < 3 || rest.p[0] != '0')
        return STR_NULL;
    char kind = rest.p[1];
    unsigned base = kind == 'x' || kind == 'X' ? 16 : kind == 'o' || kind == 'O' ? 8 : kind == 'b' || kind == 'B' ? 2 : 0;
    uint64_t v = 0;
    for (size_t i = 2; i < rest.n; i++) {
        char c = rest.p[i];
        unsigned digit = c >= '0' && c <= '9' ? (unsigned) (c - '0') : c >= 'a' && c <= 'f' ? (unsigned) (c - 'a' + 10) : c >= 'A' && c <= 'F' ? (unsigned) (c - 'A' + 10) : 99;
        if (digit >= base || __builtin_mul_overflow(v, base, &v) || __builtin_add_overflow(v, digit, &v))
            return STR_NULL;
    }
    char decimal[24];
    snprintf(decimal, sizeof(decimal), "%s%" PRIu64, minus ? "-" : "", v);
    return arena_str(a, str_from(decimal));
}

static bool old_bool(Str s) {
    return may_be_word(s) && (one_of(s, "yes", "Yes", "YES") || one_of(s, "no", "No", "NO") || one_of(s, "on", "On", "ON") || one_of(s, "off", "Off", "OFF") || one_of(s, "y", "Y", "n") || str_eqz(s, "N"));
}

NodeType yaml_scalar_looks(Str text, unsigned flags, Arena *a) {
    NodeType core = plain_type(text);
    if (core != NODE_STRING || !(flags & YAML_OLD_SCALARS))
        return core;
    return old_bool(text) ? NODE_BOOL : old_number(text, a).n ? NODE_NUMBER : NODE_STRING;
}

/* "true", "yes", "y", "on" */
static bool is_true(Str s) {
    return strchr("tTyY", s.p[0]) || one_of(s, "on", "On", "ON");
}

bool yaml_scalar_fill(Node *n, Str text, Arena *a) {
    if (n->type == NODE_BOOL)
        n->boolean = is_true(text);
    else if (n->type != NODE_NULL)
        n->text = n->type == NODE_NUMBER && !is_number(text) ? old_number(text, a) : arena_str(a, text);
    return n->type == NODE_BOOL || n->type == NODE_NULL || n->text.p;
}
