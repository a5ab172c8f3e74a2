/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/lock-graph.h"

uint32_t lock_graph_node(LockGraph *g, Str name) {
    bool fresh;
    void **slot = map_slot(&g->by_name, name, &fresh);
    if (fresh) {
        *slot = (void *) (uintptr_t) g->nodes.n;
        vec_push(&g->nodes, (LockNode) {.flags = LOCK_UNREACHED});
    }
    return (uint32_t) (uintptr_t) *slot;
}

bool lock_graph_find(LockGraph *g, Str a, char between, Str b, uint32_t *ret) {
    buf_clear(&g->joined);
    g->joined.failed = 0;
    buf_str(&g->joined, a);
    buf_putc(&g->joined, between);
    buf_str(&g->joined, b);
    void **slot = g->joined.failed ? NULL : map_find(&g->by_name, buf_view(&g->joined));
    if (!slot)
        return false;
    *ret = (uint32_t) (uintptr_t) *slot;
    return true;
}

void lock_graph_edge(LockGraph *g, uint32_t from, uint32_t to, bool optional) {
    vec_push(&g->edges, (LockEdge) {.to = to, .next = g->nodes.p[from].first, .optional = optional});
    g->nodes.p[from].first = (uint32_t) g->edges.n;
}

void lock_graph_root(LockGraph *g, uint32_t node, uint32_t flags) {
    if (lock_flags_rank(flags) >= lock_flags_rank(g->nodes.p[node].flags))
        return;
    g->nodes.p[node].flags = flags;
    vec_push(&g->open, node);
}

/* A node is looked at again only when its rank has fallen: four times at most. */
void lock_graph_solve(LockGraph *g) {
    while (g->open.n) {
        uint32_t at = g->open.p[--g->open.n];
        for (uint32_t e = g->nodes.p[at].first; e; e = g->edges.p[e - 1].next)
            lock_graph_root(g, g->edges.p[e - 1].to, g->nodes.p[at].flags | (g->edges.p[e - 1].optional ? PACKAGE_OPTIONAL : 0));
    }
}

uint32_t lock_graph_flags(const LockGraph *g, uint32_t node) {
    uint32_t flags = g->nodes.p[node].flags;
    return flags == LOCK_UNREACHED ? 0 : flags;
}

void lock_graph_done(LockGraph *g) {
    map_done(&g->by_name);
    vec_done(&g->nodes);
    vec_done(&g->edges);
    vec_done(&g->open);
    buf_done(&g->joined);
}
