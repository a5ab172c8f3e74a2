/* SPDX-License-Identifier: Apache-2.0 */
/* Loads that show what the sensor adds to a call, static, for a container: sensor-load getppid|open|fork|connect SECONDS WORKERS
 * Prints "OPERATIONS SECONDS-OF-PROCESSOR-TIME FAILED" of all workers and their children. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS_MAX = 16, PACKET = 64 };

typedef struct Count {
    uint64_t done, failed;
    char pad[48]; /* a line of the cache for each worker */
} Count;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

/* A call that no rule is about. */
static void load_getppid(double end, Count *c) {
    while (now() < end)
        for (int i = 0; i < 1000; i++, c->done++)
            syscall(SYS_getppid);
}

static void load_open(double end, Count *c) {
    char path[] = "/tmp/opened-XXXXXX";
    int fd = mkstemp(path);
    close(fd);
    while (now() < end)
        for (int i = 0; i < 64; i++, c->done++) {
            fd = open(path, O_RDONLY | O_CLOEXEC);
            c->failed += fd < 0;
            close(fd);
        }
    unlink(path);
}

/* It executes itself, with nothing to do. */
static void load_fork(double end, Count *c) {
    for (; now() < end; c->done++) {
        int status = 1;
        pid_t p = fork();
        if (p == 0) {
            execl("/proc/self/exe", "sensor-load", "end", (char *) NULL);
            _exit(1);
        }
        c->failed += p < 0 || waitpid(p, &status, 0) != p || status != 0;
    }
}

static void serve(int listening) {
    char bytes[PACKET];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        if (recv(fd, bytes, sizeof(bytes), MSG_WAITALL) == PACKET && send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL) < 0)
            _exit(1);
        close(fd);
    }
}

/* A connection, a packet there and one back. */
static void load_connect(double end, Count *c) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(a);
    char bytes[PACKET] = "ping";
    const struct linger reset = {1, 0}; /* nothing is left in TIME_WAIT */
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listening, (struct sockaddr *) &a, n) < 0 || listen(listening, 512) < 0 || getsockname(listening, (struct sockaddr *) &a, &n) < 0)
        exit(1);
    pid_t server = fork();
    if (server == 0)
        serve(listening);
    for (; now() < end; c->done++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        c->failed += connect(fd, (struct sockaddr *) &a, sizeof(a)) < 0 || send(fd, bytes, PACKET, MSG_NOSIGNAL) != PACKET || recv(fd, bytes, PACKET, MSG_WAITALL) != PACKET;
        close(fd);
    }
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}

static const struct {
    const char *name;
    void (*load)(double end, Count *c);
} loads[] = {{"getppid", load_getppid}, {"open", load_open}, {"fork", load_fork}, {"connect", load_connect}, {0}};

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "end") == 0)
        return 0;
    int which = 0, workers = argc == 4 ? (int) strtol(argv[3], NULL, 10) : 0;
    while (loads[which].name && argc == 4 && strcmp(loads[which].name, argv[1]) != 0)
        which++;
    if (workers < 1 || workers > WORKERS_MAX || !loads[which].name) {
        fprintf(stderr, "usage: sensor-load getppid|open|fork|connect SECONDS WORKERS\n");
        return 2;
    }
    Count *c = mmap(NULL, sizeof(*c) * WORKERS_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), all = {0};
    if (c == MAP_FAILED)
        return 1;
    double end = now() + strtod(argv[2], NULL);
    for (int i = 0; i < workers; i++)
        if (fork() == 0) {
            loads[which].load(end, &c[i]);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    for (int i = 0; i < workers; i++) {
        all.done += c[i].done;
        all.failed += c[i].failed;
    }
    struct rusage r;
    getrusage(RUSAGE_CHILDREN, &r);
    printf("%llu %.6f %llu\n", (unsigned long long) all.done, (double) (r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double) (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6,
           (unsigned long long) all.failed);
    return 0;
}
