/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of the JSON Lines reader: `bench-json FILE [ROUNDS]` prints records, values and MB/s of the best round. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/fs.h"
#include "parse/node.h"

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: bench-json FILE [ROUNDS]\n");
        return 2;
    }
    uint64_t rounds = 3;
    if (argc > 2 && str_to_u64(str_from(argv[2]), 1000, &rounds) < 0)
        return 2;
    _cleanup_free_ char *text = NULL;
    size_t n;
    _cleanup_error_ Error err = {0};
    int r = fs_read(argv[1], (size_t) 4 << 30, &text, &n, &err);
    if (r < 0) {
        fprintf(stderr, "bench-json: %s\n", error_text(&err, r));
        return 1;
    }
    Limits limits = limits_default();
    Diag d = {0};
    size_t records = 0;
    double best = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        double start = now();
        Str rest = str_n(text, n);
        uint32_t line = 0;
        records = 0;
        for (;;) {
            Arena a = {0};
            Node *root;
            r = json_lines_next(&rest, argv[1], &line, &limits, &a, &d, &root);
            arena_done(&a);
            if (r == 0)
                break;
            records++;
        }
        double took = now() - start;
        best = i == 0 || took < best ? took : best;
    }
    printf("%zu records, %zu errors, %zu bytes, %.3f s, %.0f MB/s\n", records, d.errors, n, best, (double) n / 1e6 / best);
    diag_done(&d);
    return 0;
}
