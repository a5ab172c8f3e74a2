/* SPDX-License-Identifier: Apache-2.0 */
/* The packages of an inventory: facts of the same package become one, whether a database was found under two names, a lock file stands beside what it
 * installs, or a hundred places hold a copy; and language packages that the distribution installed are told by the files of its packages. */
#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "scan/merge.h"
#include "scan/owned.h"
#include "scan/packages.h"

/* A place where a package was found. */
typedef struct Found {
    const PackageFact *fact; /* slices into the facts */
    PackageLocation at;
    size_t order;            /* of its fact */
    size_t owner;            /* 1 + index of the OS package's fact; 0: none */
} Found;

typedef Vec(Found) FoundList;

typedef struct Collect {
    Inventory *inv;
    const MergedFact *facts;
    size_t n;
    Arena scratch;
    FoundList all;
    Map files;       /* type, name, arch of an OS package -> its PackageFilesFact */
    Map licenses;    /* type, name -> PackageLicenseFact */
} Collect;

static Str key(Collect *c, PackageType type, Str name, Str arch) {
    return arena_printf(&c->scratch, "%d\t%.*s\t%.*s", type, STR_FMT(name), STR_FMT(arch));
}

/* dpkg names a file list "NAME:ARCH.list" for packages that can be installed for several architectures, else "NAME.list". */
static void *of_package(Collect *c, const Map *m, PackageType type, Str name, Str arch) {
    void *p = map_get(m, key(c, type, name, arch));
    return p ? p : map_get(m, key(c, type, name, STR_NULL));
}

/* Debian's database names no licence: the package's copyright file does. Several hold together; each may be an expression of its own. */
static Str stated_license(Collect *c, const PackageFact *p) {
    const PackageLicenseFact *f = map_get(&c->licenses, key(c, p->type, p->name, STR_NULL));
    if (!f)
        return STR_NULL;
    _cleanup_(buf_done) Buf b = buf_new(f->licenses.n * 8 + 64);
    Str rest = f->licenses, name;
    while (str_line(&rest, &name)) {
        bool expression = str_find(name, STR(" or ")) >= 0;
        buf_printf(&b, "%s%s%.*s%s", b.n ? " and " : "", expression ? "(" : "", STR_FMT(name), expression ? ")" : "");
    }
    return arena_str(&c->inv->arena, buf_view(&b));
}

/* Where a fact's package was read: inside of an archive ("app.war!/WEB-INF/lib/x.jar") the fact knows more than the merge. */
static Str place_of(Collect *c, const MergedFact *f) {
    ssize_t inner = str_find(f->fact.path, STR("!/"));
    return inner < 0 ? f->real : arena_printf(&c->scratch, "%.*s%.*s", STR_FMT(f->real), STR_FMT(str_from_at(f->fact.path, (size_t) inner)));
}

static void gather(Collect *c) {
    for (size_t i = 0; i < c->n; i++) {
        const Fact *f = &c->facts[i].fact;
        switch (f->kind) {
        case FACT_PACKAGE_LICENSE:
            map_set(&c->licenses, key(c, f->license.type, f->license.name, STR_NULL), (void *) (uintptr_t) &f->license);
            break;
        case FACT_PACKAGE_FILES:
            map_set(&c->files, key(c, f->files.type, f->files.name, f->files.arch), (void *) (uintptr_t) &f->files);
            break;
        case FACT_PACKAGE: {
            const PackageFact *p = &f->package;
            const bool os = package_type_is_os(p->type);
            vec_push(&c->all, (Found) {.fact = p,
                                       .order = i,
                                       .at = {.path = place_of(c, &c->facts[i]), .line = p->line, .layer = os ? c->facts[i].since : c->facts[i].layer, .declared = p->flags & PACKAGE_DECLARED}});
            break;
        }
        default:
            break;
        }
    }
}

/* Asks the files of OS packages for the places of language packages: what is kept is bounded by these, not by those. */
static void settle_owners(Collect *c) {
    Map wanted = {0};
    for (size_t i = 0; i < c->all.n; i++)
        if (!package_type_is_os(c->all.p[i].fact->type))
            map_set(&wanted, package_path(c->facts[c->all.p[i].order].real), NULL);
    packages_own(c->facts, c->n, &wanted);
    for (size_t i = 0; wanted.n && i < c->all.n; i++) {
        const MergedFact *owner = package_type_is_os(c->all.p[i].fact->type) ? NULL : map_get(&wanted, package_path(c->facts[c->all.p[i].order].real));
        c->all.p[i].owner = owner ? (size_t) (owner - c->facts) + 1 : 0;
    }
    map_done(&wanted);
}

static int compare_identity(const PackageFact *x, const PackageFact *y) {
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    int r = str_cmp(x->name, y->name);
    r = r ? r : str_cmp(x->version, y->version);
    /* A language package is the same whatever it was built for: its package URL tells no architecture. */
    return r || !package_type_is_os(x->type) ? r : str_cmp(x->arch, y->arch);
}

/* Of one package, what is installed comes before what is declared. */
static int compare_found(const void *a, const void *b) {
    const Found *x = a, *y = b;
    int r = compare_identity(x->fact, y->fact);
    if (r)
        return r;
    if (x->at.declared != y->at.declared)
        return x->at.declared ? 1 : -1;
    r = str_cmp(x->at.path, y->at.path);
    if (r)
        return r;
    return x->at.line != y->at.line ? (x->at.line < y->at.line ? -1 : 1) : x->order < y->order ? -1 : x->order > y->order;
}

static bool same_place(const Found *x, const Found *y) {
    return x->at.line == y->at.line && str_eq(x->at.path, y->at.path);
}

/* Packages of Go modules that any of the programs has; empty when it cannot be told for one of them. */
static Str all_linked(Arena *a, const Found *f, size_t n) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    for (size_t i = 0; i < n; i++) {
        if (str_empty(f[i].fact->linked))
            return STR_NULL;
        if (i == 0 || !str_eq(f[i].fact->linked, f[i - 1].fact->linked))
            buf_str(&b, f[i].fact->linked);
    }
    return arena_str(a, buf_view(&b));
}

static PackageFact copy_fact(Arena *a, const PackageFact *p) {
    PackageFact c = *p;
    Str *strings[] = {&c.name, &c.version, &c.arch, &c.source_name, &c.source_version, &c.license, &c.maintainer, &c.vendor, &c.module, &c.digest, &c.depends, &c.provides};
    for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
        *strings[i] = arena_str(a, *strings[i]);
    c.files = STR_NULL; /* only their number: the lists of a large image take tens of megabytes, and no report prints them */
    c.linked = STR_NULL;
    return c;
}

/* n places of one package. */
static Package take(Collect *c, const Found *f, size_t n) {
    const uint32_t all_must = PACKAGE_DEV | PACKAGE_OPTIONAL | PACKAGE_DECLARED | PACKAGE_PRIVATE;
    Arena *a = &c->inv->arena;
    Package p = {.fact = copy_fact(a, f->fact), .layer = f->at.layer};
    PackageLocation *places = arena_alloc(a, MIN(n, (size_t) PACKAGE_LOCATIONS_MAX) * sizeof(PackageLocation));
    for (size_t i = 0; i < n; i++) {
        p.fact.flags = (p.fact.flags & f[i].fact->flags & all_must) | ((p.fact.flags | f[i].fact->flags) & ~all_must);
        if (i && same_place(&f[i], &f[i - 1]))
            continue;
        if (p.n_locations < PACKAGE_LOCATIONS_MAX) {
            places[p.n_locations] = f[i].at;
            places[p.n_locations++].path = arena_str(a, f[i].at.path);
        }
        p.n_places++;
    }
    p.locations = places;
    p.path = places[0].path;
    p.fact.linked = all_linked(a, f, n);
    if (p.fact.n_files == 0) {
        const PackageFilesFact *list = of_package(c, &c->files, p.fact.type, p.fact.name, p.fact.arch);
        p.fact.n_files = list ? list->n_files : 0;
    }
    if (str_empty(p.fact.license))
        p.fact.license = stated_license(c, &p.fact);
    return p;
}

/* The fact of the package that owns all that is installed here; declarations own nothing unless there is nothing else. 0: none. */
static size_t owner_of(const Found *f, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!f[i].owner && f[i].at.declared == f[0].at.declared)
            return 0;
    return f->owner;
}

static void collect_done(Collect *c) {
    vec_done(&c->all);
    map_done(&c->files);
    map_done(&c->licenses);
    arena_done(&c->scratch);
}

void packages_take(Inventory *inv, const MergedFact *facts, size_t n) {
    Collect c = {.inv = inv, .facts = facts, .n = n};
    Vec(size_t) owners = {0};
    gather(&c);
    settle_owners(&c);
    vec_sort(&c.all, compare_found);
    inv->packages = arena_alloc(&inv->arena, (c.all.n + 1) * sizeof(Package));
    size_t *package_of = xcalloc(n + 1, sizeof(size_t)); /* index of a fact -> 1 + index of its package */
    for (size_t i = 0, end; i < c.all.n; i = end) {
        for (end = i + 1; end < c.all.n && compare_identity(c.all.p[end].fact, c.all.p[i].fact) == 0;)
            end++;
        size_t owner = owner_of(&c.all.p[i], end - i);
        /* A program that a package of the distribution brought is that package. */
        if (owner && c.all.p[i].fact->type == PACKAGE_GENERIC)
            continue;
        for (size_t k = i; k < end; k++)
            package_of[c.all.p[k].order] = inv->n_packages + 1;
        vec_push(&owners, owner);
        inv->packages[inv->n_packages++] = take(&c, &c.all.p[i], end - i);
    }
    for (size_t i = 0; i < inv->n_packages; i++) {
        Package *p = &inv->packages[i];
        p->bom_ref = package_purl(&inv->arena, &p->fact, &inv->os);
        lint_assume(owners.p);
        p->owner = owners.p[i] ? &inv->packages[package_of[owners.p[i] - 1] - 1] : NULL;
    }
    free(package_of);
    vec_done(&owners);
    collect_done(&c);
}

void packages_leave_out_dev(Inventory *inv) {
    size_t kept = 0;
    /* Packages of the distribution come first, so that owners stay where they are. */
    for (size_t i = 0; i < inv->n_packages; i++)
        if (!package_type_is_os(inv->packages[i].fact.type) && (inv->packages[i].fact.flags & (PACKAGE_DEV | PACKAGE_OPTIONAL)))
            inv->n_left_out++;
        else
            inv->packages[kept++] = inv->packages[i];
    inv->n_packages = kept;
}
