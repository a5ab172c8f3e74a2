/* SPDX-License-Identifier: Apache-2.0 */
/* Losses that were told of: the programs count from the start, alerts say what came since the last one. */
#pragma once

#include "base/map.h"
#include "runtime/wire.h"

typedef struct Losses {
    Map told, now; /* WireLoss to a count: as of the last round, and of this one */
} Losses;

/* How much of `total` was not told of yet; it is from now on. */
uint64_t losses_untold(Losses *l, const WireLoss *loss, uint64_t total);
/* This loss is counted from 0 again, should it come back. */
void losses_restart(Losses *l, const WireLoss *loss);
/* Every loss there is was asked about since the last call: what was not is forgotten. */
void losses_end_round(Losses *l);
void losses_done(Losses *l);
