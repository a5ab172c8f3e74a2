/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "scan/merge.h"
#include "scan/scan.h"

/* Is the analyzer "hardening" among those that look? */
bool hardening_wanted(const LookFor *l);
/* Adds the findings about files and accounts of the merged view. */
void hardening_of_layers(Report *r, const Merge *m, const LayerFacts *layers, size_t n_layers);
