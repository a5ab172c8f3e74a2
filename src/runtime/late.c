/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/late.h"

#include "base/alloc.h"

enum { LATE_MAX = 1024, LATE_BYTES_MAX = 4 << 20 };

struct LateEvents {
    LateEvent ring[LATE_MAX];
    size_t first, n, bytes;
    char *taken;             /* of the event that was handed out last */
};

LateEvents *late_new(void) {
    return xcalloc(1, sizeof(LateEvents));
}

void late_free(LateEvents *l) {
    LateEvent e;
    while (l && late_next(l, UINT64_MAX, &e))
        ;
    free(l);
}

void late_add(LateEvents *l, uint64_t time, uint64_t number, Str bytes) {
    LateEvent e = {.time = time, .number = number, .bytes = str_n(str_dup(bytes), bytes.n)};
    l->ring[(l->first + l->n) % LATE_MAX] = e;
    l->n++;
    l->bytes += bytes.n;
}

bool late_next(LateEvents *l, uint64_t before, LateEvent *ret) {
    free(l->taken);
    l->taken = NULL;
    const LateEvent *e = &l->ring[l->first];
    if (!l->n || (e->time >= before && l->n < LATE_MAX && l->bytes < LATE_BYTES_MAX))
        return false;
    *ret = *e;
    l->taken = (char *) e->bytes.p;
    l->bytes -= e->bytes.n;
    l->first = (l->first + 1) % LATE_MAX;
    l->n--;
    return true;
}
