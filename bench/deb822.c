/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of the deb822 reader: `bench-deb822 FILE [ROUNDS]` prints paragraphs and MB/s of the best round. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/fs.h"
#include "parse/deb822.h"

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    uint64_t rounds = 5;
    if (argc < 2 || (argc > 2 && str_to_u64(str_from(argv[2]), 1000, &rounds) < 0)) {
        fprintf(stderr, "usage: bench-deb822 FILE [ROUNDS]\n");
        return 2;
    }
    _cleanup_free_ char *text = NULL;
    size_t n;
    _cleanup_error_ Error err = {0};
    int r = fs_read(argv[1], (size_t) 4 << 30, &text, &n, &err);
    if (r < 0) {
        fprintf(stderr, "bench-deb822: %s\n", error_text(&err, r));
        return 1;
    }
    size_t paragraphs = 0, bytes = 0;
    double best = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        Deb822 reader;
        double start = now();
        paragraphs = bytes = 0;
        deb822_init(&reader, str_n(text, n), argv[1]);
        while ((r = deb822_next(&reader, NULL)))
            if (r > 0) {
                paragraphs++;
                bytes += deb822_get(&reader, "Package").n + deb822_get(&reader, "Version").n + deb822_get(&reader, "Source").n;
            }
        double took = now() - start;
        best = i == 0 || took < best ? took : best;
    }
    printf("%zu paragraphs, %zu bytes looked up, %zu bytes, %.3f s, %.0f MB/s\n", paragraphs, bytes, n, best, (double) n / 1e6 / best);
    return 0;
}
