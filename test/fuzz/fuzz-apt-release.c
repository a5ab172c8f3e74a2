/* SPDX-License-Identifier: Apache-2.0 */
/* Release and Packages files of apt archives. */
#include <stdlib.h>

#include "advisory/archive-index.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int package(void *userdata, Str name, Str version) {
    if (str_empty(name) || str_empty(version))
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str text = str_n((const char *) p, n);
    _cleanup_(arena_done) Arena a = {0};
    Release r;
    if (release_parse(text, &a, &r, NULL) == 0) {
        for (size_t i = 0; i < r.files.n; i++) {
            const ReleaseFile *f = r.files.entries[i].value;
            if (f->sha256.n != 64 || str_empty(f->path))
                abort();
        }
        release_done(&r);
    }
    release_date(text);
    packages_parse(text, package, NULL);
    return 0;
}
