/* SPDX-License-Identifier: Apache-2.0 */
/* An SBOM of anybody's -> inventory; what was read can be written in every SBOM format and read again. */
#include <stdlib.h>

#include "report/format.h"
#include "scan/sbom.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    limits.document_nodes = 100000;
    Report r = {.tool_version = STR("1"), .coverage.as_of = 0, .sbom_only = true}, again = {0};
    const FormatOptions o = {.now = TIME_NONE};
    Diag d = {0};
    Buf out = buf_new((size_t) 1 << 28);
    if (sbom_read(str_n((const char *) p, n), "fuzz", &limits, &r, &d) == 0) {
        if (format_by_name(STR("cyclonedx"))->write(&r, &o, &out) < 0 || sbom_read(buf_view(&out), "again", &limits, &again, &d) < 0 ||
            again.inventory.n_packages > r.inventory.n_packages)
            abort();
    }
    report_done(&again);
    report_done(&r);
    diag_done(&d);
    buf_done(&out);
    return 0;
}
