/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/hash.h"

/* The index cell that holds the key, or the empty cell where it would go. */
static uint32_t *find_cell(const Map *m, Str key, uint64_t hash) {
    size_t mask = m->index_cap - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        uint32_t *cell = &m->index[at];
        if (*cell == 0)
            return cell;
        const MapEntry *e = &m->entries[*cell - 1];
        if (e->hash == hash && str_eq(e->key, key))
            return cell;
    }
}

void **map_find(const Map *m, Str key) {
    if (m->n == 0)
        return NULL;
    uint32_t *cell = find_cell(m, key, hash_keyed(key.p, key.n));
    return *cell ? &m->entries[*cell - 1].value : NULL;
}

void *map_get(const Map *m, Str key) {
    void **v = map_find(m, key);
    return v ? *v : NULL;
}

bool map_has(const Map *m, Str key) {
    return map_find(m, key) != NULL;
}

static void grow(Map *m) {
    if (m->n == m->cap) {
        m->cap = MAX(m->cap * 2, (size_t) 8);
        m->entries = xreallocarray(m->entries, m->cap, sizeof(MapEntry));
    }
    if ((m->n + 1) * 4 <= m->index_cap * 3)
        return;
    free(m->index);
    m->index_cap = MAX(m->index_cap * 2, (size_t) 16);
    m->index = xcalloc(m->index_cap, sizeof(uint32_t));
    size_t mask = m->index_cap - 1;
    for (size_t i = 0; i < m->n; i++) {
        size_t at = m->entries[i].hash & mask;
        while (m->index[at])
            at = (at + 1) & mask;
        m->index[at] = (uint32_t) i + 1;
    }
}

void **map_slot(Map *m, Str key, bool *ret_new) {
    grow(m);
    uint64_t hash = hash_keyed(key.p, key.n);
    uint32_t *cell = find_cell(m, key, hash);
    bool fresh = *cell == 0;
    if (fresh) {
        if (m->own_keys)
            key.p = str_dup(key);
        m->entries[m->n] = (MapEntry) {.key = key, .hash = hash};
        *cell = (uint32_t) ++m->n;
    }
    if (ret_new)
        *ret_new = fresh;
    return &m->entries[*cell - 1].value;
}

void map_set(Map *m, Str key, void *value) {
    *map_slot(m, key, NULL) = value;
}

void map_done(Map *m) {
    if (m->own_keys)
        for (size_t i = 0; i < m->n; i++)
            free((void *) (uintptr_t) m->entries[i].key.p);
    free(m->entries);
    free(m->index);
    *m = (Map) {.own_keys = m->own_keys};
}
