/* SPDX-License-Identifier: Apache-2.0 */
/* What is alive after the merge -> Inventory. */
#include <stdlib.h>

#include "analyze/os-release.h"
#include "base/vec.h"
#include "scan/merge.h"
#include "scan/packages.h"

static void take_os(Inventory *inv, const MergedFact *facts, size_t n) {
    const MergedFact *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const MergedFact *f = &facts[i];
        if (f->fact.kind != FACT_OS || str_empty(f->fact.os.id))
            continue;
        int d = best ? os_release_rank(f->fact.path) - os_release_rank(best->fact.path) : -1;
        if (d < 0 || (d == 0 && str_cmp(f->fact.path, best->fact.path) < 0))
            best = f;
    }
    if (!best)
        return;
    const OsFact *o = &best->fact.os;
    Arena *a = &inv->arena;
    char key[128];
    inv->os = (Os) {.known = true, .id = arena_str(a, o->id), .version_id = arena_str(a, o->version_id), .codename = arena_str(a, o->codename),
                    .pretty_name = arena_str(a, o->pretty_name), .cpe_name = arena_str(a, o->cpe_name), .id_like = arena_str(a, o->id_like)};
    if (os_release_key(o, key, sizeof(key)) == 0)
        inv->os.release = arena_str(a, str_from(key));
}

static int cmp_str(const void *a, const void *b) {
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

static void take_content_sets(Inventory *inv, const MergedFact *facts, size_t n) {
    Vec(Str) all = {0};
    for (size_t i = 0; i < n; i++) {
        Str rest = facts[i].fact.kind == FACT_CONTENT_SETS ? facts[i].fact.content_sets.sets : STR_NULL, line;
        while (str_line(&rest, &line))
            if (line.n)
                vec_push(&all, line);
    }
    vec_sort(&all, cmp_str);
    inv->content_sets = arena_alloc(&inv->arena, (all.n + 1) * sizeof(Str));
    for (size_t i = 0; i < all.n; i++)
        if (i == 0 || !str_eq(all.p[i], all.p[i - 1]))
            inv->content_sets[inv->n_content_sets++] = arena_str(&inv->arena, all.p[i]);
    vec_done(&all);
}

static int cmp_archive(const void *a, const void *b) {
    const ArchiveSourceFact *x = a, *y = b;
    int r = str_cmp(x->kind, y->kind);
    r = r ? r : str_cmp(x->uri, y->uri);
    r = r ? r : str_cmp(x->suite, y->suite);
    return r ? r : str_cmp(x->components, y->components);
}

static void take_archives(Inventory *inv, const MergedFact *facts, size_t n) {
    Vec(ArchiveSourceFact) all = {0};
    for (size_t i = 0; i < n; i++) {
        if (facts[i].fact.kind != FACT_ARCHIVE_SOURCE)
            continue;
        ArchiveSourceFact s = facts[i].fact.archive;
        Str *strings[] = {&s.kind, &s.uri, &s.suite, &s.components, &s.signed_by};
        for (size_t k = 0; k < ARRAY_SIZE(strings); k++)
            *strings[k] = arena_str(&inv->arena, *strings[k]);
        vec_push(&all, s);
    }
    vec_sort(&all, cmp_archive);
    inv->archives = arena_alloc(&inv->arena, (all.n + 1) * sizeof(ArchiveSourceFact));
    if (all.n)
        memcpy(inv->archives, all.p, all.n * sizeof(ArchiveSourceFact));
    inv->n_archives = all.n;
    vec_done(&all);
}

void merge_inventory(const Merge *m, Inventory *inv) {
    size_t n;
    const MergedFact *facts = merge_facts(m, &n);
    take_os(inv, facts, n);
    packages_take(inv, facts, n);
    take_content_sets(inv, facts, n);
    take_archives(inv, facts, n);
}
