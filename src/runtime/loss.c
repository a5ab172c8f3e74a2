/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/loss.h"

uint64_t losses_untold(Losses *l, const WireLoss *loss, uint64_t total) {
    l->told.own_keys = true;
    void **at = map_slot(&l->told, str_n((const char *) loss, sizeof(*loss)), NULL);
    uint64_t before = (uint64_t) (uintptr_t) *at;
    if (total <= before)
        return 0;
    *at = (void *) (uintptr_t) total;
    return total - before;
}

void losses_done(Losses *l) {
    map_done(&l->told);
}
