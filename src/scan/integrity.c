/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/integrity.h"

#include <stdlib.h>

#include "analyze/analyzer.h"
#include "base/map.h"
#include "base/vec.h"
#include "scan/hidden.h"
#include "scan/packages.h"
#include "scan/scan.h"

enum { SUM_N = 32, FINDINGS_MAX = 1000 };

/* One file as packages state it. Several may state one path: a file that moved from one package to another. */
typedef struct Stated {
    Str path, package, sum;
    struct Stated *next;
    bool free;         /* a configuration file, or diverted: anything may be there */
    bool found;
} Stated;

typedef struct HardLink {
    Str path, target;
    int layer;
    Stated *stated;
} HardLink;

typedef struct Integrity {
    Report *report;
    bool flat;
    Arena arena;
    Map stated;        /* package_path() -> Stated */
    Map links;         /* "LAYER\tTARGET" of each of `hard` */
    Vec(HardLink) hard;
    uint64_t changed, unread;
    Str first_unread;
} Integrity;

bool integrity_wanted(const LookFor *l) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i]->name, "dpkg-sums") == 0)
            return l->analyzers >> i & 1;
    return false;
}

static void take_sums(Integrity *c, const PackageFilesFact *f) {
    Str rest = f->files, line, sum, path;
    while (str_line(&rest, &line)) {
        if (!str_cut(line, ' ', &sum, &path) || path.n < 2)
            continue;
        path = str_from_at(path, 1);
        bool is_new;
        Stated **slot = (Stated **) map_slot(&c->stated, package_path(path), &is_new);
        Stated *s = arena_new(&c->arena, Stated);
        *s = (Stated) {.path = path, .package = f->name, .sum = sum, .free = sum.n != SUM_N, .next = *slot};
        *slot = s;
    }
}

static Str hex(Arena *a, Str bytes) {
    static const char digits[] = "0123456789abcdef";
    char *p = arena_bytes(a, bytes.n * 2);
    for (size_t i = 0; i < bytes.n; i++) {
        p[2 * i] = digits[(unsigned char) bytes.p[i] >> 4];
        p[2 * i + 1] = digits[bytes.p[i] & 15];
    }
    return str_n(p, bytes.n * 2);
}

/* MD5 of no bytes: listings state none for empty files. */
static Str sum_of(Arena *a, const ListedEntry *e) {
    return e->size == 0 ? STR("d41d8cd98f00b204e9800998ecf8427e") : hex(a, e->md5);
}

static void add(Integrity *c, Severity severity, const char *id, Str title, Str path, int layer, Str detail) {
    Arena *a = &c->report->arena;
    Finding x = {.kind = FINDING_INTEGRITY, .id = str_from(id), .title = arena_str(a, title), .severity = severity, .severity_source = STR("plimsoll"), .epss = -1,
                 .epss_percentile = -1, .published = TIME_NONE, .layer = c->flat ? LAYER_NONE : layer, .deleted = LAYER_NONE, .path = arena_str(a, path),
                 .detail = arena_str(a, detail), .is_new = true};
    x.cvss.score10 = -1;
    scan_add_finding(c->report, &x);
}

/* `e`: the file's content; `path`: where it is seen. */
static void compare(Integrity *c, const Stated *stated, Str path, int layer, const ListedEntry *e) {
    _cleanup_(arena_done) Arena scratch = {0};
    if (e->size && str_empty(e->md5)) {
        if (c->unread++ == 0)
            c->first_unread = arena_str(&c->report->arena, path);
        return;
    }
    Str sum = sum_of(&scratch, e);
    for (const Stated *s = stated; s; s = s->next)
        if (s->free || str_eq(s->sum, sum))
            return;
    if (c->changed++ >= FINDINGS_MAX)
        return;
    add(c, e->mode & 0111 ? SEVERITY_HIGH : SEVERITY_MEDIUM, "PACKAGE-FILE-CHANGED", STR("A file is not what its package brought"), path, layer,
        arena_printf(&scratch, "package %.*s states md5:%.*s, the file has md5:%.*s", STR_FMT(stated->package), STR_FMT(stated->sum), STR_FMT(sum)));
}

static Str link_key(Arena *a, int layer, Str target) {
    return arena_printf(a, "%d\t%.*s", layer, STR_FMT(target));
}

/* No package states sums of links: one at this very path stands where a file was. Beside it, in /usr or not, one may lead to it. */
static void on_symlink(Integrity *c, Stated *stated, const PlacedEntry *p) {
    bool here = false, free = false;
    for (const Stated *s = stated; s; s = s->next) {
        here = here || str_eq(s->path, p->entry.path);
        free = free || s->free;
    }
    if (!here)
        return;
    stated->found = true;
    if (free || c->changed++ >= FINDINGS_MAX)
        return;
    _cleanup_(arena_done) Arena scratch = {0};
    add(c, SEVERITY_MEDIUM, "PACKAGE-FILE-CHANGED", STR("A file is not what its package brought"), p->entry.path, p->layer,
        arena_printf(&scratch, "package %.*s states a file, it is a symbolic link to %.*s", STR_FMT(stated->package), STR_FMT(p->entry.target)));
}

static int on_entry(void *userdata, const PlacedEntry *p) {
    Integrity *c = userdata;
    const ListedEntry *e = &p->entry;
    if (p->hidden_by != LAYER_NONE || e->kind == ENTRY_DIR)
        return 0;
    Stated *stated = map_get(&c->stated, package_path(e->path));
    if (!stated)
        return 0;
    if (e->kind == ENTRY_SYMLINK) {
        on_symlink(c, stated, p);
        return 0;
    }
    stated->found = true;
    if (e->target.n && e->size == 0) {
        Str key = link_key(&c->arena, p->layer, e->target);
        vec_push(&c->hard, (HardLink) {arena_str(&c->arena, e->path), arena_str(&c->arena, e->target), p->layer, stated});
        map_set(&c->links, key, userdata);
    } else {
        compare(c, stated, e->path, p->layer, e);
    }
    return 0;
}

/* The files of hard links, which upper layers may hide under their own names. */
static int on_target(void *userdata, const PlacedEntry *p) {
    Integrity *c = userdata;
    _cleanup_(arena_done) Arena scratch = {0};
    if (p->entry.kind != ENTRY_FILE || p->entry.target.n > 0 || !map_has(&c->links, link_key(&scratch, p->layer, p->entry.path)))
        return 0;
    for (size_t i = 0; i < c->hard.n; i++)
        if (c->hard.p[i].layer == p->layer && str_eq(c->hard.p[i].target, p->entry.path))
            compare(c, c->hard.p[i].stated, c->hard.p[i].path, p->layer, &p->entry);
    return 0;
}

static void add_missing(Integrity *c) {
    _cleanup_(arena_done) Arena scratch = {0};
    Map packages = {0};
    uint64_t files = 0;
    Str first = STR_NULL;
    for (size_t i = 0; i < c->stated.n; i++) {
        const Stated *s = c->stated.entries[i].value;
        bool gone = !s->found;
        for (const Stated *x = s; x; x = x->next)
            gone = gone && !x->free;
        if (!gone)
            continue;
        first = files++ ? first : s->path;
        map_set(&packages, s->package, c);
    }
    if (files)
        add(c, SEVERITY_LOW, "PACKAGE-FILES-MISSING", STR("Files of packages are gone"), STR("var/lib/dpkg"), LAYER_NONE,
            arena_printf(&scratch, "%llu of %zu packages, the first: %.*s", (unsigned long long) files, packages.n, STR_FMT(first)));
    map_done(&packages);
}

int integrity_find(Report *r, const Merge *m, const LayerFacts *layers, size_t n, bool flat) {
    Integrity c = {.report = r, .flat = flat};
    size_t n_facts;
    const MergedFact *facts = merge_facts(m, &n_facts);
    for (size_t i = 0; i < n_facts; i++)
        if (facts[i].fact.kind == FACT_PACKAGE_SUMS)
            take_sums(&c, &facts[i].fact.files);
    int x = c.stated.n ? layers_list(layers, n, on_entry, &c) : 0;
    if (x >= 0 && c.hard.n)
        x = layers_list(layers, n, on_target, &c);
    if (x >= 0)
        add_missing(&c);
    if (c.unread)
        scan_add_gap(r, GAP_LIMIT, c.first_unread, "too large or not readable to the end: not compared with what its package states (%llu such %s)", (unsigned long long) c.unread,
                     c.unread == 1 ? "file" : "files");
    if (c.changed > FINDINGS_MAX)
        scan_add_gap(r, GAP_LIMIT, STR("var/lib/dpkg"), "%llu files of packages were changed: only %d are shown", (unsigned long long) c.changed, FINDINGS_MAX);
    vec_done(&c.hard);
    map_done(&c.links);
    map_done(&c.stated);
    arena_done(&c.arena);
    return x;
}
