/* SPDX-License-Identifier: Apache-2.0 */
/* What is alive after the merge -> Inventory. */
#include <stdlib.h>

#include "analyze/os-release.h"
#include "base/map.h"
#include "base/vec.h"
#include "scan/merge.h"

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

static int cmp_package(const void *a, const void *b) {
    return package_compare(a, b);
}

static bool same_package(const Package *x, const Package *y) {
    return x->fact.type == y->fact.type && str_eq(x->fact.name, y->fact.name) && str_eq(x->fact.version, y->fact.version) && str_eq(x->fact.arch, y->fact.arch);
}

static PackageFact copy_fact(Arena *a, const PackageFact *p) {
    PackageFact c = *p;
    Str *strings[] = {&c.name, &c.version, &c.arch, &c.source_name, &c.source_version, &c.license, &c.maintainer, &c.vendor, &c.module, &c.digest, &c.depends};
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        *strings[i] = arena_str(a, *strings[i]);
    c.files = STR_NULL; /* only their number: the lists of a large image take tens of megabytes, and no report prints them */
    return c;
}

/* dpkg names a file list "NAME:ARCH.list" for packages that can be installed for several architectures, else "NAME.list". */
static uint64_t listed_files(const Map *lists, const PackageFact *p, Arena *scratch) {
    const PackageFilesFact *f = map_get(lists, arena_printf(scratch, "%d\t%.*s\t%.*s", p->type, STR_FMT(p->name), STR_FMT(p->arch)));
    if (!f)
        f = map_get(lists, arena_printf(scratch, "%d\t%.*s\t", p->type, STR_FMT(p->name)));
    return f ? f->n_files : 0;
}

/* Debian's database names no licence: the package's copyright file does. Several hold together; each may be an expression of its own. */
static Str stated_license(const Map *licenses, const PackageFact *p, Arena *scratch, Arena *a) {
    const PackageLicenseFact *f = map_get(licenses, arena_printf(scratch, "%d\t%.*s", p->type, STR_FMT(p->name)));
    if (!f)
        return STR_NULL;
    _cleanup_(buf_done) Buf b = buf_new(f->licenses.n * 8 + 64);
    Str rest = f->licenses, name;
    while (str_line(&rest, &name)) {
        bool expression = str_find(name, STR(" or ")) >= 0;
        buf_printf(&b, "%s%s%.*s%s", b.n ? " and " : "", expression ? "(" : "", STR_FMT(name), expression ? ")" : "");
    }
    return arena_str(a, buf_view(&b));
}

static void take_packages(Inventory *inv, const MergedFact *facts, size_t n) {
    Vec(Package) all = {0};
    Map lists = {0}, licenses = {0};
    Arena scratch = {0};
    for (size_t i = 0; i < n; i++)
        if (facts[i].fact.kind == FACT_PACKAGE_LICENSE) {
            const PackageLicenseFact *f = &facts[i].fact.license;
            map_set(&licenses, arena_printf(&scratch, "%d\t%.*s", f->type, STR_FMT(f->name)), (void *) (uintptr_t) f);
        } else if (facts[i].fact.kind == FACT_PACKAGE_FILES) {
            const PackageFilesFact *f = &facts[i].fact.files;
            map_set(&lists, arena_printf(&scratch, "%d\t%.*s\t%.*s", f->type, STR_FMT(f->name), STR_FMT(f->arch)), (void *) (uintptr_t) f);
        }
    for (size_t i = 0; i < n; i++) {
        if (facts[i].fact.kind != FACT_PACKAGE)
            continue;
        Package p = {.fact = copy_fact(&inv->arena, &facts[i].fact.package), .path = arena_str(&inv->arena, facts[i].real), .layer = facts[i].since};
        if (p.fact.n_files == 0)
            p.fact.n_files = listed_files(&lists, &p.fact, &scratch);
        if (str_empty(p.fact.license))
            p.fact.license = stated_license(&licenses, &p.fact, &scratch, &inv->arena);
        vec_push(&all, p);
    }
    vec_sort(&all, cmp_package);
    /* A package that two databases list (one of them behind a link, say) is one package. */
    size_t kept = 0;
    for (size_t i = 0; i < all.n; i++)
        if (i == 0 || !same_package(&all.p[i], &all.p[kept - 1]))
            all.p[kept++] = all.p[i];
    inv->packages = arena_alloc(&inv->arena, (kept + 1) * sizeof(Package));
    if (kept)
        memcpy(inv->packages, all.p, kept * sizeof(Package));
    inv->n_packages = kept;
    for (size_t i = 0; i < kept; i++)
        inv->packages[i].bom_ref = package_purl(&inv->arena, &inv->packages[i].fact, &inv->os);
    map_done(&lists);
    map_done(&licenses);
    arena_done(&scratch);
    vec_done(&all);
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
    take_packages(inv, facts, n);
    take_content_sets(inv, facts, n);
    take_archives(inv, facts, n);
}
