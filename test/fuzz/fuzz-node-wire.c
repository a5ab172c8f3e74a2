/* SPDX-License-Identifier: Apache-2.0 */
/* Trees from another process: whatever the bytes are, what is read can be written and read again. */
#include <stdlib.h>

#include "parse/node-wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Arena a = {.max = (size_t) 64 << 20};
    Buf once = buf_new(BUF_OWN_MAX), twice = buf_new(BUF_OWN_MAX);
    WireReader r = wire_reader(str_n((const char *) p, n));
    Node *tree = node_wire_get(&r, &a);
    if ((tree == NULL) != !wire_ok(&r))
        abort();
    if (tree) {
        node_wire_put(&once, tree);
        WireReader again = wire_reader(buf_view(&once));
        tree = node_wire_get(&again, &a);
        if (!tree || again.rest.n)
            abort();
        node_wire_put(&twice, tree);
        if (once.n != twice.n || memcmp(once.p, twice.p, once.n) != 0)
            abort();
    }
    buf_done(&once);
    buf_done(&twice);
    arena_done(&a);
    return 0;
}
