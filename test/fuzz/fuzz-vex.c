/* SPDX-License-Identifier: Apache-2.0 */
/* A VEX document of anybody's -> statements, each about something. */
#include <stdlib.h>

#include "advisory/vex.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    limits.document_nodes = 100000;
    Arena a = {0};
    Diag d = {0};
    VexDocument doc;
    int r = vex_read(str_n((const char *) p, n), "fuzz", &limits, &a, &doc, &d);
    if (r < 0 && d.errors == 0)
        abort();
    for (size_t i = 0; r >= 0 && i < doc.n; i++) {
        const Exception *e = &doc.statements[i];
        if (e->n_ids == 0 || e->n_products == 0 || e->line == 0 || e->status >= VEX_STATUS_N_)
            abort();
        for (size_t k = 0; k < e->n_products; k++)
            if (e->products[k].n_names == 0)
                abort();
    }
    arena_done(&a);
    diag_done(&d);
    return 0;
}
