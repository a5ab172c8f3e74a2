/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/alias.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/filter.h"

/* Places are by hash: a newer one takes the place of an older. */
enum { NAMES_MAX = 1024, FILES = 16384, SEEN = 4096 };

typedef struct WatchedFile {
    uint64_t inode;
    uint32_t device;   /* as the kernel has it */
    uint32_t name;     /* 1 + its number; 0: empty */
} WatchedFile;

/* A mount namespace, and when names were looked up in it (nanoseconds since 1970). */
typedef struct Seen {
    uint32_t ns;
    int64_t time;
} Seen;

struct Aliases {
    char *name[NAMES_MAX];
    size_t n;
    WatchedFile file[FILES];
    Seen seen[SEEN];
};

Aliases *aliases_new(void) {
    return xcalloc(1, sizeof(Aliases));
}

static void clear(Aliases *a) {
    for (size_t i = 0; i < a->n; i++)
        free(a->name[i]);
    memset(a, 0, sizeof(*a));
}

void aliases_free(Aliases *a) {
    if (a)
        clear(a);
    free(a);
}

static WatchedFile *place_of(Aliases *a, uint32_t device, uint64_t inode) {
    return &a->file[filter_mix(filter_mix(1, device), inode) % FILES];
}

/* The names below this root. */
static bool learn_at(Aliases *a, const char *path) {
    _cleanup_fd_ int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; root >= 0 && i < a->n; i++) {
        struct stat st;
        _cleanup_fd_ int fd = fs_open_in_root(root, a->name[i], O_PATH | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
            continue;
        uint32_t device = (uint32_t) (major(st.st_dev) << 20 | minor(st.st_dev));
        *place_of(a, device, st.st_ino) = (WatchedFile) {st.st_ino, device, (uint32_t) i + 1};
    }
    return root >= 0;
}

/* As this process sees them. */
static bool learn(Aliases *a, uint32_t pid) {
    char path[32];
    snprintf(path, sizeof(path), "/proc/%u/root", pid);
    return learn_at(a, path);
}

void aliases_set(Aliases *a, const Str *names, size_t n) {
    clear(a);
    a->n = MIN(n, (size_t) NAMES_MAX);
    for (size_t i = 0; i < a->n; i++)
        a->name[i] = str_dup(names[i]);
    learn(a, 1);
}

static Seen *seen_of(Aliases *a, uint32_t ns) {
    return &a->seen[filter_mix(1, ns) % SEEN];
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * (int64_t) 1000000000 + t.tv_nsec;
}

void aliases_executed(Aliases *a, const Event *e) {
    Seen *s = seen_of(a, e->wire.process.mnt_ns);
    int64_t time = now();
    if (a->n && s->ns != e->wire.process.mnt_ns && learn(a, e->wire.process.pid))
        *s = (Seen) {e->wire.process.mnt_ns, time};
}

bool aliases_several(const Event *e) {
    const WireFile *f = &e->wire.file;
    return f->names > 1 && event_is_open(e) && e->wire.result >= 0 && f->type == WIRE_FILE_PATH && S_ISREG(f->mode);
}

static Str find(Aliases *a, const WireFile *f) {
    const WatchedFile *w = place_of(a, f->device, f->inode);
    return w->name && w->device == f->device && w->inode == f->inode ? str_from(a->name[w->name - 1]) : STR_NULL;
}

int aliases_name(Aliases *a, const Event *e, Str *ret) {
    static const int64_t tick = 20000000; /* times of files are those of the last tick of the clock */
    const WireProcess *p = &e->wire.process;
    *ret = a->n ? find(a, &e->wire.file) : STR_NULL;
    if (ret->n)
        return 1;
    Seen *s = seen_of(a, p->mnt_ns);
    /* Links and new names change a file's time: one that is as it was when names were looked up is still none of them. */
    if (!a->n || (s->ns == p->mnt_ns && (int64_t) e->wire.file.changed + tick < s->time))
        return 0;
    int64_t time = now();
    bool done = learn(a, p->pid);
    /* The process may have a root of its own, or be gone: the first one of its container is asked as well, and its bundle. */
    for (size_t i = 0; i < p->n_ancestors; i++)
        if (p->ancestors[i].vpid == 1)
            done |= learn(a, p->ancestors[i].pid);
    if (e->container && e->container->rootfs.p)
        done |= learn_at(a, e->container->rootfs.p);
    if (done)
        *s = (Seen) {p->mnt_ns, time};
    *ret = find(a, &e->wire.file);
    return ret->n ? 1 : done ? 0 : -ESRCH;
}
