/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/running.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "runtime/script.h"

enum { TEXT_MAX = 4096 };

static Str read_proc(uint32_t pid, const char *name, char *room, size_t max) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/%u/%s", pid, name);
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : fs_pread_all(fd, room, max, 0);
    return n > 0 ? str_n(room, (size_t) n) : STR_NULL;
}

static uint64_t inode_of(const char *pid, const char *name) {
    char path[64];
    struct stat st;
    snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
    return stat(path, &st) == 0 ? st.st_ino : 0;
}

/* Field 22 of /proc/PID/stat as nanoseconds since 1970; the name in parentheses may hold anything. */
static int64_t start_of(const Tables *t, uint32_t pid) {
    char text[TEXT_MAX];
    Str stat = read_proc(pid, "stat", text, sizeof(text)), one = STR_NULL;
    ssize_t end = str_rchr(stat, ')');
    Str rest = end < 0 ? STR_NULL : str_from_at(stat, (size_t) end + 2);
    uint64_t ticks = 0;
    for (int i = 3; i <= 22; i++)
        if (!str_split(&rest, ' ', &one))
            return 0;
    long hz = sysconf(_SC_CLK_TCK);
    return str_to_u64(one, INT64_MAX / 1000000000, &ticks) == 0 && hz > 0 ? t->boot + (int64_t) (ticks * (1000000000 / (uint64_t) hz)) : 0;
}

/* The cgroup that its container began in, as far as it can be told now: the one it is in. */
static uint64_t home_of(const Tables *t, uint32_t pid) {
    char number[16], text[TEXT_MAX];
    snprintf(number, sizeof(number), "%u", pid);
    uint32_t mnt_ns = cgroups_mnt_ns(number);
    if (!mnt_ns || mnt_ns == cgroups_host_mnt_ns(t->cgroups))
        return 0;
    uint64_t key = cgroups_key_of(t->cgroups, read_proc(pid, "cgroup", text, sizeof(text)));
    bool own_pids = inode_of(number, "ns/pid") != inode_of("self", "ns/pid");
    cgroups_found(t->cgroups, key, pid, start_of(t, pid));
    return key && cgroups_container(t->cgroups, key, mnt_ns, own_pids) ? key : 0;
}

static void add_process(Loader *l, Tables *t, uint32_t pid) {
    WireTask task = {.image = (uint64_t) 1 << 63 | pid, .home = home_of(t, pid)};
    char args[TEXT_MAX], path[64], target[PATH_MAX], cwd[PATH_MAX], script[PATH_MAX], comm[sizeof(task.name)];
    Str name = read_proc(pid, "comm", comm, sizeof(comm));
    if (str_ends(name, STR("\n")))
        name.n--;
    if (name.n)
        memcpy(task.name, name.p, MIN(name.n, sizeof(task.name) - 1));
    if (loader_set_task(l, pid, &task) < 0)
        return;
    snprintf(path, sizeof(path), "/proc/%u/%s", pid, "exe");
    ssize_t n = readlink(path, target, sizeof(target));
    struct stat st;
    Image image = {.id = task.image, .args = read_proc(pid, "cmdline", args, sizeof(args)), .exepath = n > 0 ? str_n(target, (size_t) n) : STR_NULL};
    if (n > 0 && stat(path, &st) == 0) {
        image.inode = st.st_ino;
        image.device = (uint32_t) st.st_dev;
        image.changed = (uint64_t) st.st_ctim.tv_sec * 1000000000 + (uint64_t) st.st_ctim.tv_nsec;
        image.modified = (uint64_t) st.st_mtim.tv_sec * 1000000000 + (uint64_t) st.st_mtim.tv_nsec;
    }
    /* Where it is now; where it was when it was executed nobody kept. */
    snprintf(path, sizeof(path), "/proc/%u/%s", pid, "cwd");
    n = readlink(path, cwd, sizeof(cwd));
    image.script = script_of(&image, STR_NULL, n > 0 ? str_n(cwd, (size_t) n) : STR_NULL, script, sizeof(script));
    images_add(t->images, &image);
}

void processes_add(Loader *l, Tables *t) {
    DIR *d = opendir("/proc");
    if (!d)
        return;
    for (struct dirent *e; (e = readdir(d));) {
        uint64_t pid;
        if (str_to_u64(str_from(e->d_name), INT32_MAX, &pid) == 0)
            add_process(l, t, (uint32_t) pid);
    }
    closedir(d);
}
