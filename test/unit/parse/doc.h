/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of the readers of Node trees: one document and what came of it. */
#pragma once

#include "parse/node.h"

typedef struct Doc {
    Arena arena;
    Diag diag;
    Node *root;
    size_t n;  /* documents, where a text may hold several */
    int r;     /* what the reader returned */
} Doc;

static void doc_done(Doc *d) {
    arena_done(&d->arena);
    diag_done(&d->diag);
}
#define _doc_ _cleanup_(doc_done)
