/* SPDX-License-Identifier: Apache-2.0 */
/* Facts come from a worker that hostile bytes may have taken over, and from the cache. What decodes must encode again to what
 * decodes the same. */
#include <stdlib.h>

#include "model/fact.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    WireReader r = wire_reader(str_n((const char *) p, n));
    Fact f;
    Buf b = buf_new((size_t) 1 << 26);
    while (fact_decode(&r, &f) == 1) {
        buf_clear(&b);
        fact_encode(&b, &f);
        WireReader again = wire_reader(buf_view(&b));
        Fact g;
        if (fact_decode(&again, &g) != 1 || g.kind != f.kind || !str_eq(g.path, f.path) || again.rest.n)
            abort();
    }
    buf_done(&b);
    return 0;
}
