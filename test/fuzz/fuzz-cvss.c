/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors come from feeds. A score lies between 0 and 10, and has a rating. */
#include <stdlib.h>

#include "advisory/cvss.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    CvssScore s;
    if (cvss_parse(str_n((const char *) p, n), &s) < 0)
        return 0;
    if (s.base10 < 0 || s.base10 > 100 || s.score10 < 0 || s.score10 > 100)
        abort();
    if (cvss_severity(s.version, s.score10) == SEVERITY_UNKNOWN)
        abort();
    return 0;
}
