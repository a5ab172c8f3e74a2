/* SPDX-License-Identifier: Apache-2.0 */
/* Which entries of layers the layers above them hide: what an image carries and nobody sees. */
#pragma once

#include "model/inventory.h"
#include "scan/layer-facts.h"

typedef struct PlacedEntry {
    ListedEntry entry;
    int layer;
    int hidden_by;     /* the first layer above that hides it; LAYER_NONE: it is seen */
    bool deleted;      /* hidden: and nothing lies at its path in that layer. Otherwise that layer has something of its own there */
} PlacedEntry;

/* Calls `take` for every listed entry of the layers, from the top layer down, each in the order of its archive. A negative result of `take`
 * ends it and is returned; -EBADMSG when a listing is malformed. Paths are compared as they stand: of a file that an upper layer reaches through a link,
 * nothing is known here. */
int layers_list(const LayerFacts *layers, size_t n, int (*take)(void *userdata, const PlacedEntry *e), void *userdata);
