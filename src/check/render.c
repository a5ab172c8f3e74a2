/* SPDX-License-Identifier: Apache-2.0 */
#include "check/render.h"

#include "base/run.h"

enum { SECONDS = 60 };

int check_render(const char *const *argv, size_t max, char **ret_text, size_t *ret_n, Error *err) {
    _cleanup_(buf_done) Buf b = buf_new(max);
    const RunOptions o = {.argv = argv, .seconds = SECONDS};
    int r = run_output(&o, &b, err);
    if (r < 0)
        return r;
    *ret_n = b.n;
    *ret_text = buf_take(&b);
    return 0;
}
