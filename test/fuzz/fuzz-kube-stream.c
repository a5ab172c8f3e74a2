/* SPDX-License-Identifier: Apache-2.0 */
/* A list or watch of an API server in pieces: the first byte says which, and how large they are. In one piece it gives the same. */
#include <stdlib.h>

#include "kube/items.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int each(void *userdata, const Node *item) {
    size_t *sum = userdata;
    if (item->type != NODE_MAP)
        abort();
    *sum = *sum * 31 + item->list.n + 1;
    return 0;
}

static int read_all(KubeItemsMode mode, Str text, size_t step, size_t *ret_sum) {
    KubeItems items = kube_items(mode, each, ret_sum);
    Error err = {0};
    int r = 0;
    for (Str rest = text; rest.n && r == 0; rest = str_from_at(rest, step))
        r = kube_items_feed(&items, str_head(rest, step), &err);
    if (r == 0)
        r = kube_items_end(&items, &err);
    if (r < 0 && !err.message)
        abort();
    if (mode == KUBE_ITEMS_LIST)
        (void) kube_items_head(&items);
    error_done(&err);
    kube_items_done(&items);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    if (n == 0)
        return 0;
    KubeItemsMode mode = p[0] & 1 ? KUBE_ITEMS_WATCH : KUBE_ITEMS_LIST;
    Str text = str_n((const char *) p + 1, n - 1);
    size_t a = 0, b = 0;
    int x = read_all(mode, text, (size_t) (p[0] >> 1) + 1, &a), y = read_all(mode, text, n, &b);
    if (x != y || a != b)
        abort();
    return 0;
}
