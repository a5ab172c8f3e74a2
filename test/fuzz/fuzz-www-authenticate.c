/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "registry/challenge.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Arena a = {0};
    RegistryChallenge c;
    if (registry_challenge_parse(str_n((const char *) p, n), &a, &c) == 0 && (c.realm.n > n || (c.realm.n && !c.bearer)))
        abort();
    arena_done(&a);
    return 0;
}
