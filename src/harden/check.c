/* SPDX-License-Identifier: Apache-2.0 */
#include "harden/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const Check table[CHECK_N_] = {
#define CHECK(symbol, id, severity, controls, title, why, remediation) [CHECK_##symbol] = {id, SEVERITY_##severity, controls, title, why, remediation},
#include "harden/check.list.h"
#undef CHECK
};

const Check *checks(void) {
    return table;
}

void check_put(const CheckSink *sink, CheckId id, int layer, Str path, const char *fmt, ...) {
    const Check *c = &table[id];
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    Finding f = {.kind = FINDING_CONFIG, .id = str_from(c->id), .severity = c->severity, .severity_source = STR("plimsoll"), .title = str_from(c->title),
                 .detail = n < 0 ? str_from(c->title) : arena_str(sink->arena, str_n(text, (size_t) n)), .controls = str_from(c->controls),
                 .remediation = str_from(c->remediation), .epss = -1, .epss_percentile = -1, .published = TIME_NONE, .layer = layer,
                 .path = arena_str(sink->arena, path), .is_new = true};
    f.cvss.score10 = -1;
    free(text);
    sink->put(sink->userdata, &f);
}
