/* SPDX-License-Identifier: Apache-2.0 */
#include "report/by-package.h"

ByPackage by_package(const Report *r, Arena *a) {
    size_t n = r->inventory.n_packages;
    ByPackage b = {arena_alloc(a, (n + 1) * sizeof(size_t)), arena_alloc(a, (r->n_findings + 1) * sizeof(size_t))};
    for (size_t i = r->n_findings; i-- > 0;) {
        const Package *p = r->findings[i].package;
        size_t at = p ? (size_t) (p - r->inventory.packages) : n;
        b.next[i] = b.first[at];
        b.first[at] = i + 1;
    }
    return b;
}
