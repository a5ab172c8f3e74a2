/* SPDX-License-Identifier: Apache-2.0 */
#include "check/place.h"

void place_lines_find(PlaceLines *l, Str text) {
    if (l->starts.n)
        return;
    l->text = text;
    vec_push(&l->starts, (size_t) 0);
    for (ssize_t at = 0, n; (n = str_chr(str_from_at(text, (size_t) at), '\n')) >= 0;) {
        at += n + 1;
        vec_push(&l->starts, (size_t) at);
    }
}

void place_lines_done(PlaceLines *l) {
    vec_done(&l->starts);
}

ssize_t place_offset(const PlaceLines *l, uint32_t line, uint32_t col) {
    if (line == 0 || line > l->starts.n || col == 0)
        return -1;
    size_t at = l->starts.p[line - 1] + col - 1;
    return at <= l->text.n ? (ssize_t) at : -1;
}

void place_at(const PlaceLines *l, size_t offset, uint32_t *ret_line, uint32_t *ret_col) {
    size_t low = 0, high = l->starts.n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (l->starts.p[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    *ret_line = (uint32_t) (low + 1);
    *ret_col = (uint32_t) (offset - l->starts.p[low] + 1);
}

/* A document may be one line, and have a finding every hundred bytes: what is looked at for each is bounded. */
enum { EXTENT_MAX = 16 << 10 };

/* From a place to the end of its line, or as much of that as is looked at. */
static Str rest_of_line(const PlaceLines *l, uint32_t line, uint32_t col) {
    ssize_t at = place_offset(l, line, col);
    if (at < 0)
        return STR("");
    Str rest = str_head(str_from_at(l->text, (size_t) at), EXTENT_MAX), out;
    return str_line(&rest, &out) ? out : STR("");
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t quoted(Str s) {
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '\\' && s.p[0] == '"')
            i++;
        else if (s.p[i] == s.p[0])
            return i + 1;
    }
    return s.n;
}

/* Up to the bracket that closes the first one; 0 when that is in another line. */
static size_t bracketed(Str s) {
    size_t depth = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\'')
            i += quoted(str_from_at(s, i)) - 1;
        else if (s.p[i] == '{' || s.p[i] == '[')
            depth++;
        else if ((s.p[i] == '}' || s.p[i] == ']') && --depth == 0)
            return i + 1;
    }
    return 0;
}

/* Is a bracket open where the line goes on with `rest`? */
static bool is_inside(Str before) {
    int depth = 0;
    for (size_t i = 0; i < before.n; i++) {
        if (before.p[i] == '"' || before.p[i] == '\'')
            i += quoted(str_from_at(before, i)) - 1;
        else if (before.p[i] == '{' || before.p[i] == '[')
            depth++;
        else if (before.p[i] == '}' || before.p[i] == ']')
            depth--;
    }
    return depth > 0;
}

/* Up to a comment, or inside of brackets to what ends a scalar there. */
static size_t plain(Str s, bool inside) {
    size_t n = 0;
    while (n < s.n && !(s.p[n] == '#' && n && is_blank(s.p[n - 1]))) {
        if (inside && ((s.p[n] == ',' && (n + 1 == s.n || is_blank(s.p[n + 1]))) || s.p[n] == '}' || s.p[n] == ']'))
            break;
        ssize_t end = str_starts(str_from_at(s, n), STR("${{")) ? str_find(str_from_at(s, n), STR("}}")) : -1;
        n += end < 0 ? 1 : (size_t) end + 2;
    }
    while (n && (is_blank(s.p[n - 1]) || (n > 1 && s.p[n - 1] == ',')))
        n--;
    return n;
}

/* Of what is written with quotes or brackets; 0 for all else. */
static size_t delimited(Str s) {
    return s.n == 0 ? 0 : s.p[0] == '"' || s.p[0] == '\'' ? quoted(s) : s.p[0] == '{' || s.p[0] == '[' ? bracketed(s) : 0;
}

/* So far behind in a line everything stands in brackets. */
static bool is_inside_at(const PlaceLines *l, uint32_t line, uint32_t col) {
    return col > EXTENT_MAX || (col > 1 && is_inside(str_head(rest_of_line(l, line, 1), col - 1)));
}

void place_end(const PlaceLines *l, CheckPlace *p) {
    Str s = rest_of_line(l, p->line, p->col);
    size_t n = delimited(s);
    if (n == 0 && s.n == EXTENT_MAX && (s.p[0] == '{' || s.p[0] == '['))
        return; /* it ends somewhere behind */
    if (n == 0 && s.n)
        n = plain(s, is_inside_at(l, p->line, p->col));
    if (n) {
        p->end_line = p->line;
        p->end_col = p->col + (uint32_t) n;
    }
}

static size_t key_extent(Str s) {
    if (s.n && (s.p[0] == '"' || s.p[0] == '\''))
        return quoted(s);
    ssize_t colon = str_find(s, STR(": "));
    if (colon < 0)
        colon = str_chr(s, ':');
    return colon < 0 ? plain(s, false) : str_trim(str_head(s, (size_t) colon)).n;
}

CheckPlace place_of_node(const PlaceLines *l, const Node *n) {
    CheckPlace p = {.line = n->line, .col = n->col};
    if (!n->key_line) {
        place_end(l, &p);
        return p;
    }
    CheckPlace key = {.line = n->key_line, .col = n->key_col};
    size_t bytes = key_extent(rest_of_line(l, key.line, key.col));
    key.end_line = key.line;
    key.end_col = key.col + (uint32_t) bytes;
    if (p.line != key.line || p.col < key.col || n->type == NODE_MAP || n->type == NODE_LIST)
        return key;
    place_end(l, &p);
    if (p.end_line) {
        key.end_line = p.end_line;
        key.end_col = p.end_col;
    }
    return key;
}
