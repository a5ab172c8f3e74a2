/* SPDX-License-Identifier: Apache-2.0 */
/* Licences as sources write them: whatever the text, what comes out is an SPDX expression that is read as itself again. The first byte is the type. */
#include <stdlib.h>

#include "model/license.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    if (n == 0)
        return 0;
    Arena a = {0};
    PackageType type = (PackageType) (*p % PACKAGE_TYPE_N_);
    Str once = license_expression(&a, type, str_n((const char *) p + 1, n - 1));
    if (str_empty(once) != str_empty(str_trim(str_n((const char *) p + 1, n - 1))))
        abort();
    if (once.n <= LICENSE_BYTES_MAX && !str_eq(license_expression(&a, PACKAGE_GENERIC, once), once))
        abort();
    arena_done(&a);
    return 0;
}
