/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/tree.h"

#include <stdarg.h>
#include <stdio.h>

enum { BATCH_MIN = 8, BATCH_MAX = 256 };

int tree_limit(Tree *t, uint32_t line, uint32_t col, const char *fmt, ...) {
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    diag_add(t->diag, DIAG_ERROR, t->name, line, col, "%s", text);
    return -E2BIG;
}

int tree_no_memory(Tree *t, uint32_t line, uint32_t col) {
    return tree_limit(t, line, col, "the document needs more than %zu bytes of memory", t->arena->max);
}

int tree_count(Tree *t, uint32_t line, uint32_t col) {
    if (t->nodes >= t->limits->document_nodes)
        return tree_limit(t, line, col, "more than %u values in one document", t->limits->document_nodes);
    t->nodes++;
    return 0;
}

Node *tree_node(Tree *t, NodeType type, uint32_t line, uint32_t col) {
    if (tree_count(t, line, col) < 0)
        return NULL;
    if (t->n_spare == 0) {
        t->batch = t->batch ? MIN(t->batch * 2, (uint32_t) BATCH_MAX) : BATCH_MIN;
        t->spare = arena_alloc(t->arena, t->batch * sizeof(Node));
        if (!t->spare) {
            tree_no_memory(t, line, col);
            return NULL;
        }
        t->n_spare = t->batch;
    }
    Node *n = t->spare++;
    t->n_spare--;
    n->type = type;
    n->line = line;
    n->col = col;
    return n;
}

const char *tree_describe(const char *p, const char *end, char buf[static 32]) {
    if (p >= end)
        return "the end of the input";
    unsigned char c = (unsigned char) *p;
    if (c == '\n' || c == '\r')
        return "a line break";
    if (c == '"')
        return "a string";
    if (c > 0x20 && c < 0x7F)
        snprintf(buf, 32, "'%c'", c);
    else
        snprintf(buf, 32, "byte 0x%02X", c);
    return buf;
}

size_t tree_put_utf8(char *out, uint32_t code) {
    if (code < 0x80) {
        out[0] = (char) code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char) (0xC0 | code >> 6);
        out[1] = (char) (0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char) (0xE0 | code >> 12);
        out[1] = (char) (0x80 | (code >> 6 & 0x3F));
        out[2] = (char) (0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char) (0xF0 | code >> 18);
    out[1] = (char) (0x80 | (code >> 12 & 0x3F));
    out[2] = (char) (0x80 | (code >> 6 & 0x3F));
    out[3] = (char) (0x80 | (code & 0x3F));
    return 4;
}

size_t tree_utf8_until(Str s) {
    size_t at = 0;
    while (at < s.n) {
        size_t n = 1;
        while (n < 4 && at + n < s.n && ((unsigned char) s.p[at + n] & 0xC0) == 0x80)
            n++;
        if (!str_is_utf8(str_n(s.p + at, n)))
            break;
        at += n;
    }
    return at;
}

static void line_break(TreePlace *p, size_t at) {
    p->line++;
    p->line_start = at + 1;
}

void tree_place_byte(TreePlace *p, size_t byte) {
    if (byte < p->at)
        *p = tree_place(p->text);
    byte = MIN(byte, p->text.n);
    while (p->at < byte) {
        const char *nl = memchr(p->text.p + p->at, '\n', byte - p->at);
        if (!nl)
            break;
        p->at = (size_t) (nl - p->text.p) + 1;
        line_break(p, p->at - 1);
    }
    p->at = byte;
}

void tree_place_char(TreePlace *p, size_t number) {
    if (number < p->chars)
        *p = tree_place(p->text);
    while (p->chars < number && p->at < p->text.n) {
        if (p->text.p[p->at] == '\n')
            line_break(p, p->at);
        do
            p->at++;
        while (p->at < p->text.n && ((unsigned char) p->text.p[p->at] & 0xC0) == 0x80);
        p->chars++;
    }
}

static uint32_t fingerprint(Str key) {
    if (key.n == 0)
        return 0;
    const unsigned char *p = (const unsigned char *) key.p;
    return (uint32_t) key.n << 24 ^ (uint32_t) p[0] << 16 ^ (uint32_t) p[key.n / 2] << 8 ^ p[key.n - 1];
}

Node *tree_keys_find(const TreeKeys *k, const Node *parent, Str key) {
    if (k->n > TREE_KEYS_SMALL)
        return map_get(&k->map, key);
    uint32_t print = fingerprint(key);
    bool maybe = false;
    for (uint32_t i = 0; i < k->n; i++)
        maybe |= k->prints[i] == print;
    if (maybe)
        for (Node *c = parent->list.first; c; c = c->next)
            if (str_eq(c->key, key))
                return c;
    return NULL;
}

Node *tree_keys_add(TreeKeys *k, const Node *parent, Node *child) {
    if (k->n < TREE_KEYS_SMALL) {
        Node *before = tree_keys_find(k, parent, child->key);
        if (!before)
            k->prints[k->n++] = fingerprint(child->key);
        return before;
    }
    if (k->n == TREE_KEYS_SMALL) {
        k->map = (Map) {0};
        for (Node *c = parent->list.first; c; c = c->next)
            map_set(&k->map, c->key, c);
        k->n++;
    }
    bool fresh;
    void **slot = map_slot(&k->map, child->key, &fresh);
    if (!fresh)
        return *slot;
    *slot = child;
    return NULL;
}
