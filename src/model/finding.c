/* SPDX-License-Identifier: Apache-2.0 */
#include "model/finding.h"
#include "model/report.h"

int finding_compare(const Finding *a, const Finding *b) {
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    static const Str none = {0};
    const Str *ka[] = {a->package ? &a->package->fact.name : &none, a->package ? &a->package->fact.version : &none,
                       a->package ? &a->package->fact.arch : &none, &a->path, &a->id, &a->feed, &a->detail};
    const Str *kb[] = {b->package ? &b->package->fact.name : &none, b->package ? &b->package->fact.version : &none,
                       b->package ? &b->package->fact.arch : &none, &b->path, &b->id, &b->feed, &b->detail};
    for (size_t i = 0; i < ARRAY_SIZE(ka); i++) {
        int r = str_cmp(*ka[i], *kb[i]);
        if (r)
            return r;
    }
    const uint64_t na[] = {(uint64_t) a->layer + 1, a->line, a->col}, nb[] = {(uint64_t) b->layer + 1, b->line, b->col};
    for (size_t i = 0; i < ARRAY_SIZE(na); i++)
        if (na[i] != nb[i])
            return na[i] < nb[i] ? -1 : 1;
    return 0;
}

int package_compare(const Package *a, const Package *b) {
    if (a->fact.type != b->fact.type)
        return a->fact.type < b->fact.type ? -1 : 1;
    int r = str_cmp(a->fact.name, b->fact.name);
    r = r ? r : str_cmp(a->fact.version, b->fact.version);
    r = r ? r : str_cmp(a->fact.arch, b->fact.arch);
    return r ? r : str_cmp(a->path, b->path);
}

void inventory_done(Inventory *inv) {
    arena_done(&inv->arena);
    *inv = (Inventory) {0};
}

void report_done(Report *r) {
    inventory_done(&r->inventory);
    arena_done(&r->arena);
    *r = (Report) {0};
}

bool report_incomplete(const Report *r) {
    for (size_t i = 0; i < r->coverage.n_gaps; i++)
        if (!r->coverage.gaps[i].allowed)
            return true;
    return false;
}
