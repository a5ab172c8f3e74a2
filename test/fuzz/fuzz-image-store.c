/* SPDX-License-Identifier: Apache-2.0 */
/* The name files of Docker's store and of containers-storage, opened as a whole from a directory in memory. The input is
 * repositories.json, images.json and layers.json with a NUL between them. */
#include "fuzz/directory.h"
#include "image/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *const files[] = {"image/overlay2/repositories.json", "overlay-images/images.json", "overlay-layers/layers.json"};

static void set_up(void) {
    if (!fuzz_directory_made(files, ARRAY_SIZE(files)))
        return;
    setenv("PLIMSOLL_DOCKER_ROOT", fuzz_directory, 1);
    setenv("PLIMSOLL_PODMAN_ROOT", fuzz_directory, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    set_up();
    Str rest = str_n((const char *) p, n), part;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        if (!str_split(&rest, 0, &part))
            part = STR("[]");
        fuzz_directory_put(files[i], part);
    }
    static const char *const sources[] = {"docker", "podman"};
    for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
        _cleanup_(arena_done) Arena a = {.max = (size_t) 64 << 20};
        _cleanup_error_ Error err = {0};
        _cleanup_(image_closep) Image *img = NULL;
        ImageOptions o = {.source = sources[i]};
        (void) image_open("app:1", &o, &a, &img, &err);
    }
    return 0;
}
