/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/loss.h"

static Str key_of(const WireLoss *loss) {
    return str_n((const char *) loss, sizeof(*loss));
}

uint64_t losses_untold(Losses *l, const WireLoss *loss, uint64_t total) {
    l->now.own_keys = true;
    bool new;
    void **at = map_slot(&l->now, key_of(loss), &new);
    if (new)
        *at = map_get(&l->told, key_of(loss));
    uint64_t before = (uint64_t) (uintptr_t) *at;
    if (total <= before)
        return 0;
    *at = (void *) (uintptr_t) total;
    return total - before;
}

void losses_restart(Losses *l, const WireLoss *loss) {
    l->now.own_keys = true;
    map_set(&l->now, key_of(loss), NULL);
}

void losses_end_round(Losses *l) {
    map_done(&l->told);
    l->told = l->now;
    l->now = (Map) {0};
}

void losses_done(Losses *l) {
    map_done(&l->told);
    map_done(&l->now);
}
