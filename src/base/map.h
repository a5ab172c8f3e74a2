/* SPDX-License-Identifier: Apache-2.0 */
/* Map: byte string -> pointer. Iteration is in order of insertion, so that nothing printed from one depends on
 * hash values; the hash (XXH3) is keyed with a value drawn once per process, so that input cannot aim at collisions.
 * Keys are slices: the caller keeps their bytes alive (usually in an Arena) or asks for copies. */
#pragma once

#include "base/str.h"

typedef struct MapEntry {
    Str key;
    void *value;
    uint64_t hash;
} MapEntry;

typedef struct Map {
    MapEntry *entries; /* in order of insertion */
    size_t n, cap;
    uint32_t *index;   /* entry number + 1, 0 is empty */
    size_t index_cap;  /* a power of two */
    bool own_keys;     /* keys are copied at insertion and freed by map_done() */
} Map;

/* The value, or NULL. */
void *map_get(const Map *m, Str key);
bool map_has(const Map *m, Str key);
/* The place of the value, NULL when the key is not there. Valid until the next insertion. */
void **map_find(const Map *m, Str key);
/* The place of the value, inserted as NULL when new; *ret_new (may be NULL) says whether it was. */
void **map_slot(Map *m, Str key, bool *ret_new);
/* Sets or replaces. */
void map_set(Map *m, Str key, void *value);
void map_done(Map *m);
