/* SPDX-License-Identifier: Apache-2.0 */
/* What the YAML reader accepts is a tree that our JSON writer and reader agree on; what it refuses has a reason. */
#include <stdlib.h>

#include "parse/json-write.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    limits.document_nodes = 20000;
    Arena a = {.max = (size_t) 64 << 20};
    Diag d = {0};
    Node *root = NULL, *again;
    size_t documents = 0, seen = 0;
    int r = yaml_parse(str_n((const char *) p, n), "fuzz", &limits, &a, &d, &root, &documents);
    if ((r < 0) != (d.errors > 0))
        abort();
    Limits wide = limits_default();
    Buf b = buf_new(BUF_OWN_MAX);
    for (; root; root = root->next, seen++) {
        if (root->line == 0 || root->col == 0 || root->col > n + 1)
            abort();
        buf_clear(&b);
        JsonWriter w = json_writer(&b, true);
        json_node(&w, NULL, root);
        if (b.failed || json_parse(buf_view(&b), "fuzz", &wide, &a, &d, &again) < 0)
            abort();
    }
    if (seen != documents)
        abort();
    buf_done(&b);
    diag_done(&d);
    arena_done(&a);
    return 0;
}
