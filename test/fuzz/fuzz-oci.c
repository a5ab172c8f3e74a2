/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON documents of images: manifests and indexes, configurations, manifest.json of saved archives. Each text is read as
 * each of them. */
#include <stdlib.h>

#include "image/manifest.h"
#include "image/platform.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str text = str_n((const char *) p, n);
    Limits limits = limits_default();
    _cleanup_(arena_done) Arena a = {.max = (size_t) 64 << 20};
    _cleanup_error_ Error err = {0};
    Manifest m;
    if (manifest_parse(text, "m", STR_NULL, &limits, &a, &m, &err) == 0) {
        Platform host = platform_host();
        for (size_t i = 0; i < m.n_items; i++) {
            (void) layer_kind(m.items[i].media_type, NULL);
            (void) platform_rank(&host, m.items[i].os, m.items[i].arch, m.items[i].variant);
        }
    }
    ImageConfig c;
    if (image_config_parse(text, "c", &limits, &a, &c, &err) == 0)
        for (size_t i = 0; i < c.n_layers; i++)
            if (c.diff_ids[i].n < 71 || c.created_by[i].n > n * 4)
                abort();
    SavedImage *s;
    size_t k;
    if (saved_images_parse(text, "s", &limits, &a, &s, &k, &err) == 0 && k == 0)
        abort();
    Platform pl;
    (void) platform_parse(str_head(text, 100), &pl, &err);
    return 0;
}
