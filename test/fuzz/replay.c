/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzzer's target over files and directories of files, and prints TAP: how corpora are replayed in every build. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/vec.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static size_t ran;

static void run_file(const char *path) {
    _cleanup_free_ char *p = NULL;
    size_t n;
    _cleanup_error_ Error err = {0};
    int r = fs_read(path, (size_t) 64 << 20, &p, &n, &err);
    if (r < 0) {
        printf("Bail out! %s\n", error_text(&err, r));
        exit(1);
    }
    /* An exact copy, so that a sanitizer sees reads past the end. */
    uint8_t *exact = xmalloc(n);
    if (n)
        memcpy(exact, p, n);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    ran++;
}

static void run(const char *path) {
    struct stat st;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        DIR *d = opendir(path);
        struct dirent *e;
        while (d && (e = readdir(d)))
            if (e->d_name[0] != '.') {
                _cleanup_free_ char *child = xasprintf("%s/%s", path, e->d_name);
                run(child);
            }
        if (d)
            closedir(d);
    } else {
        run_file(path);
    }
}

int main(int argc, char **argv) {
    printf("1..1\n");
    fflush(stdout);
    for (int i = 1; i < argc; i++)
        run(argv[i]);
    printf("%sok 1 - %zu inputs\n", ran ? "" : "not ", ran);
    return ran ? 0 : 1;
}
