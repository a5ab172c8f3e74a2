/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/owned.h"

/* Where /bin, /lib and their like are links to those in /usr, packages name files by either. One package system never puts two files there that differ by
 * this only. */
Str package_path(Str path) {
    static const Str dirs[] = {STR("bin/"), STR("sbin/"), STR("lib/"), STR("lib32/"), STR("lib64/"), STR("libx32/")};
    if (!str_starts(path, STR("usr/")))
        return path;
    for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
        if (str_starts(str_from_at(path, 4), dirs[i]))
            return str_from_at(path, 4);
    return path;
}

static Str key(Arena *a, PackageType type, Str name, Str arch) {
    return arena_printf(a, "%d\t%.*s\t%.*s", type, STR_FMT(name), STR_FMT(arch));
}

/* Several versions of one package (rpm's kernels) have lists of their own, which name and architecture do not tell apart: the first gets them. */
static void set_new(Map *m, Str k, const void *value) {
    bool is_new;
    void **slot = map_slot(m, k, &is_new);
    if (is_new)
        *slot = (void *) (uintptr_t) value;
}

void owned_each(const MergedFact *facts, size_t n, void (*take)(void *userdata, const MergedFact *package, Str paths), void *userdata) {
    Map packages = {0}; /* for lists beside the database: type, name, arch; and type, name */
    Arena scratch = {0};
    for (size_t i = 0; i < n; i++) {
        const PackageFact *p = &facts[i].fact.package;
        if (facts[i].fact.kind != FACT_PACKAGE || !package_type_is_os(p->type))
            continue;
        set_new(&packages, key(&scratch, p->type, p->name, p->arch), &facts[i]);
        set_new(&packages, key(&scratch, p->type, p->name, STR_NULL), &facts[i]);
    }
    for (size_t i = 0; packages.n && i < n; i++) {
        const Fact *f = &facts[i].fact;
        const MergedFact *package = NULL;
        if (f->kind == FACT_PACKAGE && package_type_is_os(f->package.type)) {
            if (f->package.files.n)
                take(userdata, &facts[i], f->package.files);
        } else if (f->kind == FACT_PACKAGE_FILES && f->files.files.n) {
            /* dpkg names a list "NAME:ARCH.list" for packages that can be installed for several architectures, else "NAME.list". One that is left of a removed package
             * belongs to nobody. */
            package = map_get(&packages, key(&scratch, f->files.type, f->files.name, f->files.arch));
            if (!package)
                package = map_get(&packages, key(&scratch, f->files.type, f->files.name, STR_NULL));
            if (package)
                take(userdata, package, f->files.files);
        }
    }
    map_done(&packages);
    arena_done(&scratch);
}

static void own(void *userdata, const MergedFact *package, Str files) {
    const Map *wanted = userdata;
    Str path;
    while (str_line(&files, &path)) {
        void **slot = map_find(wanted, package_path(path));
        if (slot && !*slot)
            *slot = (void *) (uintptr_t) package;
    }
}

void packages_own(const MergedFact *facts, size_t n, const Map *paths) {
    if (paths->n)
        owned_each(facts, n, own, (void *) (uintptr_t) paths);
}

typedef struct Owned {
    Map packages;        /* type, name, version, arch -> 1 + index in the inventory */
    Arena scratch;
    void (*take)(void *userdata, size_t package, Str paths);
    void *userdata;
} Owned;

static Str whole_key(Arena *a, const PackageFact *p) {
    return arena_printf(a, "%d\t%.*s\t%.*s\t%.*s", p->type, STR_FMT(p->name), STR_FMT(p->version), STR_FMT(p->arch));
}

static void take_owned(void *userdata, const MergedFact *package, Str paths) {
    Owned *o = userdata;
    const void *found = map_get(&o->packages, whole_key(&o->scratch, &package->fact.package));
    if (found)
        o->take(o->userdata, (size_t) (uintptr_t) found - 1, paths);
}

void owned_files(const Merge *m, const Inventory *inv, void (*take)(void *userdata, size_t package, Str paths), void *userdata) {
    Owned o = {.take = take, .userdata = userdata};
    size_t n;
    const MergedFact *facts = merge_facts(m, &n);
    for (size_t i = 0; i < inv->n_packages; i++)
        if (package_type_is_os(inv->packages[i].fact.type))
            set_new(&o.packages, whole_key(&o.scratch, &inv->packages[i].fact), (const void *) (uintptr_t) (i + 1));
    owned_each(facts, n, take_owned, &o);
    map_done(&o.packages);
    arena_done(&o.scratch);
}
