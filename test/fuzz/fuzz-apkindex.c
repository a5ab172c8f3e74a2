/* SPDX-License-Identifier: Apache-2.0 */
/* An APKINDEX.tar.gz as it comes from a server: its signature member, then, as the worker does, unpacked and read. */
#include <stdlib.h>

#include "advisory/archive-index.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static int package(void *userdata, Str name, Str version) {
    if (str_empty(name) || str_empty(version))
        abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str file = str_n((const char *) p, n), index;
    _cleanup_(arena_done) Arena a = {0};
    ApkSignature s;
    if (apk_signature(file, &a, &s) == 0) {
        if (s.signed_from > n || str_empty(s.key) || str_chr(s.key, '/') >= 0 || str_empty(s.signature))
            abort();
        file = str_from_at(file, s.signed_from);
    }
    Buf text = {0};
    if (unpack_bytes(file, 1 << 20, &text) == 0 && apkindex_of_tar(buf_view(&text), &index) == 0)
        apkindex_parse(index, package, NULL);
    buf_done(&text);
    /* The text itself, so that the fuzzer need not learn gzip first. */
    apkindex_parse(str_n((const char *) p, n), package, NULL);
    if (apkindex_of_tar(str_n((const char *) p, n), &index) == 0)
        apkindex_parse(index, package, NULL);
    return 0;
}
