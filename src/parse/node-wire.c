/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/node-wire.h"

static void put(Buf *b, const Node *n, bool keyed) {
    wire_put_u64(b, n->type);
    if (keyed)
        wire_put_str(b, n->key);
    switch (n->type) {
    case NODE_NULL:
        break;
    case NODE_BOOL:
        wire_put_u64(b, n->boolean);
        break;
    case NODE_NUMBER:
    case NODE_STRING:
        wire_put_str(b, n->text);
        break;
    case NODE_LIST:
    case NODE_MAP:
        wire_put_u64(b, n->list.n);
        for (const Node *c = n->list.first; c; c = c->next)
            put(b, c, n->type == NODE_MAP);
        break;
    }
}

void node_wire_put(Buf *b, const Node *n) {
    wire_put_u64(b, n->line);
    wire_put_u64(b, n->col);
    put(b, n, false);
}

static Node *get(WireReader *r, Arena *a, bool keyed, unsigned depth) {
    Node *n = depth ? arena_new(a, Node) : NULL;
    if (!n) {
        r->bad = true;
        return NULL;
    }
    n->type = (NodeType) wire_max(r, NODE_MAP);
    if (keyed)
        n->key = wire_str(r);
    if (n->type == NODE_BOOL) {
        n->boolean = wire_max(r, 1);
    } else if (n->type == NODE_NUMBER || n->type == NODE_STRING) {
        n->text = wire_str(r);
    } else if (n->type != NODE_NULL) {
        /* Every value takes a byte at least. */
        for (uint64_t left = wire_max(r, r->rest.n); left && !r->bad; left--) {
            Node *c = get(r, a, n->type == NODE_MAP, depth - 1);
            if (!c)
                return NULL;
            node_append(n, c);
        }
    }
    return r->bad ? NULL : n;
}

Node *node_wire_get(WireReader *r, Arena *a) {
    uint32_t line = (uint32_t) wire_max(r, UINT32_MAX), col = (uint32_t) wire_max(r, UINT32_MAX);
    Node *n = get(r, a, false, limits_default().document_depth + 1);
    if (n) {
        n->line = line;
        n->col = col;
    }
    return n;
}
