/* SPDX-License-Identifier: Apache-2.0 */
/* Runs in the container of bench/sensor-storm.sh, static. What is done is drawn by sensor-storm.py and read from two lists:
 *   storm SECONDS WORKERS FILES PLAN SEED   workers open what FILES names, and rename; beside them the acts of PLAN are done, each in a process of its own
 *   act ID HOW MOVE NAME [DIR]              one act
 * Each act prints "act ID NANOSECONDS RESULT" (CLOCK_MONOTONIC, before it was done) in one write; at the end "storm OPENS FAILED RENAMES". */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../test/kernel/act.h"

enum { FILES_MAX = 1 << 16, PLAN_MAX = 1 << 16, WORDS_MAX = 12, WORKERS_MAX = 16, RENAME_EVERY = 512, BATCH = 64 };

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t) t.tv_sec * 1000000000 + (uint64_t) t.tv_nsec;
}

static int done(const char *id, uint64_t at, long result) {
    char line[128];
    int n = snprintf(line, sizeof(line), "act %s %llu %ld\n", id, (unsigned long long) at, result);
    return write(STDOUT_FILENO, line, (size_t) n) == n && result >= 0 ? 0 : 1;
}

/* The ways to open a file: NAME, where it says so relative to DIR, which is entered or opened before anything is renamed. */
static long open_plain(int dir, const char *name) {
    return syscall(SYS_openat, dir, name, O_RDONLY | O_CLOEXEC, 0);
}
static long open_2(int dir, const char *name) {
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC};
    return syscall(SYS_openat2, dir, name, &how, sizeof(how));
}
static long open_uring(int dir, const char *name) {
    Ring r;
    int e = ring_open(&r, 0);
    return e < 0 ? e : ring_do(&r, &(struct io_uring_sqe) {.opcode = IORING_OP_OPENAT, .fd = dir, .addr = (uintptr_t) name, .open_flags = O_RDONLY});
}
static long open_32(int dir, const char *name) {
    enum { OPENAT_32 = 295 };
    return call_32(OPENAT_32, (uintptr_t) dir, (uintptr_t) low_copy(name, strlen(name) + 1), O_RDONLY);
}

static const struct Way {
    const char *name;
    long (*open)(int dir, const char *name);
} ways[] = {{"plain", open_plain}, {"openat2", open_2}, {"uring", open_uring}, {"32", open_32}, {0}};

/* MOVE is "-", or ONE:OTHER: two directories that have each other's name while the file is opened. ONE was looked into before, so that it is known to be harmless. */
typedef struct Swap {
    char *one, *other;
} Swap;

static int swap(const Swap *s) {
    return s->one ? renameat2(AT_FDCWD, s->one, AT_FDCWD, s->other, RENAME_EXCHANGE) : 0;
}

static Swap swap_prepare(char *move, const char *name) {
    char *colon = strchr(move, ':'), known[PATH_MAX];
    const char *slash = strrchr(name, '/');
    if (!colon)
        return (Swap) {0};
    *colon = 0;
    snprintf(known, sizeof(known), "%s/%s", move, slash ? slash + 1 : name);
    close(open(known, O_RDONLY));
    return (Swap) {move, colon + 1};
}

static int act(int argc, char **argv) {
    const char *id = argv[2], *how = argv[3], *name = argv[5];
    if (strcmp(how, "exec") == 0) /* being executed was the act; NAME is when */
        return done(id, strtoull(name, NULL, 10), 0);
    int dir = AT_FDCWD;
    if (argc > 6 && strcmp(argv[6], ".") != 0 && (dir = open(argv[6], O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
        return done(id, 0, -errno);
    if (argc > 7 && chdir(argv[7]) < 0)
        return done(id, 0, -errno);
    Swap s = swap_prepare(argv[4], name);
    if (swap(&s) < 0)
        return done(id, 0, -errno);
    long r = -ENOSYS;
    uint64_t at = now();
    for (const struct Way *w = ways; w->name; w++)
        if (strcmp(w->name, how) == 0)
            r = w->open(dir, name);
    if (r == -1)
        r = -errno;
    if (swap(&s) < 0)
        r = -errno;
    return done(id, at, r);
}

/* Executes what the plan says: PROGRAM is a path, or memfd:PATH for a copy in memory. "exec" gets the time as its name. */
static void execute(char **words, int n) {
    char when[32];
    char *argv[WORDS_MAX + 1] = {words[0], (char *) "act"};
    memcpy(argv + 2, words + 1, (size_t) (n - 1) * sizeof(*argv));
    int fd = -1;
    if (strncmp(words[0], "memfd:", 6) == 0) {
        const char *slash = strrchr(words[0], '/');
        int from = open(words[0] + 6, O_RDONLY | O_CLOEXEC);
        fd = memfd_create(slash ? slash + 1 : "x", MFD_CLOEXEC);
        char buf[65536];
        for (ssize_t got; (got = read(from, buf, sizeof(buf))) > 0;)
            if (write(fd, buf, (size_t) got) != got)
                _exit(1);
    }
    snprintf(when, sizeof(when), "%llu", (unsigned long long) now());
    if (strcmp(words[2], "exec") == 0)
        argv[5] = when;
    if (fd >= 0)
        fexecve(fd, argv, (char *[]) {NULL});
    else
        execve(words[0], argv, (char *[]) {NULL});
    _exit(done(words[1], now(), -errno));
}

static char *load(const char *path) {
    FILE *f = fopen(path, "re");
    char *text = NULL;
    size_t n = 0;
    if (!f || getdelim(&text, &n, 0, f) < 0) {
        perror(path);
        exit(1);
    }
    fclose(f);
    return text;
}

/* Lines of the plan: MILLISECONDS PROGRAM ID HOW MOVE NAME [DIR [CWD]]. */
static void do_plan(char *text, uint64_t start) {
    for (char *at, *line = strtok_r(text, "\n", &at); line; line = strtok_r(NULL, "\n", &at)) {
        char *words[WORDS_MAX], *in;
        int n = 0;
        for (char *w = strtok_r(line, " ", &in); w && n < WORDS_MAX - 1; w = strtok_r(NULL, " ", &in))
            words[n++] = w;
        if (n < 6)
            exit(2);
        uint64_t t = start + strtoull(words[0], NULL, 10) * 1000000;
        struct timespec ts = {(time_t) (t / 1000000000), (long) (t % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
        pid_t p = fork();
        if (p == 0)
            execute(words + 1, n - 1);
        waitpid(p, NULL, 0);
    }
}

typedef struct Count {
    uint64_t opens, failed, renames;
    char pad[40];
} Count;

/* Files in the order of the list; a worker renames those that are its own, and their directories. Those of lines that begin with "=" stay where they are. */
typedef struct Tree {
    char *file[FILES_MAX];
    size_t n;
} Tree;

static uint64_t next(uint64_t *x) {
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return *x;
}

/* A file, or the directory that it is in, gets another name and its own back a little later. */
typedef struct Moved {
    char was[PATH_MAX], is[PATH_MAX + 4];
} Moved;

static void move(Moved *m, const char *file, bool directory, Count *c) {
    if (m->is[0]) { /* later, when another worker has moved the directory that it is in */
        if (rename(m->is, m->was) == 0) {
            c->renames++;
            m->is[0] = 0;
        }
        return;
    }
    snprintf(m->was, sizeof(m->was), "%s", file);
    char *slash = strrchr(m->was, '/');
    if (directory)
        *slash = 0;
    snprintf(m->is, sizeof(m->is), "%s~", m->was);
    if (rename(m->was, m->is) < 0)
        m->is[0] = 0;
    else
        c->renames++;
}

static void open_one(const char *path, uint64_t how, Count *c) {
    int fd, dir = -1;
    const char *slash = strrchr(path, '/');
    char parent[PATH_MAX];
    if (how % 8 == 0) {
        snprintf(parent, sizeof(parent), "%.*s", (int) (slash - path), path);
        dir = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
        fd = openat(dir, slash + 1, O_RDONLY | O_CLOEXEC);
        close(dir);
    } else if (how % 8 == 1)
        fd = (int) open_2(AT_FDCWD, path);
    else
        fd = open(path, O_RDONLY | O_CLOEXEC);
    c->opens++;
    if (fd < 0)
        c->failed++;
    else
        close(fd);
}

static void worker(const Tree *t, unsigned self, unsigned workers, uint64_t seed, uint64_t end, Count *c) {
    uint64_t x = seed * 2654435761u + self + 1;
    Moved moved = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (unsigned i = 0; now() < end;) {
        for (unsigned k = 0; k < BATCH; k++, i++) {
            uint64_t r = next(&x);
            const char *f = t->file[(r >> 16) % t->n];
            if (i % RENAME_EVERY == 0 || (moved.is[0] && i % RENAME_EVERY == BATCH)) {
                size_t which = (r >> 16) % t->n / workers * workers + self;
                if (moved.is[0] || (which < t->n && t->file[which][0] == '/'))
                    move(&moved, which < t->n ? t->file[which] : f, r & 1, c);
            }
            open_one(*f == '=' ? f + 1 : f, r, c);
        }
    }
    if (moved.is[0])
        move(&moved, "", false, c);
}

static int storm(char **argv) {
    static Tree tree;
    double seconds = strtod(argv[2], NULL);
    unsigned workers = (unsigned) strtoul(argv[3], NULL, 10);
    char *files = load(argv[4]), *plan = load(argv[5]);
    for (char *at, *line = strtok_r(files, "\n", &at); line && tree.n < FILES_MAX; line = strtok_r(NULL, "\n", &at))
        tree.file[tree.n++] = line;
    Count *counts = mmap(NULL, sizeof(Count) * WORKERS_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED || workers > WORKERS_MAX || tree.n == 0)
        return 2;
    uint64_t start = now(), end = start + (uint64_t) (seconds * 1e9);
    pid_t pids[WORKERS_MAX];
    for (unsigned i = 0; i < workers; i++)
        if ((pids[i] = fork()) == 0) {
            worker(&tree, i, workers, strtoull(argv[6], NULL, 10), end, &counts[i]);
            _exit(0);
        }
    do_plan(plan, start);
    Count all = {0};
    for (unsigned i = 0; i < workers; i++) {
        waitpid(pids[i], NULL, 0);
        all.opens += counts[i].opens;
        all.failed += counts[i].failed;
        all.renames += counts[i].renames;
    }
    printf("storm %llu %llu %llu\n", (unsigned long long) all.opens, (unsigned long long) all.failed, (unsigned long long) all.renames);
    return 0;
}

int main(int argc, char **argv) {
    if (argc == 7 && strcmp(argv[1], "storm") == 0)
        return storm(argv);
    if (argc >= 6 && strcmp(argv[1], "act") == 0)
        return act(argc, argv);
    fprintf(stderr, "usage: storm SECONDS WORKERS FILES PLAN SEED | act ID HOW MOVE NAME [DIR [CWD]]\n");
    return 2;
}
