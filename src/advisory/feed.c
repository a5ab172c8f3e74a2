/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/feed.h"

static const Feed *const table[] = {
#define FEED(name) &feed_##name,
#include "advisory/feed.list.h"
#undef FEED
    NULL,
};

const Feed *const *feeds(size_t *ret_n) {
    *ret_n = ARRAY_SIZE(table) - 1;
    return table;
}

const Feed *feed_by_name(Str name) {
    for (size_t i = 0; table[i]; i++)
        if (str_eqz(name, table[i]->name))
            return table[i];
    return NULL;
}

const Feed *feed_detect(Str path, Str head) {
    for (size_t i = 0; table[i]; i++)
        if (table[i]->detect(path, head))
            return table[i];
    return NULL;
}
