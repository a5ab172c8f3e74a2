/* SPDX-License-Identifier: Apache-2.0 */
/* Three versions, a line each: every scheme must order any bytes, and as an order does (but for Maven's, which is none; see version.h). */
#include <stdlib.h>

#include "version/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int sign(int r) {
    return (r > 0) - (r < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str rest = str_n((const char *) p, n), v[3] = {0};
    for (size_t i = 0; i < 3 && str_line(&rest, &v[i]); i++)
        ;
    for (const VersionScheme *s = version_schemes(); s->name; s++) {
        int order[3][3];
        for (size_t i = 0; i < 3; i++) {
            s->valid(v[i]);
            for (size_t k = 0; k < 3; k++)
                order[i][k] = sign(s->compare(v[i], v[k]));
        }
        for (size_t i = 0; i < 3; i++) {
            if (order[i][i] != 0)
                abort();
            for (size_t k = 0; k < 3; k++) {
                if (order[i][k] != -order[k][i])
                    abort();
                for (size_t m = 0; m < 3; m++)
                    if (strcmp(s->name, "maven") != 0 && order[i][k] <= 0 && order[k][m] <= 0 && (order[i][m] > 0 || (order[i][m] == 0 && (order[i][k] || order[k][m]))))
                        abort();
            }
        }
    }
    return 0;
}
