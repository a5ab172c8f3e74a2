/* SPDX-License-Identifier: Apache-2.0 */
/* What the TOML reader accepts is a map that our JSON writer and reader agree on, with places inside of the text; what it
 * refuses has a reason. */
#include <stdlib.h>

#include "parse/json-write.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check_places(const Node *node, size_t n) {
    if (node->line == 0 || node->col == 0 || node->line > n + 1 || node->col > n + 1)
        abort();
    node_each(c, node) {
        if (node->type == NODE_MAP && (c->key_line == 0 || c->key_col == 0 || c->key_col > n))
            abort();
        check_places(c, n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    limits.document_nodes = 20000;
    Arena a = {.max = (size_t) 64 << 20};
    Diag d = {0};
    Node *root = NULL, *again;
    int r = toml_parse(str_n((const char *) p, n), "fuzz", &limits, &a, &d, &root);
    if ((r < 0) != (d.errors > 0))
        abort();
    if (r == 0) {
        if (root->type != NODE_MAP)
            abort();
        check_places(root, n);
        Limits wide = limits_default();
        Buf b = buf_new(BUF_OWN_MAX);
        JsonWriter w = json_writer(&b, true);
        json_node(&w, NULL, root);
        if (b.failed || json_parse(buf_view(&b), "fuzz", &wide, &a, &d, &again) < 0)
            abort();
        buf_done(&b);
    }
    diag_done(&d);
    arena_done(&a);
    return 0;
}
