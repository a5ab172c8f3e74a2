/* SPDX-License-Identifier: Apache-2.0 */
/* What answers at the sensor's socket, shown as text: whatever it says, lines hold no control characters. */
#include <stdlib.h>

#include "report/sensor-status.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(buf_done) Buf out = buf_new(BUF_OWN_MAX);
    Limits limits = limits_default();
    Node *status;
    if (json_parse(str_n((const char *) p, n), "answer", &limits, &a, &d, &status) < 0)
        return 0;
    sensor_status_text(status, 20 + n % 200, &out);
    Str text = buf_view(&out);
    if (out.failed || !text.n)
        abort();
    for (size_t i = 0; i < text.n; i++)
        if (((uint8_t) text.p[i] < ' ' && text.p[i] != '\n') || text.p[i] == 127)
            abort();
    return 0;
}
