/* SPDX-License-Identifier: Apache-2.0 */
/* Reads an object and puts all rules that come with the program to it, as a worker of `plimsoll check` does: the median of 21 rounds. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/fs.h"
#include "check/run.h"
#include "policy/shipped.h"

enum { ROUNDS = 21 };

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double) t.tv_sec * 1e3 + (double) t.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

static int measure(const Policy *policy, const char *path) {
    _cleanup_error_ Error err = {0};
    _cleanup_free_ char *text = NULL;
    size_t n, hits = 0;
    double took[ROUNDS];
    Limits limits = limits_default();
    if (fs_read(path, CHECK_FILE_BYTES, &text, &n, &err) < 0)
        return 1;
    const CheckInput *input = check_input_of(str_from(path), str_n(text, n));
    if (!input)
        return 1;
    for (int i = 0; i < ROUNDS; i++) {
        _cleanup_(arena_done) Arena a = {0};
        CheckItem item = {0};
        double start = now_ms();
        if (check_text(policy, NULL, input, path, str_n(text, n), &limits, false, NULL, &a, &item) < 0)
            return 1;
        took[i] = now_ms() - start;
        hits = item.n_hits;
    }
    qsort(took, ROUNDS, sizeof(*took), by_value);
    printf("  %-44s %8.1f ms of 20 ms  %s (%.2f MB, %zu findings)\n", path, took[ROUNDS / 2], took[ROUNDS / 2] <= 20 ? "holds" : "MISSED", (double) n / 1e6, hits);
    return 0;
}

int main(int argc, char **argv) {
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(policy_freep) Policy *policy = NULL;
    double start = now_ms();
    int x = check_policy(&(CheckOptions) {.policy_name = STR("pss-restricted")}, &policy, &d) < 0;
    printf("  %-44s %8.1f ms of 50 ms\n", "all rules that come with the program", now_ms() - start);
    for (int i = 1; i < argc && !x; i++)
        x = measure(policy, argv[i]);
    return x;
}
