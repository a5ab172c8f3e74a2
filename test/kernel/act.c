/* SPDX-License-Identifier: Apache-2.0 */
/* Acts for tests of the sensor: the same thing done through each entrance of the kernel. act open64|open32|openat2|uring|sqpoll PATH; act storm N; act flip NEEDLE DECOY;
 * act born CGROUP PATH */
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

static int uring(const char *path, unsigned flags) {
    struct io_uring_params p = {.flags = flags};
    int fd = (int) syscall(SYS_io_uring_setup, 4, &p);
    if (fd < 0)
        return -77;
    char *sq = mmap(NULL, p.sq_off.array + p.sq_entries * sizeof(uint32_t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
    char *cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_CQ_RING);
    struct io_uring_sqe *sqe = mmap(NULL, p.sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
    if (sq == MAP_FAILED || cq == MAP_FAILED || (void *) sqe == MAP_FAILED)
        return -1;
    sqe[0] = (struct io_uring_sqe) {.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t) path, .open_flags = O_RDONLY};
    ((uint32_t *) (void *) (sq + p.sq_off.array))[0] = 0;
    __atomic_store_n((uint32_t *) (void *) (sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
    unsigned enter = IORING_ENTER_GETEVENTS | (flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0);
    if (syscall(SYS_io_uring_enter, fd, 1, 1, enter, NULL, 0) < 0)
        return -1;
    return ((struct io_uring_cqe *) (void *) (cq + p.cq_off.cqes))[0].res;
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

int main(int argc, char **argv) {
    if (argc != 3 && argc != 4)
        return 2;
    const char *act = argv[1], *what = argv[2];
    alarm(30);
    int r = strcmp(act, "open64") == 0 ? open_64(what)
        : strcmp(act, "open32") == 0   ? open_32(what)
        : strcmp(act, "openat2") == 0  ? openat2_(what)
        : strcmp(act, "uring") == 0    ? uring(what, 0)
        : strcmp(act, "sqpoll") == 0   ? uring(what, IORING_SETUP_SQPOLL)
        : strcmp(act, "storm") == 0    ? storm(what)
        : argc == 4 && strcmp(act, "flip") == 0 ? flip(what, argv[3])
        : argc == 4 && strcmp(act, "born") == 0 ? born(what, argv[3])
                                       : -1;
    return r >= 0 ? 0 : r == -77 ? 77 : 1;
}
