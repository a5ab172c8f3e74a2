/* SPDX-License-Identifier: Apache-2.0 */
/* Packages that nothing in the image needs, and what their removal frees: what can be reached from them only, as a package manager's autoremove
 * sees it. Needed are essential packages, those of the programs that the configuration starts, and what these need. */
#include "model/depends.h"
#include "scan/bloat-parts.h"

/* Steps along dependencies in all: what takes longer is counted, not worked out. */
enum { STEPS_MAX = 50000000 };

typedef Vec(size_t) Indices;

typedef struct Graph {
    size_t n;                /* packages; those of the distribution come first */
    size_t *first;           /* n + 1: where the needs of each begin in `to` */
    Indices to;
    size_t *back_first;      /* the same for who needs it */
    size_t *back;
    uint8_t *needed;         /* by roots */
    uint8_t *top;            /* nobody needs it, nor do the roots */
    uint32_t *mark;          /* the last walk (+ 1) that came here */
    uint32_t *stays;
    uint64_t *vulnerabilities;
    uint64_t steps;
} Graph;

static size_t ask_owner(void *userdata, Str path) {
    return bloat_owner(userdata, path);
}

static Graph graph_new(BloatScan *s) {
    const Inventory *inv = &s->report->inventory;
    Graph g = {0};
    _cleanup_(depends_freep) Depends *d = depends_new(inv);
    depends_ask(d, ask_owner, s);
    while (g.n < inv->n_packages && package_type_is_os(inv->packages[g.n].fact.type))
        g.n++;
    g.first = xcalloc(g.n + 2, sizeof(size_t));
    g.back_first = xcalloc(g.n + 2, sizeof(size_t));
    for (size_t i = 0; i < g.n; i++) {
        size_t n;
        const size_t *to = depends_of(d, i, &n);
        g.first[i] = g.to.n;
        for (size_t k = 0; k < n; k++) {
            vec_push(&g.to, to[k]);
            g.back_first[to[k] + 1]++;
        }
    }
    g.first[g.n] = g.to.n;
    for (size_t i = 0; i < g.n; i++)
        g.back_first[i + 1] += g.back_first[i];
    g.back = xcalloc(g.to.n + 1, sizeof(size_t));
    size_t *at = xcalloc(g.n + 1, sizeof(size_t));
    for (size_t i = 0; i < g.n; i++)
        for (size_t k = g.first[i]; k < g.first[i + 1]; k++)
            g.back[g.back_first[g.to.p[k]] + at[g.to.p[k]]++] = i;
    free(at);
    g.needed = xcalloc(g.n + 1, 1);
    g.top = xcalloc(g.n + 1, 1);
    g.mark = xcalloc(g.n + 1, sizeof(uint32_t));
    g.stays = xcalloc(g.n + 1, sizeof(uint32_t));
    g.vulnerabilities = xcalloc(g.n + 1, sizeof(uint64_t));
    return g;
}

static void graph_done(Graph *g) {
    free(g->first);
    free(g->back_first);
    free(g->back);
    free(g->needed);
    free(g->top);
    free(g->mark);
    free(g->stays);
    free(g->vulnerabilities);
    vec_done(&g->to);
}

/* Without these there is no system, though their database does not say so as dpkg's does. */
static bool is_base(const PackageFact *p) {
    static const char *const names[] = {"alpine-baselayout", "alpine-baselayout-data", "alpine-release", "alpine-keys", "musl", "basesystem", "filesystem", "setup", "glibc"};
    if (p->flags & PACKAGE_ESSENTIAL)
        return true;
    for (size_t i = 0; p->type != PACKAGE_DEB && i < ARRAY_SIZE(names); i++)
        if (str_eqz(p->name, names[i]))
            return true;
    return p->type == PACKAGE_RPM && (str_ends(p->name, STR("-release")) || str_ends(p->name, STR("-repos")));
}

static void need(Graph *g, size_t package, Indices *todo) {
    if (package >= g->n || g->needed[package])
        return;
    g->needed[package] = 1;
    vec_push(todo, package);
}

static void mark_needed(BloatScan *s, Graph *g) {
    const Package *packages = s->report->inventory.packages;
    Indices todo = {0};
    for (size_t i = 0; i < g->n; i++)
        if (is_base(&packages[i].fact))
            need(g, i, &todo);
    for (size_t i = 0; i < s->wanted.n; i++) {
        const Wanted *w = &s->wanted.p[i];
        size_t owner = w->found ? bloat_owner(s, w->path) : 0;
        if (owner)
            need(g, owner - 1, &todo);
        for (size_t k = 0; w->found && k < VIA_MAX && w->via[k]; k++)
            need(g, w->via[k] - 1, &todo);
    }
    while (todo.n) {
        size_t at = todo.p[--todo.n];
        for (size_t k = g->first[at]; k < g->first[at + 1]; k++)
            need(g, g->to.p[k], &todo);
    }
    vec_done(&todo);
}

/* What can be reached from `from` among that which the roots do not need; marked with `walk`. */
static void reach(Graph *g, size_t from, uint32_t walk, Indices *ret) {
    ret->n = 0;
    vec_push(ret, from);
    g->mark[from] = walk;
    for (size_t i = 0; i < ret->n; i++)
        for (size_t k = g->first[ret->p[i]]; k < g->first[ret->p[i] + 1]; k++) {
            size_t to = g->to.p[k];
            g->steps++;
            if (g->needed[to] || g->mark[to] == walk)
                continue;
            g->mark[to] = walk;
            vec_push(ret, to);
        }
}

/* Of those, what nobody else needs: a package that somebody outside needs stays, and what it needs. */
static void keep_needed(Graph *g, size_t from, uint32_t walk, Indices *reached) {
    Indices todo = {0};
    for (size_t i = 0; i < reached->n; i++) {
        const size_t at = reached->p[i];
        for (size_t k = g->back_first[at]; at != from && k < g->back_first[at + 1] && g->stays[at] != walk; k++) {
            g->steps++;
            if (g->mark[g->back[k]] == walk)
                continue;
            g->stays[at] = walk;
            vec_push(&todo, at);
        }
    }
    while (todo.n) {
        size_t at = todo.p[--todo.n];
        for (size_t k = g->first[at]; k < g->first[at + 1]; k++) {
            size_t to = g->to.p[k];
            g->steps++;
            if (g->mark[to] != walk || g->stays[to] == walk || to == from)
                continue;
            g->stays[to] = walk;
            vec_push(&todo, to);
        }
    }
    size_t kept = 0;
    for (size_t i = 0; i < reached->n; i++)
        if (g->stays[reached->p[i]] != walk)
            reached->p[kept++] = reached->p[i];
    reached->n = kept;
    vec_done(&todo);
}

static int compare_index(const void *a, const void *b) {
    const size_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Used by programs that do not depend on them: they recommend them at most, or read the files when they are there. */
static bool is_data(Str name) {
    static const char *const names[] = {"ca-certificates", "ca-certificates-bundle", "tzdata", "netbase", "locales", "glibc-langpack-en", "media-types", "mime-support", "shared-mime-info", "fontconfig",
                                        "fontconfig-config", "iana-etc", "krb5-config", "libnss-ldapd", "libnss-sss", "nss_wrapper", "libpam-modules", "crypto-policies", "openssl", "setup"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (str_eqz(name, names[i]))
            return true;
    return false;
}

static BloatRemoval removal_of(BloatScan *s, const Graph *g, const size_t *packages, size_t n, const Package *named) {
    const Package *all = s->report->inventory.packages;
    BloatRemoval r = {.package = named};
    bool data = false, libraries = false, programs = false;
    r.frees = arena_alloc(&s->report->arena, (n + 1) * sizeof(*r.frees));
    for (size_t i = 0; i < n; i++) {
        const Part *p = packages[i] < s->parts.n ? &s->parts.p[packages[i]] : &(Part) {0};
        if (&all[packages[i]] != named)
            r.frees[r.n_frees++] = &all[packages[i]];
        r.bytes += p->bytes;
        r.setid_files += p->setid_files;
        r.vulnerabilities += g->vulnerabilities[packages[i]];
        libraries |= p->libraries > 0;
        programs |= p->programs > 0;
        data |= is_data(all[packages[i]].fact.name);
    }
    r.caution = data ? BLOAT_DATA : libraries && s->b.other_programs ? BLOAT_LIBRARIES : programs && s->b.shell ? BLOAT_SCRIPT : BLOAT_SAFE;
    return r;
}

static void count_vulnerabilities(const Report *r, Graph *g) {
    for (size_t i = 0; i < r->n_findings; i++) {
        const Finding *f = &r->findings[i];
        if ((f->kind != FINDING_VULNERABILITY && f->kind != FINDING_MALICIOUS) || !f->package)
            continue;
        size_t at = (size_t) (f->package - r->inventory.packages);
        if (at < g->n)
            g->vulnerabilities[at]++;
    }
}

static int compare_removals(const void *a, const void *b) {
    const BloatRemoval *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->package < y->package ? -1 : x->package > y->package;
}

typedef Vec(BloatRemoval) Removals;

static void add_removal(BloatScan *s, Graph *g, size_t package, uint32_t walk, Removals *all) {
    Indices reached = {0};
    if (g->steps < STEPS_MAX) {
        reach(g, package, walk, &reached);
        keep_needed(g, package, walk, &reached);
    } else {
        vec_push(&reached, package);
    }
    vec_sort(&reached, compare_index);
    vec_push(all, removal_of(s, g, reached.p, reached.n, &s->report->inventory.packages[package]));
    vec_done(&reached);
}

void bloat_packages(BloatScan *s, bool matched) {
    Graph g = graph_new(s);
    Removals all = {0};
    Indices unneeded = {0}, reached = {0};
    uint32_t walk = 0;
    /* What the tops reach is theirs; a ring of packages that only need each other has no top: its first one stands for it. */
    _cleanup_free_ uint8_t *covered = xcalloc(g.n + 1, 1);
    s->b.has_packages = g.n > 0;
    s->b.has_vulnerabilities = matched;
    count_vulnerabilities(s->report, &g);
    mark_needed(s, &g);
    for (size_t i = 0; i < g.n; i++) {
        g.top[i] = !g.needed[i] && g.back_first[i] == g.back_first[i + 1];
        if (!g.needed[i])
            vec_push(&unneeded, i);
    }
    for (unsigned rings = 0; rings < 2; rings++)
        for (size_t i = 0; i < g.n; i++) {
            if (rings ? g.needed[i] || covered[i] : !g.top[i])
                continue;
            add_removal(s, &g, i, ++walk, &all);
            if (g.steps < STEPS_MAX)
                reach(&g, i, ++walk, &reached);
            covered[i] = 1;
            for (size_t k = 0; k < reached.n; k++)
                covered[reached.p[k]] = 1;
        }
    vec_sort(&all, compare_removals);
    s->b.unneeded = removal_of(s, &g, unneeded.p, unneeded.n, NULL);
    s->b.all_removals = all.n;
    s->b.n_removals = MIN(all.n, s->top);
    s->b.removals = arena_alloc(&s->report->arena, (s->b.n_removals + 1) * sizeof(BloatRemoval));
    if (s->b.n_removals)
        memcpy(s->b.removals, all.p, s->b.n_removals * sizeof(BloatRemoval));
    if (g.steps >= STEPS_MAX)
        scan_add_gap(s->report, GAP_LIMIT, STR("dependencies of packages"), "more than %d steps: for some packages, what only they need was not worked out", STEPS_MAX);
    vec_done(&all);
    vec_done(&unneeded);
    vec_done(&reached);
    graph_done(&g);
}
