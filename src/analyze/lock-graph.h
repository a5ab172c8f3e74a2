/* SPDX-License-Identifier: Apache-2.0 */
/* What depends on what in a lock file, and so what only development or only an optional dependency needs. Cycles are fine. */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "model/fact.h"

enum { LOCK_UNREACHED = ~0u };
/* Longer names of nodes are not found. */
enum { LOCK_NAME_MAX = 4096 };

typedef struct LockNode {
    uint32_t flags;  /* PACKAGE_DEV, PACKAGE_OPTIONAL of the way on which it is needed most; LOCK_UNREACHED: no root leads to it */
    uint32_t first;  /* its edges: index + 1 into LockGraph.edges, linked by `next` */
} LockNode;

typedef struct LockEdge {
    uint32_t to, next;
    bool optional;
} LockEdge;

typedef struct LockGraph {
    Map by_name;
    Vec(LockNode) nodes;
    Vec(LockEdge) edges;
    Vec(uint32_t) open;
    Buf joined;      /* for lock_graph_find() */
} LockGraph;

#define LOCK_GRAPH ((LockGraph) {.by_name = {.own_keys = true}, .joined = {.max = LOCK_NAME_MAX}})
/* The node of this name, made when new. */
uint32_t lock_graph_node(LockGraph *g, Str name);
/* Is there a node whose name is `a`, `between` and `b` together? */
bool lock_graph_find(LockGraph *g, Str a, char between, Str b, uint32_t *ret);
void lock_graph_edge(LockGraph *g, uint32_t from, uint32_t to, bool optional);
/* Something that the project itself asks for, with these flags. */
void lock_graph_root(LockGraph *g, uint32_t node, uint32_t flags);
/* Follows all edges from the roots; once, when all are there. */
void lock_graph_solve(LockGraph *g);
/* 0 for what no root leads to: what cannot be told to be for development is not. */
uint32_t lock_graph_flags(const LockGraph *g, uint32_t node);
void lock_graph_done(LockGraph *g);

/* How little something is needed: always (0), for an optional dependency, for development, for an optional dependency of development. */
static inline unsigned lock_flags_rank(uint32_t flags) {
    return flags == LOCK_UNREACHED ? 4 : (flags & PACKAGE_DEV ? 2u : 0) + (flags & PACKAGE_OPTIONAL ? 1u : 0);
}
