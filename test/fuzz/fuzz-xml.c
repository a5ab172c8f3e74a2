/* SPDX-License-Identifier: Apache-2.0 */
/* The XML reader's trees have places inside of the document and valid UTF-8; what it refuses has a reason. */
#include <stdlib.h>

#include "parse/node.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void walk(const Node *n, size_t size) {
    if (n->line == 0 || n->line > size + 1 || n->col == 0 || n->col > size + 1 || !str_is_utf8(n->key))
        abort();
    if (n->type == NODE_STRING && !str_is_utf8(n->text))
        abort();
    size_t count = 0;
    node_each(c, n) {
        walk(c, size);
        count++;
    }
    if (count != node_count(n))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    Arena a = {.max = (size_t) 64 << 20};
    Diag d = {0};
    Node *root = NULL;
    int r = xml_parse(str_n((const char *) p, n), "fuzz", &limits, &a, &d, &root);
    if ((r < 0) != (d.errors > 0))
        abort();
    if (r == 0)
        walk(root, n);
    diag_done(&d);
    arena_done(&a);
    return 0;
}
