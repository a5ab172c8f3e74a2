/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/hidden.h"

#include <stdlib.h>

#include "base/alloc.h"

enum { NOBODY = UINT16_MAX };

/* What the layers above have at a path: the lowest of them that hides a file there, and that hides what lies below. */
typedef struct Cover {
    uint64_t key;       /* shortened hash of the path, plus one; 0: empty */
    uint16_t here, below;
    bool deletes;       /* `here` is a whiteout */
} Cover;

typedef struct Covers {
    Cover *p;
    size_t n, cap;      /* cap: a power of two */
} Covers;

static Cover *cover_at(const Covers *c, uint64_t key) {
    size_t at = key & (c->cap - 1);
    while (c->p[at].key && c->p[at].key != key)
        at = (at + 1) & (c->cap - 1);
    return &c->p[at];
}

static Cover *cover_slot(Covers *c, uint64_t key) {
    if ((c->n + 1) * 2 > c->cap) {
        Covers more = {.cap = MAX(c->cap * 2, (size_t) 1024), .n = c->n};
        more.p = xcalloc(more.cap, sizeof(Cover));
        for (size_t i = 0; i < c->cap; i++)
            if (c->p[i].key)
                *cover_at(&more, c->p[i].key) = c->p[i];
        free(c->p);
        *c = more;
    }
    Cover *slot = cover_at(c, key);
    if (!slot->key) {
        *slot = (Cover) {.key = key, .here = NOBODY, .below = NOBODY};
        c->n++;
    }
    return slot;
}

static uint64_t path_key(Str path) {
    return (entry_word(entry_hash(path), 0) >> ENTRY_KIND_BITS) + 1;
}

static const Cover *cover_of(const Covers *c, Str path) {
    static const Cover none = {.here = NOBODY, .below = NOBODY};
    if (c->n == 0)
        return &none;
    const Cover *found = cover_at(c, path_key(path));
    return found->key ? found : &none;
}

static void add_layer(Covers *c, const LayerFacts *l, uint16_t layer) {
    for (size_t i = 0; i < l->index.n; i++) {
        EntryKind kind = (EntryKind) (l->index.p[i] & ((1u << ENTRY_KIND_BITS) - 1));
        Cover *slot = cover_slot(c, (l->index.p[i] >> ENTRY_KIND_BITS) + 1);
        if (kind != ENTRY_OPAQUE) {
            /* A file put in place of one that the same layer removes replaces it. */
            slot->deletes = kind == ENTRY_WHITEOUT && (slot->here != layer || slot->deletes);
            slot->here = layer;
        }
        if (kind != ENTRY_DIR)
            slot->below = layer;
    }
}

/* The layer that hides all that lies in a directory. */
static uint16_t hidden_below(const Covers *c, Str dir) {
    uint16_t by = cover_of(c, STR(""))->below;
    for (size_t i = 1; i <= dir.n; i++)
        if (i == dir.n || dir.p[i] == '/')
            by = MIN(by, cover_of(c, str_head(dir, i))->below);
    return by;
}

static int list_layer(const Covers *c, const LayerFacts *l, int layer, int (*take)(void *userdata, const PlacedEntry *e), void *userdata) {
    ListingReader r = listing_reader(buf_view(&l->listing));
    _cleanup_(buf_done) Buf dir = buf_new(BUF_OWN_MAX);
    uint16_t above = hidden_below(c, STR(""));
    PlacedEntry e = {.layer = layer};
    int n;
    while ((n = listing_next(&r, &e.entry)) == 1) {
        ssize_t slash = str_rchr(e.entry.path, '/');
        Str parent = str_head(e.entry.path, slash < 0 ? 0 : (size_t) slash);
        /* Neighbours lie in one directory. */
        if (!str_eq(parent, buf_view(&dir))) {
            buf_clear(&dir);
            buf_str(&dir, parent);
            above = hidden_below(c, parent);
        }
        const Cover *own = cover_of(c, e.entry.path);
        uint16_t here = e.entry.kind == ENTRY_DIR ? own->below : own->here;
        uint16_t by = MIN(here, above);
        e.hidden_by = by == NOBODY ? LAYER_NONE : by;
        e.deleted = by != NOBODY && (by == own->here ? own->deletes : true);
        int x = take(userdata, &e);
        if (x < 0) {
            n = x;
            break;
        }
    }
    listing_reader_done(&r);
    return n;
}

int layers_list(const LayerFacts *layers, size_t n, int (*take)(void *userdata, const PlacedEntry *e), void *userdata) {
    Covers c = {0};
    int r = 0;
    for (size_t i = n; i-- > 0 && r >= 0;) {
        r = list_layer(&c, &layers[i], (int) i, take, userdata);
        if (i > 0)
            add_layer(&c, &layers[i], (uint16_t) i);
    }
    free(c.p);
    return r;
}
