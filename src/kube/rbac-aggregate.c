/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of aggregated ClusterRoles, from files. Roles and selectors are the nodes of a graph: a role leads to its selectors, a selector to the roles that it chooses; a selector that stands in many
 * roles is one node. Aggregated roles may choose others of their kind (edit is chosen by admin) and each other: those of a circle have the same rules, which are gathered once. */
#include "kube/rbac-private.h"

#include "base/alloc.h"

/* Of all aggregated roles together: what is compared and followed, and the rules that they get. Clusters have tens of such roles with hundreds of rules. */
enum { WORK_MAX = 400 * 1000 * 1000, RULES_MAX = 1000 * 1000, EDGES_MAX = 8 * 1000 * 1000 };

/* A label of a ClusterRole. */
typedef struct Label {
    RbacId key, value;
    uint32_t role;
} Label;

/* A node on the way of the search for circles. */
typedef struct Frame {
    uint32_t node, edge;
} Frame;

typedef struct Graph {
    Rbac *rbac;
    Vec(Label) labels;       /* sorted */
    Vec(uint32_t) cluster;   /* the ClusterRoles */
    Vec(const RbacSelector *) selectors; /* each once */
    Map selector_of;         /* content -> place among them + 1 */
    Vec(uint32_t) edges;     /* those of a node are start[node] to start[node + 1] */
    Vec(uint32_t) start;
    uint32_t *mark;          /* per node: the search that met it last */
    Vec(uint32_t) stack;
    uint64_t work;
    size_t rules;
} Graph;

static bool is_over(const Graph *g) {
    return g->work > WORK_MAX || g->rules > RULES_MAX || g->edges.n > EDGES_MAX;
}

static bool holds(Graph *g, const RbacRequirement *q, const RbacRole *role) {
    RbacId value = RBAC_NONE;
    g->work += 1 + role->label_keys.n + q->values.n;
    for (uint32_t i = 0; i < role->label_keys.n && value == RBAC_NONE; i++)
        if (role->label_keys.p[i] == q->key)
            value = role->label_values.p[i];
    switch (q->operator) {
    case RBAC_IN:
        return value != RBAC_NONE && rbac_ids_have(q->values, value);
    case RBAC_NOT_IN:
        return value == RBAC_NONE || !rbac_ids_have(q->values, value);
    case RBAC_EXISTS:
        return value != RBAC_NONE;
    case RBAC_NOT_EXISTS:
        return value == RBAC_NONE;
    case RBAC_NEVER:
        return false;
    }
    return false;
}

static int compare_labels(const void *a, const void *b) {
    const Label *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->role < y->role ? -1 : x->role > y->role;
}

/* The first label that is not before this one. */
static size_t label_at(const Graph *g, RbacId key, RbacId value) {
    const Label wanted = {key, value, 0};
    size_t low = 0, high = g->labels.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_labels(&g->labels.p[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Leads `from`, a selector, to the role if all of its requirements hold. */
static void consider(Graph *g, uint32_t from, const RbacSelector *s, uint32_t role) {
    bool all = g->mark[role] != from;
    for (uint32_t i = 0; i < s->n && all && !is_over(g); i++)
        all = holds(g, &s->p[i], &g->rbac->roles.p[role]);
    if (all && !is_over(g)) {
        g->mark[role] = from;
        vec_push(&g->edges, role);
    }
}

/* Labels that must be there say which roles come into question; where none must, all do. */
static void choose(Graph *g, uint32_t from, const RbacSelector *s) {
    const RbacRequirement *in = NULL;
    for (uint32_t i = 0; i < s->n && !in; i++)
        in = s->p[i].operator == RBAC_IN ? &s->p[i] : NULL;
    for (size_t i = 0; i < g->cluster.n && !in && !is_over(g); i++)
        consider(g, from, s, g->cluster.p[i]);
    for (uint32_t v = 0; in && v < in->values.n && !is_over(g); v++)
        for (size_t i = label_at(g, in->key, in->values.p[v]); i < g->labels.n && g->labels.p[i].key == in->key && g->labels.p[i].value == in->values.p[v]; i++)
            consider(g, from, s, g->labels.p[i].role);
}

/* The number that selectors of this content have. */
static uint32_t selector_number(Graph *g, const RbacSelector *s) {
    _cleanup_(buf_done) Buf text = buf_new((size_t) 64 << 20);
    for (uint32_t i = 0; i < s->n; i++) {
        const RbacRequirement *q = &s->p[i];
        const uint32_t head[] = {q->operator, q->key, q->values.n};
        buf_add(&text, (const char *) head, sizeof(head));
        buf_add(&text, (const char *) q->values.p, q->values.n * sizeof(*q->values.p));
    }
    bool fresh;
    void **number = map_slot(&g->selector_of, buf_view(&text), &fresh);
    if (fresh) {
        vec_push(&g->selectors, s);
        *number = (void *) (uintptr_t) g->selectors.n;
    }
    return (uint32_t) ((uintptr_t) *number - 1);
}

static void make_graph(Graph *g) {
    const Rbac *r = g->rbac;
    const uint32_t roles = (uint32_t) r->roles.n;
    for (uint32_t i = 0; i < roles; i++) {
        const RbacRole *role = &r->roles.p[i];
        vec_push(&g->start, (uint32_t) g->edges.n);
        if (role->namespace != RBAC_EMPTY)
            continue;
        vec_push(&g->cluster, i);
        for (uint32_t k = 0; k < role->label_keys.n; k++)
            vec_push(&g->labels, ((Label) {role->label_keys.p[k], role->label_values.p[k], i}));
        for (uint32_t k = 0; role->aggregated && k < role->n_selectors; k++)
            vec_push(&g->edges, roles + selector_number(g, &role->selectors[k]));
    }
    if (g->labels.n)
        qsort(g->labels.p, g->labels.n, sizeof(*g->labels.p), compare_labels);
    g->mark = xcalloc(r->roles.n + g->selectors.n + 1, sizeof(*g->mark));
    for (uint32_t i = 0; i < g->selectors.n; i++) {
        vec_push(&g->start, (uint32_t) g->edges.n);
        choose(g, roles + i, g->selectors.p[i]);
    }
    vec_push(&g->start, (uint32_t) g->edges.n);
    memset(g->mark, 0, (r->roles.n + g->selectors.n + 1) * sizeof(*g->mark));
}

/* Tarjan's search for circles: nodes that lead to each other get the same number. The caller frees it. */
static uint32_t *circles_of(const Graph *g) {
    const uint32_t n = (uint32_t) g->start.n - 1;
    uint32_t *circle = xcalloc(n + 1, sizeof(*circle)), *order = xcalloc(n + 1, sizeof(*order)), *low = xcalloc(n + 1, sizeof(*low)), next = 1, circles = 0;
    Vec(Frame) way = {0};
    Vec(uint32_t) open = {0};
    for (uint32_t root = 0; root < n; root++) {
        if (order[root])
            continue;
        vec_push(&way, ((Frame) {root, g->start.p[root]}));
        while (way.n) {
            Frame *f = &way.p[way.n - 1];
            const uint32_t at = f->node;
            if (!order[at]) {
                order[at] = low[at] = next++;
                vec_push(&open, at);
            }
            if (f->edge < g->start.p[at + 1]) {
                const uint32_t to = g->edges.p[f->edge++];
                if (!order[to])
                    vec_push(&way, ((Frame) {to, g->start.p[to]}));
                else if (!circle[to])
                    low[at] = MIN(low[at], order[to]);
                continue;
            }
            if (low[at] == order[at]) {
                circles++;
                do
                    circle[open.p[--open.n]] = circles;
                while (open.p[open.n] != at);
            }
            if (--way.n)
                low[way.p[way.n - 1].node] = MIN(low[way.p[way.n - 1].node], low[at]);
        }
    }
    free(order);
    free(low);
    vec_done(&way);
    vec_done(&open);
    return circle;
}

/* The rules of everything that the role leads to, as they are written there; its own come first. NULL: over a limit. */
static const RbacRule *gather(Graph *g, uint32_t start, uint32_t *ret_n) {
    const Rbac *r = g->rbac;
    Vec(RbacRule) rules = {0};
    g->stack.n = 0;
    vec_push(&g->stack, start);
    g->mark[start] = start + 1;
    while (g->stack.n && !is_over(g)) {
        const uint32_t at = g->stack.p[--g->stack.n];
        const uint32_t own = at < r->roles.n ? r->roles.p[at].n_rules : 0;
        g->rules += own;
        g->work += own + g->start.p[at + 1] - g->start.p[at];
        for (uint32_t i = 0; i < own && !is_over(g); i++)
            vec_push(&rules, r->roles.p[at].rules[i]);
        for (uint32_t i = g->start.p[at]; i < g->start.p[at + 1]; i++) {
            const uint32_t to = g->edges.p[i];
            if (g->mark[to] != start + 1) {
                g->mark[to] = start + 1;
                vec_push(&g->stack, to);
            }
        }
    }
    RbacRule *own = is_over(g) ? NULL : arena_alloc(r->arena, MAX(rules.n, (size_t) 1) * sizeof(*own));
    if (own && rules.n)
        memcpy(own, rules.p, rules.n * sizeof(*own));
    *ret_n = own ? (uint32_t) rules.n : 0;
    vec_done(&rules);
    return own;
}

void rbac_aggregate(Rbac *r) {
    Graph g = {.rbac = r, .selector_of = {.own_keys = true}};
    make_graph(&g);
    uint32_t *circle = circles_of(&g);
    /* By circle: a role that has its rules, + 1. Roles are changed when all have theirs, for what is gathered is what was written. */
    uint32_t *known = xcalloc(g.start.n + 1, sizeof(*known));
    Vec(RbacRole) done = {0};
    for (uint32_t i = 0; i < r->roles.n; i++) {
        RbacRole role = r->roles.p[i];
        if (role.aggregated && role.n_selectors && known[circle[i]]) {
            const RbacRole *same = &done.p[known[circle[i]] - 1];
            role.rules = same->rules;
            role.n_rules = same->n_rules;
            role.same = same->same;
        } else if (role.aggregated && role.n_selectors) {
            uint32_t n;
            const RbacRule *rules = gather(&g, i, &n);
            role.rules = rules ? rules : role.rules;
            role.n_rules = rules ? n : role.n_rules;
            r->n_limited += !rules;
            if (rules)
                known[circle[i]] = i + 1;
        }
        vec_push(&done, role);
    }
    if (done.n)
        memcpy(r->roles.p, done.p, done.n * sizeof(*done.p));
    vec_done(&done);
    free(known);
    free(circle);
    free(g.mark);
    vec_done(&g.labels);
    vec_done(&g.cluster);
    vec_done(&g.selectors);
    vec_done(&g.edges);
    vec_done(&g.start);
    vec_done(&g.stack);
    map_done(&g.selector_of);
}
