/* SPDX-License-Identifier: Apache-2.0 */
#include "base/metrics.h"

void metrics_head(Buf *out, const char *name, const char *help, const char *type) {
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_counter(Buf *out, const char *name, const char *help, uint64_t value) {
    metrics_head(out, name, help, "counter");
    buf_printf(out, "%s %llu\n", name, (unsigned long long) value);
}

void metrics_gauge(Buf *out, const char *name, const char *help, int64_t value) {
    metrics_head(out, name, help, "gauge");
    buf_printf(out, "%s %lld\n", name, (long long) value);
}

void metrics_label(Buf *out, Str value) {
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\\' || value.p[i] == '"')
            buf_putc(out, '\\');
        buf_putc(out, value.p[i] == '\n' ? ' ' : value.p[i]);
    }
}
