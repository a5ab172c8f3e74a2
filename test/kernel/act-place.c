/* SPDX-License-Identifier: Apache-2.0 */
/* The same name on the same processor, again and again, while the place that it names changes below it: what the programs of the sensor remember must not outlive that.
 * act place HOW DIR opens "file" below DIR/HOW/plain, then as DIR/HOW/watched/file (another root: /plain/file), in turn, and prints how often it was the latter. */
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act.h"

enum { ROUNDS = 40, OPENS = 25, RENAME_32 = 38 };

static char plain[256], watched[256];
static Ring ring;
static long opened; /* as a file of the watched directory */

static void open_all(const char *name, int dir, int is_watched) {
    for (int i = 0; i < OPENS; i++) {
        int fd = (int) syscall(SYS_openat, dir, name, O_RDONLY, 0);
        opened += is_watched && fd >= 0;
        if (fd >= 0)
            close(fd);
    }
}

static int move_64(const char *from, const char *to) { return rename(from, to); }
static int move_exchanged(const char *from, const char *to) {
    mkdir(to, 0700);
    int r = (int) syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 2 /* RENAME_EXCHANGE */);
    return r < 0 ? r : rmdir(from);
}
static int move_32(const char *from, const char *to) {
    static char *low[2];
    for (int i = 0; i < 2; i++) {
        if (!low[i])
            low[i] = low_copy(plain, sizeof(plain));
        snprintf(low[i], sizeof(plain), "%s", i ? to : from);
    }
    return (int) call_32(RENAME_32, (uintptr_t) low[0], (uintptr_t) low[1], 0);
}
static int move_uring(const char *from, const char *to) {
    if (!ring.sqe && ring_open(&ring, 0) < 0)
        return -1;
    return ring_do(&ring, &(struct io_uring_sqe) {.opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = (uintptr_t) from, .len = (uint32_t) AT_FDCWD, .addr2 = (uintptr_t) to});
}
static int move_by_another(const char *from, const char *to) {
    int status = 1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(rename(from, to) < 0);
    return pid < 0 || waitpid(pid, &status, 0) < 0 || status ? -1 : 0;
}
static int mount_elsewhere(const char *from, const char *to) {
    mkdir(to, 0700);
    return mount(from, to, NULL, MS_MOVE, NULL);
}

/* What is below the working directory gets another name. */
static int by_move(int (*move)(const char *from, const char *to)) {
    if (chdir(plain) < 0)
        return -1;
    for (int i = 0; i < ROUNDS; i++) {
        open_all("file", AT_FDCWD, 0);
        if (move(plain, watched) < 0)
            return -1;
        open_all("file", AT_FDCWD, 1);
        if (move(watched, plain) < 0)
            return -1;
    }
    return 0;
}

/* Mounts of its own, the plain directory one of them. */
static int by_mount(void) {
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount(plain, plain, NULL, MS_BIND, NULL) < 0 || mount(NULL, plain, NULL, MS_PRIVATE, NULL) < 0)
        return -1;
    return by_move(mount_elsewhere);
}

/* Names through DIR/mnt/to: what is mounted there says where they lead. */
static char via[300], mnt[260];

/* "to" below DIR/mnt, a link to that directory. */
static int link_at_mnt(const char *to) {
    char name[300];
    snprintf(name, sizeof(name), "%s/to", mnt);
    return symlink(to, name);
}

/* Mounts of its own, and a file in both directories. */
static int make_mnt(const char *dir) {
    char other[300];
    snprintf(mnt, sizeof(mnt), "%s/mnt", dir);
    snprintf(via, sizeof(via), "%s/to/file", mnt);
    snprintf(other, sizeof(other), "%s/file", watched);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mkdir(mnt, 0700) < 0 || mkdir(watched, 0700) < 0)
        return -1;
    return close(open(other, O_CREAT | O_WRONLY, 0600));
}

/* Another file system is mounted there and unmounted again. */
static int by_umount(const char *dir) {
    if (make_mnt(dir) < 0 || link_at_mnt(plain) < 0)
        return -1;
    for (int i = 0; i < ROUNDS; i++) {
        open_all(via, AT_FDCWD, 0);
        if (mount("tmpfs", mnt, "tmpfs", 0, NULL) < 0 || link_at_mnt(watched) < 0)
            return -1;
        open_all(via, AT_FDCWD, 1);
        if (umount(mnt) < 0)
            return -1;
    }
    return 0;
}

/* The process goes from one set of mounts to another and back. */
static int by_setns(const char *dir) {
    int ns[2];
    if (make_mnt(dir) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        if (mount("tmpfs", mnt, "tmpfs", 0, NULL) < 0 || link_at_mnt(i ? watched : plain) < 0 || (ns[i] = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC)) < 0 || (!i && unshare(CLONE_NEWNS) < 0))
            return -1;
    }
    for (int i = 0; i < 2 * ROUNDS; i++) {
        if (setns(ns[i & 1], CLONE_NEWNS) < 0)
            return -1;
        open_all(via, AT_FDCWD, i & 1);
    }
    return 0;
}

/* Directories in the upper layer of an overlay are renamed; what is in a lower one is opened before it is copied up and afterwards. */
static int by_overlay(const char *dir) {
    char options[1000], layer[3][300], name[320];
    static const char *const layers[] = {"lower", "upper", "work"};
    if (make_mnt(dir) < 0)
        return -1;
    for (int i = 0; i < 3; i++) {
        snprintf(layer[i], sizeof(layer[i]), "%s/%s", dir, layers[i]);
        if (mkdir(layer[i], 0700) < 0)
            return -1;
    }
    /* Below: the file of the watched directory; the plain one is made above. */
    snprintf(name, sizeof(name), "%s/watched", layer[0]);
    if (mkdir(name, 0700) < 0)
        return -1;
    snprintf(name, sizeof(name), "%s/watched/file", layer[0]);
    if (close(open(name, O_CREAT | O_WRONLY, 0600)) < 0)
        return -1;
    snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s,workdir=%s", layer[0], layer[1], layer[2]);
    if (mount("overlay", mnt, "overlay", 0, options) < 0)
        return -1;
    snprintf(watched, sizeof(watched), "%.200s/mnt/watched", dir);
    snprintf(plain, sizeof(plain), "%.200s/mnt/plain", dir);
    snprintf(name, sizeof(name), "%s/file", watched);
    open_all(name, AT_FDCWD, 1);
    int fd = open(name, O_WRONLY | O_APPEND);
    if (fd < 0 || write(fd, "x", 1) != 1 || close(fd) < 0)
        return -1;
    open_all(name, AT_FDCWD, 1);
    if (unlink(name) < 0 || rmdir(watched) < 0 || mkdir(plain, 0700) < 0)
        return -1;
    snprintf(name, sizeof(name), "%s/file", plain);
    return close(open(name, O_CREAT | O_WRONLY, 0600)) < 0 ? -1 : by_move(move_64);
}

static int by_root(const char *dir) {
    int root = open("/", O_PATH), here;
    if (chdir(plain) < 0 || (here = open(".", O_PATH)) < 0)
        return -1;
    for (int i = 0; i < ROUNDS; i++) {
        open_all("file", AT_FDCWD, 0); /* from the other root it is /plain/file */
        if (chroot(dir) < 0)
            return -1;
        open_all("file", AT_FDCWD, 1);
        if (fchdir(root) < 0 || chroot(".") < 0 || fchdir(here) < 0)
            return -1;
    }
    return 0;
}

/* Directories end and others get their memory. */
static int by_reuse(void) {
    char names[2][300];
    snprintf(names[0], sizeof(names[0]), "%s/x/file", plain);
    snprintf(names[1], sizeof(names[1]), "%s/x/file", watched);
    mkdir(watched, 0700);
    for (int i = 0; i < 8 * ROUNDS; i++) {
        char dir[300];
        snprintf(dir, sizeof(dir), "%s/x", i & 1 ? watched : plain);
        int fd = mkdir(dir, 0700) < 0 || chdir(dir) < 0 ? -1 : open("file", O_CREAT | O_WRONLY, 0600);
        if (fd < 0)
            return -1;
        close(fd);
        open_all("file", AT_FDCWD, i & 1);
        if (unlink(names[i & 1]) < 0 || chdir("/") < 0 || rmdir(dir) < 0)
            return -1;
    }
    return 0;
}

/* One file in two directories, below one descriptor and then another with the same number. */
static int by_link(void) {
    char name[2][300];
    snprintf(name[0], sizeof(name[0]), "%s/file", plain);
    snprintf(name[1], sizeof(name[1]), "%s/file", watched);
    if (mkdir(watched, 0700) < 0 || link(name[0], name[1]) < 0)
        return -1;
    for (int i = 0; i < 2 * ROUNDS; i++) {
        int dir = open(i & 1 ? watched : plain, O_PATH | O_DIRECTORY);
        if (dir < 0)
            return -1;
        open_all("file", dir, i & 1);
        close(dir);
    }
    return 0;
}

/* Links with one name in two directories, to one file: only the name that is given says which it was. */
static int by_base(const char *dir) {
    char to[300], name[2][300];
    snprintf(to, sizeof(to), "%s/target", dir);
    snprintf(name[0], sizeof(name[0]), "%s/link", plain);
    snprintf(name[1], sizeof(name[1]), "%s/link", watched);
    close(open(to, O_CREAT | O_WRONLY, 0600));
    if (mkdir(watched, 0700) < 0 || symlink(to, name[0]) < 0 || symlink(to, name[1]) < 0)
        return -1;
    for (int i = 0; i < 2 * ROUNDS; i++) {
        if (chdir(i & 1 ? watched : plain) < 0)
            return -1;
        open_all("link", AT_FDCWD, i & 1);
    }
    return 0;
}

/* A symbolic link that points elsewhere each time. */
static int by_symlink(const char *dir) {
    char to[300], name[320], other[320];
    snprintf(to, sizeof(to), "%s/to", dir);
    snprintf(name, sizeof(name), "%s/file", to);
    mkdir(watched, 0700);
    snprintf(other, sizeof(other), "%s/file", watched);
    close(open(other, O_CREAT | O_WRONLY, 0600));
    for (int i = 0; i < 2 * ROUNDS; i++) {
        unlink(to);
        if (symlink(i & 1 ? watched : plain, to) < 0)
            return -1;
        open_all(name, AT_FDCWD, i & 1);
    }
    return 0;
}

int open_in_places(const char *how, const char *dir) {
    static const struct {
        const char *how;
        int (*move)(const char *from, const char *to);
    } moves[] = {{"rename", move_64}, {"exchange", move_exchanged}, {"rename32", move_32}, {"uring", move_uring}, {"another", move_by_another}};
    cpu_set_t one;
    char file[300], below[240];
    int r = -1;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof(one), &one);
    snprintf(below, sizeof(below), "%s/%s", dir, how);
    snprintf(plain, sizeof(plain), "%s/plain", below);
    snprintf(watched, sizeof(watched), "%s/watched", below);
    snprintf(file, sizeof(file), "%s/file", plain);
    if (mkdir(below, 0700) < 0 || mkdir(plain, 0700) < 0 || close(open(file, O_CREAT | O_WRONLY, 0600)) < 0)
        return -1;
    for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
        if (strcmp(how, moves[i].how) == 0)
            r = by_move(moves[i].move);
    r = strcmp(how, "mount") == 0 ? by_mount() : strcmp(how, "root") == 0 ? by_root(below) : strcmp(how, "reuse") == 0 ? by_reuse() : strcmp(how, "link") == 0 ? by_link()
        : strcmp(how, "symlink") == 0 ? by_symlink(below) : strcmp(how, "base") == 0 ? by_base(below) : strcmp(how, "umount") == 0 ? by_umount(below) : strcmp(how, "setns") == 0 ? by_setns(below)
        : strcmp(how, "overlay") == 0 ? by_overlay(below) : r;
    printf("%ld\n", opened);
    return r;
}
