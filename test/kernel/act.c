/* SPDX-License-Identifier: Apache-2.0 */
/* Acts for tests of the sensor: the same thing done through each entrance of the kernel. act open64|open32|openat2|uring|sqpoll|fchmodat2 PATH; act storm N; act flip NEEDLE
 * DECOY; act born CGROUP PATH; those about sockets are in act-net.c, those that hide in act-evade.c, places that change in act-place.c. It exits with 77 where the kernel does not offer it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act.h"

static int open_64(const char *path) {
    return (int) syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
}

/* The 32-bit entrance is open to 64-bit programs, too; what they name must lie below 4 GiB. */
static int open_32(const char *path) {
    enum { OPEN_32 = 5 };
    char *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED)
        return -1;
    snprintf(low, 8192, "%s", path);
    long r;
    __asm__ volatile("int $0x80" : "=a"(r) : "a"(OPEN_32), "b"(low), "c"(O_RDONLY), "d"(0) : "memory", "r8", "r9", "r10", "r11");
    return (int) r;
}

static int openat2_(const char *path) {
    struct open_how how = {.flags = O_RDONLY};
    return (int) syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

/* Opens through io_uring; the file is closed with the process. */
static int uring(const char *path, unsigned flags) {
    Ring r;
    int e = ring_open(&r, flags);
    return e < 0 ? e : ring_do(&r, &(struct io_uring_sqe) {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t) path, .open_flags = O_RDONLY});
}

/* A second thread swaps the name in memory while it is opened, again and again. Prints how often the needle, the first name, was opened in fact. */
static char swapped[256];
static const char *names[2];
static volatile int done;

static void *swap(void *unused) {
    for (unsigned i = 0; !done; i++)
        memcpy(swapped, names[i & 1], strlen(names[0]));
    return unused;
}

static int flip(const char *needle, const char *decoy) {
    enum { OPENS = 3000 };
    struct stat want, got;
    pthread_t t;
    names[0] = needle;
    names[1] = decoy;
    memcpy(swapped, needle, strlen(needle));
    if (strlen(needle) != strlen(decoy) || strlen(needle) >= sizeof(swapped) || stat(needle, &want) < 0 || pthread_create(&t, NULL, swap, NULL) != 0)
        return -1;
    int n = 0;
    for (int i = 0; i < OPENS; i++) {
        int fd = (int) syscall(SYS_openat, AT_FDCWD, swapped, O_RDONLY, 0);
        if (fd >= 0 && fstat(fd, &got) == 0)
            n += got.st_ino == want.st_ino;
        if (fd >= 0)
            close(fd);
    }
    done = 1;
    pthread_join(t, NULL);
    printf("%d\n", n);
    return 0;
}

/* A child that is in another cgroup from its birth opens the path. */
static int born(const char *cgroup, const char *path) {
    struct clone_args a = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t) open(cgroup, O_PATH | O_DIRECTORY)};
    long pid = syscall(SYS_clone3, &a, sizeof(a));
    if (pid == 0)
        _exit(open_64(path) < 0);
    int status = 1;
    return pid < 0 || waitpid((pid_t) pid, &status, 0) < 0 || status ? -1 : 0;
}

/* N calls that fail, of a kind that nobody else makes. */
static int storm(const char *n) {
    for (long i = strtol(n, NULL, 10); i > 0; i--)
        syscall(SYS_userfaultfd, -1);
    return 0;
}

static int chmod_2(const char *path) {
    enum { FCHMODAT2 = 452 };
    long r = syscall(FCHMODAT2, AT_FDCWD, path, 04755, 0);
    return r < 0 && errno == ENOSYS ? -77 : (int) r;
}

static int uring_plain(const char *path) { return uring(path, 0); }
static int uring_polled(const char *path) { return uring(path, IORING_SETUP_SQPOLL); }

static const Act acts[] = {
    {"open64", open_64}, {"open32", open_32}, {"openat2", openat2_}, {"uring", uring_plain}, {"sqpoll", uring_polled}, {"storm", storm}, {"fchmodat2", chmod_2},
    {"connect32", connect_32}, {"uring-connect", uring_connect}, {"uring-sendto", uring_sendto}, {"uring-sendmsg", uring_sendmsg}, {"uring-fixed", uring_fixed},
    {"uring-accept", uring_accept}, {"uring-cmd", uring_cmd}, {"sqpoll-connect", sqpoll_connect}, {"blind", blind},
    {"exec-fd", exec_descriptor}, {"exec-memfd", exec_memory}, {0},
};
static const Act2 acts2[] = {{"flip", flip}, {"born", born}, {"below", open_below}, {"renamed", open_renamed}, {"as", exec_as}, {"closed", open_closed}, {"reuse", reuse}, {"forks", forks},
                              {"place", open_in_places}, {0}};

int main(int argc, char **argv) {
    int r = -1;
    alarm(30);
    for (const Act *a = acts; argc == 3 && a->name; a++)
        if (strcmp(a->name, argv[1]) == 0)
            r = a->act(argv[2]);
    for (const Act2 *a = acts2; argc == 4 && a->name; a++)
        if (strcmp(a->name, argv[1]) == 0)
            r = a->act(argv[2], argv[3]);
    return r >= 0 ? 0 : r == -77 ? 77 : 1;
}
