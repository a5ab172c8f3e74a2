/* SPDX-License-Identifier: Apache-2.0 */
/* One vulnerability has a CVE id, GitHub's, the Python feed's, Go's …: records of all of them become rows and details of one id, so that there is one
 * finding. Records that name a CVE themselves already stand under it (feed-osv.c); here the others are brought to the CVE that a record they
 * are linked with names, or to one id of their own. */
#include <stdlib.h>

#include "advisory/feed-util.h"
#include "advisory/write.h"

enum {
    HOPS = 3,
    REACH_MAX = 1000, /* names of one vulnerability: no honest feed comes near */
};

typedef struct Edge {
    StringId from, to;
} Edge;

typedef struct Graph {
    Writer *w;
    Vec(Edge) edges;      /* both ways, sorted by `from`; `to` may be a CVE, `from` is none */
    StringId *seen;       /* by StringId: the last node that it was visited for */
    Vec(StringId) queue;
} Graph;

static int by_edge(const void *x, const void *y) {
    const Edge *a = x, *b = y;
    return write_by_u32((const uint32_t[]) {a->from, a->to}, (const uint32_t[]) {b->from, b->to}, 2);
}

static size_t first_edge(const Graph *g, StringId from) {
    size_t lo = 0, hi = g->edges.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (g->edges.p[mid].from < from)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static void link_names(Graph *g, StringId a, StringId b) {
    Edge there = {a, b}, back = {b, a};
    if (a == b)
        return;
    if (!feed_is_cve(write_text(g->w, a)))
        vec_push(&g->edges, there);
    if (!feed_is_cve(write_text(g->w, b)))
        vec_push(&g->edges, back);
}

/* A record's names: its own and its aliases. A CVE among them is linked with the record only, not with its other names, which may
 * belong to other CVEs of the same record. */
static void add_record(Graph *g, const VulnDetail *d) {
    Collect *c = g->w->c;
    Str aliases = d->aliases, alias;
    StringId own = collect_intern(c, d->id);
    g->w->strings = c->strings.entries;
    while (str_split(&aliases, ' ', &alias)) {
        if (str_empty(alias))
            continue;
        StringId other = collect_intern(c, alias);
        g->w->strings = c->strings.entries;
        link_names(g, own, other);
    }
}

/* Lower is better: what a person would look up first. */
static int preference(Str id) {
    return feed_is_cve(id) ? 0 : str_starts(id, STR("MAL-")) ? 1 : str_starts(id, STR("GHSA-")) ? 2 : 3;
}

static bool better(const Graph *g, StringId a, StringId b) {
    Str x = write_text(g->w, a), y = write_text(g->w, b);
    int p = preference(x), q = preference(y);
    return p != q ? p < q : str_cmp(x, y) < 0;
}

/* The nearest CVE over at most HOPS links, the lowest of those equally near; else the best of all names that can be reached. */
static StringId canonical(Graph *g, StringId id) {
    StringId best = id;
    g->queue.n = 0;
    vec_push(&g->queue, id);
    g->seen[id] = id;
    size_t end = 1;
    for (size_t i = 0, hop = 0; i < g->queue.n; i++) {
        if (i == end) {
            end = g->queue.n;
            hop++;
            if (feed_is_cve(write_text(g->w, best)))
                return best;
        }
        StringId from = g->queue.p[i];
        for (size_t k = first_edge(g, from); k < g->edges.n && g->edges.p[k].from == from; k++) {
            StringId to = g->edges.p[k].to;
            bool cve = feed_is_cve(write_text(g->w, to));
            if (g->seen[to] == id || (cve && hop >= HOPS))
                continue;
            g->seen[to] = id;
            if (better(g, to, best))
                best = to;
            if (!cve && g->queue.n < REACH_MAX)
                vec_push(&g->queue, to);
        }
    }
    return best;
}

void write_join_aliases(Writer *w) {
    Collect *c = w->c;
    Graph g = {.w = w};
    VulnDetail d;
    for (size_t i = 0; i < c->details.n; i++)
        if (w->feeds[c->details.p[i].feed]->aliases && codec_detail_decode(c->details.p[i].blob, &d) == 0 && !d.withdrawn)
            add_record(&g, &d);
    vec_sort(&g.edges, by_edge);
    g.seen = xcalloc(c->strings.n + 1, sizeof(StringId));
    StringId *to = xcalloc(c->strings.n + 1, sizeof(StringId));
    for (size_t i = 0; i < g.edges.n; i++) {
        StringId from = g.edges.p[i].from;
        if (!to[from])
            to[from] = canonical(&g, from);
    }
    for (size_t i = 0; i < c->rows.n; i++) {
        CollectRow *r = &c->rows.p[i];
        if (to[r->id] && w->feeds[c->statements.p[r->statement].feed]->aliases)
            r->id = to[r->id];
    }
    for (size_t i = 0; i < c->details.n; i++) {
        CollectDetail *x = &c->details.p[i];
        if (to[x->id] && w->feeds[x->feed]->aliases && codec_detail_decode(x->blob, &d) == 0 && !d.withdrawn)
            x->id = to[x->id];
    }
    vec_done(&g.edges);
    vec_done(&g.queue);
    free(g.seen);
    free(to);
}
