/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the database and reading all rows of 1,000 packages: `bench-match DB RELEASE < names` (one a line; the first 1,000 count). Prints the
 * median of 21 runs in milliseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "advisory/db.h"
#include "base/alloc.h"
#include "base/vec.h"

enum { RUNS = 21, PACKAGES = 1000 };

static int row(void *userdata, const AdvisoryRow *r) {
    *(size_t *) userdata += r->id.n > 0;
    return 0;
}

static int by_double(const void *x, const void *y) {
    double a = *(const double *) x, b = *(const double *) y;
    return a < b ? -1 : a > b;
}

int main(int argc, char **argv) {
    char line[256];
    Vec(char *) names = {0};
    if (argc != 3) {
        fprintf(stderr, "usage: bench-match DB RELEASE < names\n");
        return 2;
    }
    while (names.n < PACKAGES && fgets(line, sizeof(line), stdin)) {
        line[strcspn(line, "\n")] = 0;
        vec_push(&names, xstrdup(line));
    }
    double ms[RUNS];
    size_t rows = 0, with = 0;
    for (size_t run = 0; run < RUNS; run++) {
        struct timespec a, b;
        rows = with = 0;
        clock_gettime(CLOCK_MONOTONIC, &a);
        AdvisoryDb *db = NULL;
        Error err = {0};
        if (advisory_db_open(argv[1], &db, &err) < 0) {
            fprintf(stderr, "%s\n", err.message);
            return 1;
        }
        for (size_t i = 0; i < names.n; i++) {
            size_t before = rows;
            if (advisory_db_rows(db, str_from(argv[2]), str_from(names.p[i]), row, &rows, &err) < 0)
                return 1;
            with += rows > before;
        }
        advisory_db_close(db);
        clock_gettime(CLOCK_MONOTONIC, &b);
        ms[run] = (double) (b.tv_sec - a.tv_sec) * 1e3 + (double) (b.tv_nsec - a.tv_nsec) / 1e6;
    }
    qsort(ms, RUNS, sizeof(*ms), by_double);
    printf("match: %zu packages, %zu with records, %zu rows: %.2f ms (limit 15)\n", names.n, with, rows, ms[RUNS / 2]);
    for (size_t i = 0; i < names.n; i++)
        free(names.p[i]);
    vec_done(&names);
    return ms[RUNS / 2] >= 15;
}
