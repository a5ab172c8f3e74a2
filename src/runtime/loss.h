/* SPDX-License-Identifier: Apache-2.0 */
/* Losses that were told of: the programs count from the start, alerts say what came since the last one. */
#pragma once

#include "base/map.h"
#include "runtime/wire.h"

typedef struct Losses {
    Map told; /* WireLoss to a count */
} Losses;

/* How much of `total` was not told of yet; it is from now on. */
uint64_t losses_untold(Losses *l, const WireLoss *loss, uint64_t total);
void losses_done(Losses *l);
