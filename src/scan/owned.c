/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/owned.h"

#include "base/map.h"

static Str key(Arena *a, PackageType type, Str name, Str arch) {
    return arena_printf(a, "%d\t%.*s\t%.*s", type, STR_FMT(name), STR_FMT(arch));
}

/* Several versions of one package (rpm's kernels) have lists of their own, which name and architecture do not tell apart: the first gets them. */
static void set_new(Map *m, Str k, size_t package) {
    bool is_new;
    void **slot = map_slot(m, k, &is_new);
    if (is_new)
        *slot = (void *) (uintptr_t) (package + 1);
}

void owned_files(const Merge *m, const Inventory *inv, void (*take)(void *userdata, size_t package, Str paths), void *userdata) {
    Map packages = {0};
    Arena scratch = {0};
    size_t n;
    const MergedFact *facts = merge_facts(m, &n);
    for (size_t i = 0; i < inv->n_packages; i++) {
        const PackageFact *p = &inv->packages[i].fact;
        if (!package_type_is_os(p->type))
            continue;
        set_new(&packages, key(&scratch, p->type, p->name, p->arch), i);
        set_new(&packages, key(&scratch, p->type, p->name, STR_NULL), i);
    }
    for (size_t i = 0; packages.n && i < n; i++) {
        const Fact *f = &facts[i].fact;
        void *found = NULL;
        Str paths = STR_NULL;
        if (f->kind == FACT_PACKAGE && package_type_is_os(f->package.type)) {
            found = map_get(&packages, key(&scratch, f->package.type, f->package.name, f->package.arch));
            paths = f->package.files;
        } else if (f->kind == FACT_PACKAGE_FILES) {
            found = map_get(&packages, key(&scratch, f->files.type, f->files.name, f->files.arch));
            paths = f->files.files;
        }
        if (found && paths.n)
            take(userdata, (size_t) (uintptr_t) found - 1, paths);
    }
    map_done(&packages);
    arena_done(&scratch);
}
