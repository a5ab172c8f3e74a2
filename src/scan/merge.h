/* SPDX-License-Identifier: Apache-2.0 */
/* Merge: facts of layers -> what is left of them in the merged view, with overlay semantics as runtimes have them: a layer's
 * whiteouts and opaque directories hide what lower layers hold, a file or link replaces whatever lay at and below its
 * path, within a layer the later entry wins, and paths run through links that lower layers or the same layer made.
 * Source: OCI image specification 1.1, layer.md. */
#pragma once

#include "base/error.h"
#include "model/inventory.h"
#include "scan/layer-facts.h"

typedef struct MergedFact {
    Fact fact;     /* slices into the LayerFacts given to merge_layer() */
    Str real;      /* canonical path of the file */
    int layer;     /* that holds the file */
    int since;     /* FACT_PACKAGE: the layer that introduced the package; otherwise as layer */
    bool dead;
    int removed_by; /* dead: the layer that hid or removed the file; its own layer where a later entry of that did */
} MergedFact;

typedef struct Merge Merge;

Merge *merge_new(void);
void merge_free(Merge *m);
DEFINE_CLEANUP(Merge, merge_free, merge_freep);

/* Adds the next layer, bottom first. `l` stays the caller's and must live as long as the merge. */
int merge_layer(Merge *m, int layer, const LayerFacts *l, Error *err);
/* What is alive, in the order of layers and entries. */
const MergedFact *merge_facts(const Merge *m, size_t *ret_n);
/* All facts, of files that are no longer there too. Begin with *at = 0; NULL at the end. */
const MergedFact *merge_next_fact(const Merge *m, size_t *at);
/* Aliases by which analyzers would see more: wanted paths that are links to unwanted ones, and links through which a layer wrote what is
 * wanted. In the merge's memory; sorted by `from`. */
void merge_aliases(Merge *m, uint64_t analyzers, const PathAlias **ret, size_t *ret_n);
/* True when there were more links than are followed: something may not have been seen. */
bool merge_over_limit(const Merge *m);
/* Builds the inventory from what is alive; strings are copied into inv->arena. */
void merge_inventory(const Merge *m, Inventory *inv);
