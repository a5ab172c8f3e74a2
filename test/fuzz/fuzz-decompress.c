/* SPDX-License-Identifier: Apache-2.0 */
#include "parse/decompress.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static ssize_t from_memory(void *userdata, void *p, size_t n) {
    Str *rest = userdata;
    n = MIN(MIN(n, rest->n), (size_t) 100); /* short reads meet every state */
    if (n)
        memcpy(p, rest->p, n);
    *rest = str_from_at(*rest, n);
    return (ssize_t) n;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static char out[1 << 16];
    Str rest = str_n((const char *) p, n);
    _cleanup_(decompressor_freep) Decompressor *d = decompressor_new(compression_detect(p, n), from_memory, &rest);
    for (size_t total = 0; total < (size_t) 4 << 20;) {
        _cleanup_error_ Error err = {0};
        ssize_t got = decompressor_read(d, out, sizeof(out), &err);
        if (got <= 0)
            break;
        total += (size_t) got;
    }
    return 0;
}
