/* SPDX-License-Identifier: Apache-2.0 */
/* What the YAML reader accepts is a tree that our JSON writer and reader agree on; what it refuses has a reason; and libyaml alone has the same tree of it. */
#include <stdlib.h>

#include "parse/json-write.h"
#include "yaml-same.h"

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
    Arena library = {.max = (size_t) 64 << 20};
    Diag said = {0};
    Node *by_library = NULL;
    size_t n_library = 0;
    int r_library = yaml_parse_with(str_n((const char *) p, n), "fuzz", flags | YAML_BY_LIBRARY, &limits, &library, &said, &by_library, &n_library);
    if (r != r_library || d.errors != said.errors || documents != n_library || !same_documents(root, by_library))
        abort();
    diag_done(&said);
    arena_done(&library);
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
