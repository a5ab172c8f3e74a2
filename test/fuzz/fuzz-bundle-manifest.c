/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests of policy bundles: within the limits, with good names only, and what is read is read again from what is written of it. */
#include <stdlib.h>

#include "bundle/private.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Arena a = {0};
    _cleanup_error_ Error err = {0};
    BundleLayer *layers = NULL, *again = NULL;
    size_t n_layers = 0, n_again = 0;
    if (bundle_manifest_read(str_n((const char *) p, n), "fuzz", &a, &layers, &n_layers, &err) == 0) {
        _cleanup_(buf_done) Buf out = buf_new(16 << 20);
        if (n_layers == 0 || n_layers > BUNDLE_FILES_MAX)
            abort();
        bundle_manifest_write(layers, n_layers, &out);
        if (bundle_manifest_read(buf_view(&out), "written", &a, &again, &n_again, &err) < 0 || n_again != n_layers)
            abort();
        for (size_t i = 0; i < n_layers; i++)
            if (bundle_name_check(layers[i].name, &err) < 0 || layers[i].size > BUNDLE_FILE_MAX || !str_eq(layers[i].name, again[i].name) ||
                !str_eq(layers[i].digest, again[i].digest) || layers[i].size != again[i].size)
                abort();
    } else if (!err.message) {
        abort();
    }
    arena_done(&a);
    return 0;
}
