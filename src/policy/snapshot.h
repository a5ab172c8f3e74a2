/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshot: a subject that was written down (policy/recorded.h), with its values looked up beforehand, as a sensor has those of an event in its memory: what is measured is
 * then the rules and not the reading of JSON. */
#pragma once

#include "policy/program.h"

/* The subject of `source` in the map, and its parents; lives in the arena, and points into the map's texts. NULL when the arena is full. */
const Subject *snapshot_new(const Source *source, const Node *object, Evaluator *e, Arena *a);
