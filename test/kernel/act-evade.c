/* SPDX-License-Identifier: Apache-2.0 */
/* Acts that try to hide what is done or who does it. */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act.h"

static volatile int closing = 1;

static void *close_it(void *fd) {
    while (closing)
        close((int) (intptr_t) fd);
    return NULL;
}

/* N times; a second thread closes the descriptor as soon as the call has made it. */
int open_closed(const char *times, const char *path) {
    int next = open("/", O_RDONLY | O_DIRECTORY);
    close(next);
    pthread_t t;
    if (pthread_create(&t, NULL, close_it, (void *) (intptr_t) next) != 0)
        return -1;
    int n = 0;
    for (long i = strtol(times, NULL, 10); i > 0; i--) {
        int fd = (int) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
        n += fd >= 0;
        close(fd); /* where the other thread was late */
    }
    closing = 0;
    pthread_join(t, NULL);
    printf("%d\n", n);
    return n ? 0 : -1;
}

/* Below a directory that is open already. */
int open_below(const char *dir, const char *name) {
    return openat(open(dir, O_PATH | O_DIRECTORY), name, O_RDONLY);
}

/* Under another name, and so does a child. */
int open_renamed(const char *name, const char *path) {
    prctl(PR_SET_NAME, name);
    if (open(path, O_RDONLY) < 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(open(path, O_RDONLY) < 0);
    int status = 1;
    return pid < 0 || waitpid(pid, &status, 0) < 0 || status ? -1 : 0;
}

/* Becomes the program, with another first argument. */
int exec_as(const char *name, const char *program) {
    char *args[] = {(char *) (uintptr_t) name, (char *) (uintptr_t) "hidden-argv", NULL};
    return execv(program, args);
}

int exec_descriptor(const char *program) {
    char *args[] = {(char *) (uintptr_t) "fd", (char *) (uintptr_t) "hidden-fd", NULL};
    return (int) syscall(SYS_execveat, open(program, O_PATH), "", args, environ, AT_EMPTY_PATH);
}

/* From a copy in memory. */
int exec_memory(const char *program) {
    char *args[] = {(char *) (uintptr_t) "memory", (char *) (uintptr_t) "hidden-memfd", NULL};
    int from = open(program, O_RDONLY), to = memfd_create("copy", 0);
    char block[65536];
    for (ssize_t n; (n = read(from, block, sizeof(block))) > 0;)
        if (write(to, block, (size_t) n) != n)
            return -1;
    return (int) syscall(SYS_execveat, to, "", args, environ, AT_EMPTY_PATH);
}

/* Writes zeros over the map of another program, by its id. */
int blind(const char *map) {
    union bpf_attr a = {.map_id = (uint32_t) strtoul(map, NULL, 10)};
    int fd = (int) syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, &a, sizeof(a));
    struct bpf_map_info info = {0};
    a = (union bpf_attr) {.info = {.bpf_fd = (uint32_t) fd, .info_len = sizeof(info), .info = (uintptr_t) &info}};
    if (fd < 0 || syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a)) < 0)
        return -1;
    uint32_t key = 0;
    a = (union bpf_attr) {.map_fd = (uint32_t) fd, .key = (uintptr_t) &key, .value = (uintptr_t) calloc(1, info.value_size), .flags = BPF_ANY};
    return (int) syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &a, sizeof(a));
}

enum { REUSED = 4321 };

/* A child with that number. */
static long born_as(int number) {
    pid_t wanted = number;
    struct clone_args a = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t) &wanted, .set_tid_size = 1};
    return syscall(SYS_clone3, &a, sizeof(a));
}

/* One process opens the path as another program, and then one with the same number that executes nothing. */
int reuse(const char *program, const char *path) {
    char *args[] = {(char *) (uintptr_t) program, (char *) (uintptr_t) path, NULL};
    for (int i = 0; i < 2; i++) {
        long pid = born_as(REUSED);
        if (pid == 0) {
            if (i == 0)
                execv(program, args);
            _exit(open(path, O_RDONLY) < 0);
        }
        int status = 1;
        if (pid < 0 || waitpid((pid_t) pid, &status, 0) < 0 || status)
            return -1;
    }
    return 0;
}

/* N children one after the other, each of which has a child that opens the path. */
int forks(const char *n, const char *path) {
    for (long i = strtol(n, NULL, 10); i > 0; i--) {
        pid_t pid = fork();
        if (pid == 0) {
            pid_t deep = fork();
            if (deep == 0)
                _exit(open(path, O_RDONLY) < 0);
            _exit(waitpid(deep, NULL, 0) < 0);
        }
        if (pid < 0 || waitpid(pid, NULL, 0) < 0)
            return -1;
    }
    return 0;
}
