/* SPDX-License-Identifier: Apache-2.0 */
/* What the YAML reader accepts is a tree that our JSON writer and reader agree on; what it refuses has a reason. */
#include <stdlib.h>

#include "parse/json-write.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void read_with(const uint8_t *p, size_t n, unsigned flags) {
    Limits limits = limits_default();
    limits.document_nodes = 20000;
    Arena a = {.max = (size_t) 64 << 20};
    Diag d = {0};
    Node *root = NULL, *again;
    size_t documents = 0, seen = 0;
    int r = yaml_parse_with(str_n((const char *) p, n), "fuzz", flags, &limits, &a, &d, &root, &documents);
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
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    read_with(p, n, 0);
    read_with(p, n, YAML_OLD_SCALARS | YAML_NO_BINARY);
    return 0;
}
