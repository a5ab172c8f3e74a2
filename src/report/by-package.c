/* SPDX-License-Identifier: Apache-2.0 */
#include "report/by-package.h"

static size_t package_of(const Report *r, const Finding *f) {
    return f->package ? (size_t) (f->package - r->inventory.packages) : r->inventory.n_packages;
}

static size_t file_of(const Report *r, const Finding *f) {
    size_t low = 0, high = r->n_files;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(r->files[middle].path, f->path);
        if (order == 0)
            return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return r->n_files;
}

static ByPackage by(const Report *r, size_t n, size_t (*of)(const Report *r, const Finding *f), Arena *a) {
    ByPackage b = {arena_alloc(a, (n + 1) * sizeof(size_t)), arena_alloc(a, (r->n_findings + 1) * sizeof(size_t))};
    for (size_t i = r->n_findings; i-- > 0;) {
        size_t at = of(r, &r->findings[i]);
        b.next[i] = b.first[at];
        b.first[at] = i + 1;
    }
    return b;
}

ByPackage by_package(const Report *r, Arena *a) {
    return by(r, r->inventory.n_packages, package_of, a);
}

ByPackage by_file(const Report *r, Arena *a) {
    return by(r, r->n_files, file_of, a);
}
