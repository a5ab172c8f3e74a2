/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of the search for secrets on one core: `bench-secrets DIR [ROUNDS] [MEGABYTES]` reads the text files below DIR into memory (at most so many
 * megabytes, 2,000), then searches each: confirmation by PCRE2, entropy and checksums included. Beside it the time to hash the same bytes with XXH3: the limit
 * that memory sets. CPU time, best round. With PLIMSOLL_BENCH_LIST=1 also each finding: rule, file and line. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/fs.h"
#include "base/hash.h"
#include "base/vec.h"
#include "secret/compile.h"
#include "secret/engine.h"

typedef struct File {
    char *path, *bytes;
    size_t n;
} File;

typedef struct Files {
    Vec(File) list;
    size_t bytes, max, binary, binary_bytes;
} Files;

static double cpu(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void take(Files *f, const char *path) {
    File x = {0};
    if (fs_read(path, (size_t) 512 << 20, &x.bytes, &x.n, NULL) < 0)
        return;
    if (x.n && secret_is_text(str_head(str_n(x.bytes, x.n), 4096))) {
        x.path = xstrdup(path);
        f->bytes += x.n;
        vec_push(&f->list, x);
        return;
    }
    f->binary++;
    f->binary_bytes += x.n;
    free(x.bytes);
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void walk(Files *f, const char *dir) {
    struct dirent **list;
    int n = scandir(dir, &list, NULL, by_name);
    for (int i = 0; i < n; i++) {
        _cleanup_free_ char *path = xasprintf("%s/%s", dir, list[i]->d_name);
        struct stat st;
        if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0 && f->bytes < f->max && lstat(path, &st) == 0) {
            if (S_ISDIR(st.st_mode))
                walk(f, path);
            else if (S_ISREG(st.st_mode))
                take(f, path);
        }
        free(list[i]);
    }
    if (n >= 0)
        free(list);
}

int main(int argc, char **argv) {
    uint64_t rounds = 3, megabytes = 2000;
    if (argc < 2 || (argc > 2 && str_to_u64(str_from(argv[2]), 1000, &rounds) < 0) || (argc > 3 && str_to_u64(str_from(argv[3]), 1 << 20, &megabytes) < 0)) {
        fprintf(stderr, "usage: bench-secrets DIR [ROUNDS] [MEGABYTES]\n");
        return 2;
    }
    const bool list = getenv("PLIMSOLL_BENCH_LIST") != NULL;
    Files f = {.max = megabytes * 1000000};
    SecretEngine *e;
    _cleanup_error_ Error err = {0};
    int r = secret_engine_new(secret_builtin_blob(), &e, &err);
    if (r < 0) {
        fprintf(stderr, "bench-secrets: %s\n", error_text(&err, r));
        return 1;
    }
    walk(&f, argv[1]);
    double best = 0, hash = 0;
    uint64_t sum = 0;
    size_t found = 0, limited = 0;
    for (uint64_t i = 0; i < rounds; i++) {
        double start = cpu();
        for (size_t k = 0; k < f.list.n; k++)
            sum += hash_seeded(f.list.p[k].bytes, f.list.p[k].n, sum);
        double took = cpu() - start;
        hash = i == 0 || took < hash ? took : hash;
        start = cpu();
        found = limited = 0;
        for (size_t k = 0; k < f.list.n; k++) {
            SecretMatches m;
            secret_engine_scan(e, str_from(f.list.p[k].path), str_n(f.list.p[k].bytes, f.list.p[k].n), &m);
            found += m.n;
            limited += m.limited;
            if (m.limited && list && i == 0)
                printf("cut off: %.*s\t%s\n", STR_FMT(m.limited_rule), f.list.p[k].path);
            for (size_t x = 0; list && i == 0 && x < m.n; x++)
                printf("%.*s\t%s:%u\n", STR_FMT(m.p[x].rule->id), f.list.p[k].path, m.p[x].line);
        }
        took = cpu() - start;
        best = i == 0 || took < best ? took : best;
    }
    printf("%zu text files, %.0f MB (%zu others, %.0f MB, are no text): %.3f s, %.0f MB/s; %zu findings, %zu searches cut off\n", f.list.n, (double) f.bytes / 1e6, f.binary,
           (double) f.binary_bytes / 1e6, best, (double) f.bytes / 1e6 / best, found, limited);
    printf("XXH3 of the same bytes: %.3f s, %.0f MB/s (%.2f of the search)%s\n", hash, (double) f.bytes / 1e6 / hash, hash / best, sum ? "" : " ");
    for (size_t k = 0; k < f.list.n; k++) {
        free(f.list.p[k].path);
        free(f.list.p[k].bytes);
    }
    vec_done(&f.list);
    secret_engine_free(e);
    return 0;
}
