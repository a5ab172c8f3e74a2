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

Node *tree_node(Tree *t, NodeType type, uint32_t line, uint32_t col) {
    if (t->nodes >= t->limits->document_nodes) {
        tree_limit(t, line, col, "more than %u values in one document", t->limits->document_nodes);
        return NULL;
    }
    if (t->n_spare == 0) {
        t->batch = t->batch ? MIN(t->batch * 2, (uint32_t) BATCH_MAX) : BATCH_MIN;
        t->spare = arena_alloc(t->arena, t->batch * sizeof(Node));
        if (!t->spare) {
            tree_limit(t, line, col, "the document needs more than %zu bytes of memory", t->arena->max);
            return NULL;
        }
        t->n_spare = t->batch;
    }
    Node *n = t->spare++;
    t->n_spare--;
    t->nodes++;
    n->type = type;
    n->line = line;
    n->col = col;
    return n;
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

const Node *tree_keys_add(TreeKeys *k, const Node *parent, Node *child) {
    if (k->n < TREE_KEYS_SMALL) {
        uint32_t print = fingerprint(child->key);
        bool maybe = false;
        for (uint32_t i = 0; i < k->n; i++)
            maybe |= k->prints[i] == print;
        if (maybe)
            node_each(c, parent)
                if (str_eq(c->key, child->key))
                    return c;
        k->prints[k->n++] = print;
        return NULL;
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
