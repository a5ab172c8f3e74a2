/* SPDX-License-Identifier: Apache-2.0 */
/* A file of ignore rules in any of the forms -> rules that say why, and never ignore everything. */
#include <stdlib.h>

#include "scan/exceptions.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    limits.document_nodes = 100000;
    Arena a = {0};
    Diag d = {0};
    IgnoreRules rules;
    Str text = str_n((const char *) p, n);
    int r = ignore_read(text, "fuzz", &limits, &a, &rules, &d);
    if (r < 0 && d.errors == 0)
        abort();
    for (size_t i = 0; r >= 0 && i < rules.n; i++) {
        const Exception *e = &rules.rules[i];
        if (str_empty(e->reason) || (e->n_ids + e->n_purls + e->n_paths == 0 && e->package.n + e->version.n + e->type.n + e->fix_state.n == 0))
            abort();
        for (size_t k = 0; k < e->n_paths; k++)
            (void) exception_path_matches(e->paths[k], str_head(text, 300));
    }
    arena_done(&a);
    diag_done(&d);
    return 0;
}
