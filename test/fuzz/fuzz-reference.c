/* SPDX-License-Identifier: Apache-2.0 */
/* What parses must parse again, from its canonical text, to the same. */
#include <stdlib.h>

#include "registry/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Arena a = {0};
    Error err = {0};
    RegistryRef ref, again;
    if (registry_ref_parse(str_n((const char *) p, n), &a, &ref, &err) == 0)
        if (registry_ref_parse(ref.text, &a, &again, NULL) < 0 || !str_eq(ref.text, again.text) || !str_eq(ref.host, again.host) ||
            !str_eq(ref.repository, again.repository))
            abort();
    error_done(&err);
    arena_done(&a);
    return 0;
}
