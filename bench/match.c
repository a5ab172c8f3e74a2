/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the advisory database and matching an inventory: `bench-match DATABASE ROOT [ROUNDS]` reads the packages of the root file
 * system once, then opens and matches anew in every round, and prints the median. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/map.h"
#include "base/worker.h"
#include "scan/findings.h"
#include "scan/scan.h"

static double now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static int cmp_double(const void *a, const void *b) {
    double x = *(const double *) a, y = *(const double *) b;
    return (x > y) - (x < y);
}

/* Source packages of the inventory that the report has a finding for, and how many there are in all. */
static void count_sources(const Report *r, size_t *ret_all, size_t *ret_found) {
    _cleanup_(map_done) Map all = {0}, found = {0};
    for (size_t i = 0; i < r->inventory.n_packages; i++)
        map_set(&all, r->inventory.packages[i].fact.source_name, &all);
    for (size_t i = 0; i < r->n_findings; i++)
        if (r->findings[i].package)
            map_set(&found, r->findings[i].package->fact.source_name, &found);
    *ret_all = all.n;
    *ret_found = found.n;
}

static int once(const char *db_path, Report *r, double *ret, double *ret_cpu, Error *err) {
    _cleanup_(advisory_db_closep) AdvisoryDb *db = NULL;
    double start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_THREAD_CPUTIME_ID);
    int x = advisory_db_open(db_path, &db, err);
    if (x >= 0)
        x = scan_match(r, db, "", &(MatchOptions) {0}, err);
    *ret_cpu = now(CLOCK_THREAD_CPUTIME_ID) - cpu;
    *ret = now(CLOCK_MONOTONIC) - start;
    return x;
}

int main(int argc, char **argv) {
    enum { ROUNDS_MAX = 1000 };
    static double took[ROUNDS_MAX], cpu[ROUNDS_MAX];
    uint64_t rounds = 21;
    if (argc < 3 || (argc > 3 && (str_to_u64(str_from(argv[3]), ROUNDS_MAX, &rounds) < 0 || rounds == 0))) {
        fprintf(stderr, "usage: bench-match DATABASE ROOT [ROUNDS]\n");
        return 2;
    }
    _cleanup_error_ Error err = {0};
    Limits limits = limits_default();
    ScanOptions o = {.limits = &limits, .image = {.limits = &limits, .source = "dir"}, .as_of = 0};
    Report r = {0};
    int x = worker_init(&err);
    if (x >= 0)
        x = scan_collect(argv[2], &o, &r, &err);
    for (uint64_t i = 0; x >= 0 && i < rounds; i++) {
        r.n_findings = 0;
        r.coverage.n_gaps = 0;
        x = once(argv[1], &r, &took[i], &cpu[i], &err);
    }
    if (x < 0) {
        fprintf(stderr, "bench-match: %s\n", error_text(&err, x));
        return 1;
    }
    size_t sources, found;
    count_sources(&r, &sources, &found);
    double first = took[0];
    qsort(took, rounds, sizeof(*took), cmp_double);
    qsort(cpu, rounds, sizeof(*cpu), cmp_double);
    printf("%zu packages of %zu source packages, %zu with findings, %zu findings: %.2f ms (first %.2f, best %.2f; cpu %.2f)\n", r.inventory.n_packages, sources, found,
           r.n_findings, took[rounds / 2] * 1e3, first * 1e3, took[0] * 1e3, cpu[rounds / 2] * 1e3);
    report_done(&r);
    worker_exit();
    return 0;
}
