/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/node-step.h"

enum { KEY_MAX = 64 };

void node_step_print(const NodeStep *s, Buf *out) {
    if (!s)
        return;
    node_step_print(s->up, out);
    if (s->index != SIZE_MAX)
        buf_printf(out, "[%zu]", s->index);
    else
        buf_printf(out, "%s%.*s", out->n ? "." : "", STR_FMT(str_head(s->key, MIN(s->key.n, (size_t) KEY_MAX))));
}
