/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of the analyzer "hardening" -> findings of the checks of src/harden. */
#include "scan/hardening.h"

#include <stdlib.h>

#include "analyze/analyzer.h"
#include "base/map.h"
#include "base/vec.h"
#include "harden/check.h"

bool hardening_wanted(const LookFor *l) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        if ((l->analyzers >> i & 1) && str_eqz(str_from(all[i]->name), "hardening"))
            return true;
    return false;
}

static void put(void *userdata, const Finding *f) {
    scan_add_finding(userdata, f);
}

/* A directory is not hidden by the one of an upper layer, but takes its mode from that. Of each directory at hand: the topmost layer that has it. */
static void topmost(Map *tops, const LayerFacts *layers, size_t n) {
    for (size_t i = 0; i < n && tops->n; i++)
        for (size_t k = 0; k < layers[i].index.n; k++) {
            uint64_t word = layers[i].index.p[k];
            void **slot = map_find(tops, str_n((const char *) &word, sizeof(word)));
            if (slot)
                *slot = (void *) (uintptr_t) (i + 1);
        }
}

static int cmp_fact(const void *a, const void *b) {
    const HardenFact *x = a, *y = b;
    int r = str_cmp(x->path, y->path);
    return r ? r : (x->layer > y->layer) - (x->layer < y->layer);
}

/* Rules of policies ask for them. */
static void keep_entries(Report *r, const HardenFact *facts, size_t n) {
    Inventory *inv = &r->inventory;
    inv->entries = arena_alloc(&inv->arena, (n + 1) * sizeof(*inv->entries));
    for (size_t i = 0; i < n; i++) {
        const EntryFact *e = &facts[i].fact->entry;
        if (facts[i].fact->kind == FACT_ENTRY)
            inv->entries[inv->n_entries++] = (FileEntry) {.path = arena_str(&inv->arena, facts[i].path), .tool = arena_str(&inv->arena, e->tool), .type = e->type, .mode = e->mode,
                                                      .uid = e->uid, .gid = e->gid, .size = e->size, .capability = e->capability.n > 0, .layer = facts[i].layer};
    }
}

void hardening_of_layers(Report *r, const Merge *m, const LayerFacts *layers, size_t n_layers) {
    size_t n;
    const MergedFact *facts = merge_facts(m, &n);
    Vec(HardenFact) list = {0};
    Map tops = {.own_keys = true};
    for (size_t i = 0; i < n; i++) {
        const Fact *f = &facts[i].fact;
        if (f->kind != FACT_ENTRY && f->kind != FACT_ACCOUNT)
            continue;
        HardenFact h = {.fact = f, .path = facts[i].real, .layer = facts[i].layer};
        h.is_directory = f->kind == FACT_ENTRY && f->entry.type == ENTRY_TYPE_DIRECTORY;
        h.is_symlink = f->kind == FACT_ENTRY && f->entry.type != ENTRY_TYPE_FILE && !h.is_directory;
        vec_push(&list, h);
        if (h.is_directory && n_layers > 1) {
            uint64_t word = entry_word(entry_hash(h.path), ENTRY_DIR);
            map_set(&tops, str_n((const char *) &word, sizeof(word)), NULL);
        }
    }
    topmost(&tops, layers, n_layers);
    size_t kept = 0;
    for (size_t i = 0; i < list.n; i++) {
        uint64_t word = entry_word(entry_hash(list.p[i].path), ENTRY_DIR);
        uintptr_t top = list.p[i].is_directory ? (uintptr_t) map_get(&tops, str_n((const char *) &word, sizeof(word))) : 0;
        if (top == 0 || (int) (top - 1) <= list.p[i].layer)
            list.p[kept++] = list.p[i];
    }
    list.n = kept;
    vec_sort(&list, cmp_fact);
    keep_entries(r, list.p, list.n);
    harden_files(&r->artifact, list.p, list.n, &(CheckSink) {&r->arena, put, r});
    map_done(&tops);
    vec_done(&list);
}
