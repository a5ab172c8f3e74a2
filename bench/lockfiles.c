/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of the analyzers of lock files: `bench-lockfiles ROUNDS FILE…` reads each file as scans do, without reading it from disk or
 * reporting, and prints files, packages and the best round. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "analyze/analyzer.h"
#include "base/fs.h"
#include "base/vec.h"

typedef struct File {
    Str path;
    char *bytes;
    size_t n;
} File;

typedef struct Count {
    size_t packages, problems;
    Buf encoded;
} Count;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void put(void *userdata, const Fact *f) {
    Count *c = userdata;
    c->packages += f->kind == FACT_PACKAGE;
    c->problems += f->kind == FACT_PROBLEM;
    fact_encode(&c->encoded, f);
    if (c->encoded.n > 1 << 16)
        buf_clear(&c->encoded);
}

static void read_one(const File *f, Count *c) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    Limits limits = limits_default();
    FactSink sink = {put, c};
    for (size_t i = 0; i < n; i++) {
        if (!all[i]->wants || !all[i]->wants(f->path))
            continue;
        Arena scratch = {0};
        AnalyzerInput in = {.path = f->path, .bytes = {f->bytes, f->n}, .limits = &limits, .scratch = &scratch};
        all[i]->run(&in, &sink);
        arena_done(&scratch);
    }
}

int main(int argc, char **argv) {
    uint64_t rounds;
    if (argc < 3 || str_to_u64(str_from(argv[1]), 1000, &rounds) < 0) {
        fprintf(stderr, "usage: bench-lockfiles ROUNDS FILE…\n");
        return 2;
    }
    Vec(File) files = {0};
    size_t bytes = 0;
    for (int i = 2; i < argc; i++) {
        File f = {.path = str_from(argv[i])};
        _cleanup_error_ Error err = {0};
        int r = fs_read(argv[i], (size_t) 1 << 30, &f.bytes, &f.n, &err);
        if (r < 0) {
            fprintf(stderr, "bench-lockfiles: %s\n", error_text(&err, r));
            return 1;
        }
        /* As in an artifact: without leading "/". */
        while (f.path.n && f.path.p[0] == '/')
            f.path = str_from_at(f.path, 1);
        bytes += f.n;
        vec_push(&files, f);
    }
    double best = 0;
    Count c = {.encoded = buf_new(BUF_OWN_MAX)};
    for (uint64_t round = 0; round < rounds; round++) {
        double start = now();
        c.packages = c.problems = 0;
        for (size_t i = 0; i < files.n; i++)
            read_one(&files.p[i], &c);
        double took = now() - start;
        best = round == 0 || took < best ? took : best;
    }
    printf("%zu files, %.1f MB, %zu packages, %zu problems: %.0f ms of one processor, %.0f MB/s\n", files.n, (double) bytes / 1e6, c.packages, c.problems, best * 1e3,
           (double) bytes / 1e6 / best);
    for (size_t i = 0; i < files.n; i++)
        free(files.p[i].bytes);
    vec_done(&files);
    buf_done(&c.encoded);
    return 0;
}
