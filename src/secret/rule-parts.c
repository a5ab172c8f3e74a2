/* SPDX-License-Identifier: Apache-2.0 */
#include "secret/rule-parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "parse/pattern.h"

void rule_error(RuleReader *r, const Node *at, const char *fmt, ...) {
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    r->bad++;
    diag_add(r->diag, DIAG_ERROR, r->name, at->line, at->col, "%s", n < 0 ? "out of memory" : text);
    free(text);
}

Str rule_text(RuleReader *r, const Node *n) {
    if (!n)
        return STR_NULL;
    if (n->type != NODE_STRING) {
        rule_error(r, n, "expected a string, found %s", node_type_name(n->type));
        return STR_NULL;
    }
    return arena_str(&r->set->arena, n->text);
}

StrList rule_texts(RuleReader *r, const Node *n) {
    StrList l = {0};
    if (!n)
        return l;
    if (n->type != NODE_LIST) {
        rule_error(r, n, "expected a list of strings, found %s", node_type_name(n->type));
        return l;
    }
    l.p = arena_alloc(&r->set->arena, (n->list.n + 1) * sizeof(Str));
    node_each(c, n) {
        Str s = rule_text(r, c);
        if (s.p && s.n == 0)
            rule_error(r, c, "expected a string that is not empty");
        else if (s.p)
            l.p[l.n++] = s;
    }
    return l;
}

bool rule_compiles(RuleReader *r, const Node *at, Str pattern, uint32_t *ret_groups) {
    char why[160];
    size_t offset;
    if (pattern.n > SECRET_PATTERN_BYTES) {
        rule_error(r, at, "a pattern of %zu bytes, more than %d", pattern.n, SECRET_PATTERN_BYTES);
        return false;
    }
    Pattern *p = pattern_new(pattern, 0, &offset, why);
    if (!p) {
        rule_error(r, at, "the pattern does not compile: %s, at its byte %zu", why, offset + 1);
        return false;
    }
    if (ret_groups)
        *ret_groups = pattern_groups(p);
    pattern_free(p);
    return true;
}

Str rule_regex(RuleReader *r, const Node *n) {
    Str s = rule_text(r, n);
    return s.n && rule_compiles(r, n, s, NULL) ? s : STR_NULL;
}

StrList rule_regexes(RuleReader *r, const Node *n) {
    StrList l = rule_texts(r, n);
    if (node_is(n, NODE_LIST))
        node_each(c, n)
            if (c->type == NODE_STRING && c->text.n)
                rule_compiles(r, c, c->text, NULL);
    return l;
}

double rule_number(RuleReader *r, const Node *n, double max) {
    double v = 0;
    if (n && (!node_double(n, &v) || !(v >= 0) || v > max)) {
        rule_error(r, n, "expected a number from 0 to %g", max);
        v = 0;
    }
    return v;
}

bool rule_flag(RuleReader *r, const Node *n) {
    if (n && n->type != NODE_BOOL)
        rule_error(r, n, "expected true or false, found %s", node_type_name(n->type));
    return node_true(n);
}

void rule_known_keys(RuleReader *r, const Node *map, const char *const *known) {
    node_each(c, map) {
        bool found = false;
        for (size_t i = 0; known[i] && !found; i++)
            found = str_eqz(c->key, known[i]);
        if (found)
            continue;
        Buf b = buf_new(4096);
        for (size_t i = 0; known[i]; i++)
            buf_printf(&b, "%s%s", i ? ", " : "", known[i]);
        Node at = {.line = c->key_line, .col = c->key_col};
        rule_error(r, &at, "unknown key \"%.*s\"; expected one of %s", (int) MIN(c->key.n, (size_t) 100), c->key.p, b.p);
        buf_done(&b);
    }
}

StrList rule_lower(RuleReader *r, StrList l) {
    for (size_t i = 0; i < l.n; i++) {
        char *p = arena_bytes(&r->set->arena, l.p[i].n);
        for (size_t k = 0; k < l.p[i].n; k++)
            p[k] = (char) (l.p[i].p[k] >= 'A' && l.p[i].p[k] <= 'Z' ? l.p[i].p[k] + 32 : l.p[i].p[k]);
        l.p[i].p = p;
    }
    return l;
}
