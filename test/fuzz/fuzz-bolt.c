/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "parse/bolt.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

typedef struct Walk {
    Bolt bolt;
    int depth;
    uint64_t sum;
} Walk;

static int one(void *userdata, Str key, Str value, const BoltBucket *bucket) {
    Walk *w = userdata;
    for (size_t i = 0; i < key.n; i++)
        w->sum += (uint8_t) key.p[i];
    if (value.n)
        w->sum += (uint8_t) value.p[value.n - 1];
    if (!bucket || w->depth > 8)
        return 0;
    w->depth++;
    int r = bolt_each(&w->bolt, bucket, one, w);
    w->depth--;
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Walk w = {0};
    if (bolt_open(str_n((const char *) p, n), &w.bolt) < 0)
        return 0;
    BoltBucket root = bolt_root(&w.bolt), v1;
    int r = bolt_each(&w.bolt, &root, one, &w);
    if (r < 0 && !w.bolt.problem)
        abort();
    (void) bolt_bucket(&w.bolt, &root, "v1", &v1);
    return 0;
}
