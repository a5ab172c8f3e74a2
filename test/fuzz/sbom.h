/* SPDX-License-Identifier: Apache-2.0 */
/* For the fuzzers of SBOM formats. */
#pragma once

#include <stdlib.h>

#include "report/format.h"
#include "scan/sbom.h"

/* An SBOM of anybody's -> inventory; what was read can be written in this format and read again. */
static inline void fuzz_sbom(Str text, const char *format) {
    Limits limits = limits_default();
    limits.document_nodes = 100000;
    Report r = {.tool_version = STR("1"), .coverage.as_of = 0, .sbom_only = true}, again = {0};
    const FormatOptions o = {.now = TIME_NONE};
    Diag d = {0};
    Buf out = buf_new((size_t) 1 << 28);
    if (sbom_read(text, "fuzz", &limits, &r, &d) == 0) {
        if (format_by_name(str_from(format))->write(&r, &o, &out) < 0 || sbom_read(buf_view(&out), "again", &limits, &again, &d) < 0 ||
            again.inventory.n_packages > r.inventory.n_packages)
            abort();
    }
    report_done(&again);
    report_done(&r);
    diag_done(&d);
    buf_done(&out);
}
