/* SPDX-License-Identifier: Apache-2.0 */
/* The name files of Docker's store and of containers-storage, opened as a whole from a directory in memory. The input is
 * repositories.json, images.json and layers.json with a NUL between them. */
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "image/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static char dir[] = "/dev/shm/plimsoll-fuzz.XXXXXX";
static const char *const files[] = {"image/overlay2/repositories.json", "overlay-images/images.json", "overlay-layers/layers.json"};

static void remove_all(void) {
    static const char *const dirs[] = {"image/overlay2", "image", "overlay-images", "overlay-layers", "."};
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, files[i]);
        remove(path);
    }
    for (size_t i = 0; i + 1 < ARRAY_SIZE(dirs); i++) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, dirs[i]);
        rmdir(path);
    }
    rmdir(dir);
}

static void set_up(void) {
    static bool done;
    if (done)
        return;
    done = true;
    if (!mkdtemp(dir))
        abort();
    atexit(remove_all);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, files[i]);
        *strrchr(path, '/') = 0;
        if (fs_mkdir_p(path, NULL) < 0)
            abort();
    }
    setenv("PLIMSOLL_DOCKER_ROOT", dir, 1);
    setenv("PLIMSOLL_PODMAN_ROOT", dir, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    set_up();
    Str rest = str_n((const char *) p, n), part;
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, files[i]);
        if (!str_split(&rest, 0, &part))
            part = STR("[]");
        FILE *f = fopen(path, "we");
        if (!f)
            abort();
        fwrite(part.p, 1, part.n, f);
        fclose(f);
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
