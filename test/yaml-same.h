/* SPDX-License-Identifier: Apache-2.0 */
/* Two trees of two readers: the same values at the same places? */
#pragma once

#include "parse/node.h"

static inline bool same_node(const Node *a, const Node *b) {
    if (a->type != b->type || a->line != b->line || a->col != b->col || a->key_line != b->key_line || a->key_col != b->key_col || a->merge != b->merge || !str_eq(a->key, b->key))
        return false;
    switch (a->type) {
    case NODE_NULL:
        return true;
    case NODE_BOOL:
        return a->boolean == b->boolean;
    case NODE_NUMBER:
    case NODE_STRING:
        return str_eq(a->text, b->text);
    default:
        break;
    }
    const Node *x = a->list.first, *y = b->list.first;
    for (; x && y && same_node(x, y); x = x->next)
        y = y->next;
    return !x && !y && a->list.n == b->list.n;
}

/* Documents, linked by `next`. */
static inline bool same_documents(const Node *a, const Node *b) {
    for (; a && b && same_node(a, b); a = a->next)
        b = b->next;
    return !a && !b;
}
