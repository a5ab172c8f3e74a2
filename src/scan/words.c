/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/words.h"

#include <stdlib.h>

#include "base/alloc.h"

static Word *place(const Words *w, uint64_t key) {
    size_t at = key & (w->cap - 1);
    while (w->p[at].key && w->p[at].key != key)
        at = (at + 1) & (w->cap - 1);
    return &w->p[at];
}

uint64_t *words_find(const Words *w, uint64_t key) {
    if (w->cap == 0)
        return NULL;
    Word *found = place(w, key ? key : 1);
    return found->key ? &found->value : NULL;
}

uint64_t *words_slot(Words *w, uint64_t key) {
    key = key ? key : 1;
    if ((w->n + 1) * 2 > w->cap) {
        Words more = {.n = w->n, .cap = MAX(w->cap * 2, (size_t) 1024)};
        more.p = xcalloc(more.cap, sizeof(Word));
        for (size_t i = 0; i < w->cap; i++)
            if (w->p[i].key)
                *place(&more, w->p[i].key) = w->p[i];
        free(w->p);
        *w = more;
    }
    Word *slot = place(w, key);
    w->n += slot->key == 0;
    slot->key = key;
    return &slot->value;
}

void words_done(Words *w) {
    free(w->p);
    *w = (Words) {0};
}
