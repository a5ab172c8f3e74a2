/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker that hostile bytes took over may answer to the builder. */
#include "advisory/collect.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    BuildReport report = {0};
    vec_push(&report.files, (BuildFile) {.path = STR("f")});
    Collect c = {.report = &report};
    CollectReader r;
    collect_reader_init(&r, &c, 0);
    /* In two pieces: frames need not come whole. */
    if (collect_reader_push(&r, str_n((const char *) p, n / 2)) >= 0)
        (void) collect_reader_push(&r, str_n((const char *) p + n / 2, n - n / 2));
    (void) collect_reader_end(&r);
    collect_reader_done(&r);
    collect_done(&c);
    build_report_done(&report);
    return 0;
}
