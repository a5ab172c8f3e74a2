/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets in an artifact: those that analyzers found in files, also in files that a later layer hides, and those in the configuration. */
#pragma once

#include "scan/layer-facts.h"
#include "scan/merge.h"
#include "scan/scan.h"

/* Are secrets looked for? */
bool secrets_wanted(const LookFor *l);
/* Findings of the facts of all layers; gaps of dead files that were not wholly searched (those that are alive are everybody's). */
void secrets_of_layers(Report *r, const Merge *m);
/* Searches environment, labels, history, entry point and command of an image's configuration in a confined worker: findings, and the found values taken out of
 * what the report repeats (the instructions of layers). Where secrets are not looked for there are no findings, but nothing repeats a value either.
 * What cannot be searched is a gap. */
void secrets_of_config(Report *r, const LookFor *l, const Limits *limits);
