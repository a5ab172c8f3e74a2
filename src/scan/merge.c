/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/merge.h"

#include <stdlib.h>

#include "analyze/analyzer.h"
#include "base/fs.h"
#include "base/map.h"

/* A path that decides over facts: that of a fact's file, or a directory above one. */
typedef struct PathNode {
    Str path;
    struct PathNode *parent;
    int layer;             /* the marks below are of this layer */
    uint64_t last_any;     /* 1 + index of the last entry at this path, whiteouts apart; 0: none */
    uint64_t last_nondir;  /* likewise, of the last that is no directory */
    bool whiteout, opaque;
} PathNode;

typedef struct Link {
    Str path, target; /* canonical path; target as written, or canonical for hard links */
    bool hard, dead;
    int layer;
    uint64_t position;
    PathNode *node;
    uint64_t written; /* bit i: a layer wrote through the link what analyzers()[i] looks for */
} Link;

/* A place of analyzers' roots as it is called through a link that leads to or above it. */
typedef struct Watch {
    size_t link;
    PathNode *node;
    uint64_t analyzers;
} Watch;

typedef struct Entry {
    MergedFact f;
    uint64_t position;
    PathNode *node;
} Entry;

/* Which nodes an index word speaks of: an open table from shortened path hash to node. One node may have several keys, for the paths
 * through links that lead to it. */
typedef struct Cell {
    uint64_t key;
    PathNode *node;
} Cell;

struct Merge {
    Arena arena;
    Map nodes;            /* path -> PathNode */
    Vec(Entry) entries;
    Vec(Link) links;
    Vec(Watch) watches;   /* of the layer at hand */
    Map link_at;          /* path of a symbolic link -> 1 + index of the last one there: what hides it hides those before it */
    uint64_t link_work;   /* nodes looked at and keys made for links */
    bool over;
    Vec(MergedFact) alive; /* made on demand */
    Cell *cells;
    size_t n_cells, cap_cells; /* a power of two */
    bool link_died;       /* the keys that lead through it must go */
    Map since;            /* package identity -> 1 + index into entries */
    Vec(PathAlias) aliases;
};

enum {
    LINKS_FOLLOWED_MAX = 40,
    ALIVE = -1,
    LINK_WORK_MAX = 1 << 27, /* a second or two: only an attack has so many links to directories */
    LINK_KEY_WORK = 128,     /* what a key counts beside a look: they take memory */
    LINK_WATCH_WORK = 1024,
    ALIASES_MAX = 1000,      /* each is compared with every path of every layer */
};

Merge *merge_new(void) {
    return xcalloc(1, sizeof(Merge));
}

void merge_free(Merge *m) {
    map_done(&m->nodes);
    map_done(&m->since);
    map_done(&m->link_at);
    vec_done(&m->entries);
    vec_done(&m->links);
    vec_done(&m->watches);
    vec_done(&m->alive);
    vec_done(&m->aliases);
    free(m->cells);
    arena_done(&m->arena);
    free(m);
}

static uint64_t cell_key(Str path) {
    return entry_word(entry_hash(path), 0) >> ENTRY_KIND_BITS;
}

static void cell_put(Merge *m, uint64_t key, PathNode *node) {
    if ((m->n_cells + 1) * 2 > m->cap_cells) {
        Cell *old = m->cells;
        size_t n = m->cap_cells;
        m->cap_cells = MAX(n * 2, (size_t) 256);
        m->cells = xcalloc(m->cap_cells, sizeof(Cell));
        m->n_cells = 0;
        for (size_t i = 0; i < n; i++)
            if (old[i].node)
                cell_put(m, old[i].key, old[i].node);
        free(old);
    }
    size_t mask = m->cap_cells - 1;
    size_t at = key & mask;
    while (m->cells[at].node) {
        if (m->cells[at].key == key && m->cells[at].node == node)
            return;
        at = (at + 1) & mask;
    }
    m->cells[at] = (Cell) {key, node};
    m->n_cells++;
}

/* Only the nodes' own paths as keys and no marks, after a link is gone. */
static void cells_renew(Merge *m) {
    memset(m->cells, 0, m->cap_cells * sizeof(Cell));
    m->n_cells = 0;
    for (size_t i = 0; i < m->nodes.n; i++) {
        PathNode *n = m->nodes.entries[i].value;
        n->layer = ALIVE;
        cell_put(m, cell_key(n->path), n);
    }
    m->link_died = false;
}

static Str parent_of(Str path) {
    ssize_t slash = str_rchr(path, '/');
    return slash < 0 ? STR("") : str_head(path, (size_t) slash);
}

/* The node of a canonical path, with all above it. */
static PathNode *node_of(Merge *m, Str path) {
    PathNode *n = map_get(&m->nodes, path);
    if (n)
        return n;
    n = arena_new(&m->arena, PathNode);
    n->path = arena_str(&m->arena, path);
    n->layer = ALIVE;
    map_set(&m->nodes, n->path, n);
    if (!str_empty(path))
        n->parent = node_of(m, parent_of(n->path));
    cell_put(m, cell_key(n->path), n);
    return n;
}

static const Link *live_link(const Merge *m, Str path) {
    uintptr_t at = (uintptr_t) map_get(&m->link_at, path);
    const Link *l = at ? &m->links.p[at - 1] : NULL;
    return l && !l->dead ? l : NULL;
}

/* Follows links in all components (in the last one only with `last`). Links never lead out of the root: ".." at the root stays
 * there, as in a container. STR_NULL on a loop. */
static Str resolve(Merge *m, Str path, bool last) {
    Str done = STR(""), rest = path;
    unsigned followed = 0;
    if (m->links.n == 0)
        return path;
    while (rest.n) {
        Str part;
        str_split(&rest, '/', &part);
        if (part.n == 0 || str_eq(part, STR(".")))
            continue;
        if (str_eq(part, STR(".."))) {
            done = parent_of(done);
            continue;
        }
        Str next = done.n ? arena_printf(&m->arena, "%.*s/%.*s", STR_FMT(done), STR_FMT(part)) : part;
        const Link *l = rest.n || last ? live_link(m, next) : NULL;
        if (!l) {
            done = next;
            continue;
        }
        if (++followed > LINKS_FOLLOWED_MAX)
            return STR_NULL;
        if (str_starts(l->target, STR("/")))
            done = STR("");
        rest = rest.n ? arena_printf(&m->arena, "%.*s/%.*s", STR_FMT(l->target), STR_FMT(rest)) : l->target;
    }
    return done;
}

/* A fact's path as the runtime has it: parents resolved through the links of this layer and those below. */
static Str canonical(Merge *m, Str path) {
    Str r = resolve(m, path, false);
    return r.p ? r : path;
}

static bool lies_below(Str path, Str dir) {
    return path.n > dir.n && str_starts(path, dir) && (dir.n == 0 || path.p[dir.n] == '/');
}

/* Entries that reach a node through a link's path speak of it as well: gives such paths as further keys. */
static void key_links(Merge *m) {
    for (size_t i = 0; i < m->links.n; i++) {
        const Link l = m->links.p[i];
        if (l.dead || l.hard)
            continue;
        Str to = resolve(m, l.path, true);
        /* A node has all those above it. */
        if (!to.p || str_eq(to, l.path) || !map_has(&m->nodes, to))
            continue;
        for (size_t k = 0; k < m->nodes.n; k++) {
            if (++m->link_work > LINK_WORK_MAX) {
                m->over = true;
                return;
            }
            PathNode *n = m->nodes.entries[k].value;
            if (lies_below(n->path, to)) {
                Str through = arena_printf(&m->arena, "%.*s%s%.*s", STR_FMT(l.path), to.n ? "" : "/", STR_FMT(str_from_at(n->path, to.n)));
                cell_put(m, cell_key(through), n);
                m->link_work += LINK_KEY_WORK;
            }
        }
    }
}

/* Files that this layer writes through a link to a directory above a root lie below that root, though their paths do not say so: looks
 * out for the roots' own names through the link. (Of a root that is a directory, the layer must have the entry.) */
static void watch_links(Merge *m) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    m->watches.n = 0;
    for (size_t i = 0; i < m->links.n; i++) {
        Link *l = &m->links.p[i];
        Str to = l->dead || l->hard ? STR_NULL : resolve(m, l->path, true);
        if (!to.p || str_eq(to, l->path))
            continue;
        for (size_t k = 0; k < n; k++)
            for (const char *const *r = all[k]->roots; *r; r++) {
                Str root = str_from(*r);
                if (!lies_below(root, to) || lies_below(root, l->path))
                    continue;
                m->link_work += LINK_WATCH_WORK;
                if (m->link_work > LINK_WORK_MAX) {
                    m->over = true;
                    return;
                }
                Str through = arena_printf(&m->arena, "%.*s%s%.*s", STR_FMT(l->path), to.n ? "" : "/", STR_FMT(str_from_at(root, to.n)));
                vec_push(&m->watches, (Watch) {i, node_of(m, through), (uint64_t) 1 << k});
            }
    }
}

static void look_at_watches(Merge *m, int layer) {
    for (size_t i = 0; i < m->watches.n; i++) {
        const Watch *w = &m->watches.p[i];
        if (w->node->layer == layer && w->node->last_any && !m->links.p[w->link].dead)
            m->links.p[w->link].written |= w->analyzers;
    }
}

static void mark(PathNode *n, int layer, EntryKind kind, uint64_t place) {
    if (n->layer != layer)
        *n = (PathNode) {.path = n->path, .parent = n->parent, .layer = layer};
    switch (kind) {
    case ENTRY_WHITEOUT:
        n->whiteout = true;
        break;
    case ENTRY_OPAQUE:
        n->opaque = true;
        break;
    case ENTRY_DIR:
        n->last_any = place;
        break;
    default:
        n->last_any = n->last_nondir = place;
        break;
    }
}

static void mark_all(Merge *m, int layer, const LayerFacts *l) {
    if (m->n_cells == 0)
        return;
    size_t mask = m->cap_cells - 1;
    for (size_t i = 0; i < l->index.n; i++) {
        uint64_t key = l->index.p[i] >> ENTRY_KIND_BITS;
        for (size_t at = key & mask; m->cells[at].node; at = (at + 1) & mask)
            if (m->cells[at].key == key)
                mark(m->cells[at].node, layer, (EntryKind) (l->index.p[i] & ((1u << ENTRY_KIND_BITS) - 1)), i + 1);
    }
}

/* Did layer `layer` hide what came at `position` of layer `from`? */
static bool is_hidden(const PathNode *n, int from, uint64_t position, int layer) {
    bool own = from == layer;
    if (n->layer == layer && (own ? n->last_any > position : n->whiteout || n->last_any))
        return true;
    for (n = n->parent; n; n = n->parent)
        if (n->layer == layer && (own ? n->last_nondir > position : n->whiteout || n->opaque || n->last_nondir))
            return true;
    return false;
}

static void bury_links(Merge *m, size_t n, int layer) {
    for (size_t i = 0; i < n; i++) {
        Link *k = &m->links.p[i];
        if (!k->dead && is_hidden(k->node, k->layer, k->position, layer))
            k->dead = m->link_died = true;
    }
}

static Str identity(Arena *a, const PackageFact *p) {
    return arena_printf(a, "%d\t%.*s\t%.*s\t%.*s", p->type, STR_FMT(p->name), STR_FMT(p->version), STR_FMT(p->arch));
}

/* A package that the view below had already keeps the layer that brought it, though its database was written anew. */
static int introduced(Merge *m, const PackageFact *p, int layer, size_t entry) {
    bool fresh;
    void **slot = map_slot(&m->since, identity(&m->arena, p), &fresh);
    const Entry *before = fresh ? NULL : &m->entries.p[(uintptr_t) *slot - 1];
    int since = before && (before->f.removed_by == ALIVE || before->f.removed_by == layer) ? before->f.since : layer;
    *slot = (void *) (uintptr_t) (entry + 1);
    return since;
}

int merge_layer(Merge *m, int layer, const LayerFacts *l, Error *err) {
    WireReader r = wire_reader(buf_view(&l->links));
    LayerLink link;
    LocatedFact lf;
    int n;
    size_t first_link = m->links.n, first_entry = m->entries.n;
    if (m->link_died)
        cells_renew(m);
    /* No path of this layer runs through a link that the layer replaces. */
    if (first_link > 0) {
        key_links(m);
        mark_all(m, layer, l);
        bury_links(m, first_link, layer);
        if (m->link_died)
            cells_renew(m);
    }
    while ((n = layer_link_decode(&r, &link)) == 1) {
        vec_push(&m->links, (Link) {.path = link.path, .target = link.target, .hard = link.hard, .layer = layer, .position = link.position});
        if (!link.hard)
            map_set(&m->link_at, link.path, (void *) (uintptr_t) m->links.n);
    }
    if (n < 0)
        return error_set(err, n, "links of layer %d are malformed", layer);
    for (size_t i = first_link; i < m->links.n; i++)
        m->links.p[i].node = node_of(m, m->links.p[i].path);
    r = wire_reader(buf_view(&l->facts));
    while ((n = located_fact_decode(&r, &lf)) == 1) {
        Str real = canonical(m, lf.real);
        vec_push(&m->entries, (Entry) {.f = {.fact = lf.fact, .real = real, .layer = layer, .since = layer, .removed_by = ALIVE}, .position = lf.position});
    }
    if (n < 0)
        return error_set(err, n, "facts of layer %d are malformed", layer);
    for (size_t i = first_entry; i < m->entries.n; i++) {
        Entry *e = &m->entries.p[i];
        /* Facts of one file follow one another. */
        e->node = i > first_entry && str_eq(e[-1].f.real, e->f.real) ? e[-1].node : node_of(m, e->f.real);
    }
    watch_links(m);
    key_links(m);
    mark_all(m, layer, l);
    for (size_t i = 0; i < m->entries.n; i++) {
        Entry *e = &m->entries.p[i];
        if (!e->f.dead && is_hidden(e->node, e->f.layer, e->position, layer)) {
            e->f.dead = true;
            e->f.removed_by = layer;
        }
    }
    bury_links(m, m->links.n, layer);
    look_at_watches(m, layer);
    for (size_t i = first_entry; i < m->entries.n; i++) {
        Entry *e = &m->entries.p[i];
        if (e->f.fact.kind == FACT_PACKAGE && !e->f.dead)
            e->f.since = introduced(m, &e->f.fact.package, layer, i);
    }
    m->alive.n = 0;
    for (size_t i = 0; i < m->entries.n; i++)
        if (!m->entries.p[i].f.dead)
            vec_push(&m->alive, m->entries.p[i].f);
    return 0;
}

const MergedFact *merge_next_fact(const Merge *m, size_t *at) {
    return *at < m->entries.n ? &m->entries.p[(*at)++].f : NULL;
}

const MergedFact *merge_facts(const Merge *m, size_t *ret_n) {
    *ret_n = m->alive.n;
    return m->alive.p;
}

/* Does one analyzer that cares for `path` (as a file, or as a directory at or above one of its roots) miss what lies at `to`? */
static bool is_missed(const Analyzer *a, Str path, Str to) {
    if (a->wants && a->wants(path))
        return !a->wants(to);
    for (const char *const *r = a->roots; *r; r++) {
        Str root = str_from(*r);
        if (root.n == 0 || !(str_eq(root, path) || lies_below(root, path)))
            continue;
        Str rest = str_from_at(root, path.n); /* "" or "/…" */
        bool known = false;
        for (const char *const *other = a->roots; !known && *other; other++) {
            Str o = str_from(*other);
            known = o.n == to.n + rest.n && str_starts(o, to) && str_ends(o, rest);
        }
        if (!known)
            return true;
    }
    return false;
}

static int cmp_alias(const void *a, const void *b) {
    const PathAlias *x = a, *y = b;
    int r = str_cmp(x->from, y->from);
    return r ? r : str_cmp(x->to, y->to);
}

void merge_aliases(Merge *m, uint64_t which, const PathAlias **ret, size_t *ret_n) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    /* These see what a symbolic link leads to where it lies. */
    const uint64_t everywhere = analyzers_everywhere(which);
    m->aliases.n = 0;
    for (size_t i = 0; i < m->links.n; i++) {
        const Link *l = &m->links.p[i];
        Str to = l->dead ? STR_NULL : l->hard ? l->target : resolve(m, l->path, true);
        if (!to.p || str_eq(to, l->path))
            continue;
        if (l->written & which)
            vec_push(&m->aliases, (PathAlias) {l->path, to});
        if (to.n == 0)
            continue;
        bool missed = false;
        const uint64_t asked = l->hard ? which : which & ~everywhere;
        for (size_t k = 0; k < n && !missed; k++)
            missed = (asked >> k & 1) && is_missed(all[k], l->path, to);
        if (missed)
            vec_push(&m->aliases, (PathAlias) {to, l->path});
    }
    vec_sort(&m->aliases, cmp_alias);
    size_t kept = 0;
    for (size_t i = 0; i < m->aliases.n; i++)
        if (i == 0 || cmp_alias(&m->aliases.p[i], &m->aliases.p[kept - 1]) != 0)
            m->aliases.p[kept++] = m->aliases.p[i];
    if (kept > ALIASES_MAX) {
        kept = ALIASES_MAX;
        m->over = true;
    }
    m->aliases.n = kept;
    *ret = m->aliases.p;
    *ret_n = kept;
}

bool merge_over_limit(const Merge *m) {
    return m->over;
}
