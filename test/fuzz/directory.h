/* SPDX-License-Identifier: Apache-2.0 */
/* For fuzzers of readers that open files by name: a directory in memory, made once and removed at the end. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fs.h"

static char fuzz_directory[] = "/dev/shm/plimsoll-fuzz.XXXXXX";

static void fuzz_directory_remove(void) {
    _cleanup_free_ char *command = xasprintf("rm -rf %s", fuzz_directory);
    if (system(command) != 0)
        abort();
}

/* Makes it with the directories that these files lie in. True the first time: the rest of the set-up is to be done. */
static inline bool fuzz_directory_made(const char *const *files, size_t n) {
    static bool done;
    if (done)
        return false;
    done = true;
    if (!mkdtemp(fuzz_directory))
        abort();
    atexit(fuzz_directory_remove);
    for (size_t i = 0; i < n; i++) {
        _cleanup_free_ char *path = xasprintf("%s/%s", fuzz_directory, files[i]);
        *strrchr(path, '/') = 0;
        if (fs_mkdir_p(path, NULL) < 0)
            abort();
    }
    return true;
}

/* Writes a file below it. */
static inline void fuzz_directory_put(const char *file, Str text) {
    _cleanup_free_ char *path = xasprintf("%s/%s", fuzz_directory, file);
    FILE *f = fopen(path, "we");
    if (!f)
        abort();
    fwrite(text.p, 1, text.n, f);
    fclose(f);
}
