/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz/sbom.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    fuzz_sbom(str_n((const char *) p, n), "cyclonedx");
    return 0;
}
