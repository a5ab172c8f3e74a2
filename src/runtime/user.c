/* SPDX-License-Identifier: Apache-2.0 */
/* Names of users and groups, as the files of host and containers have them. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/hash.h"
#include "runtime/tables.h"

enum { FILE_MAX = 1 << 20, ACCOUNTS = 64, PLACES = 256 };
/* How long, in milliseconds, what a file says is not looked at again, and that it does not say something: to open it costs more than to evaluate all rules. */
enum { FRESH_MS = 1000, ABSENT_MS = 100 };

/* One file, kept as text: it is small, and looked at for alerts and for rules that ask for names. */
typedef struct Names {
    uint64_t device, inode, changed;
    char *text;
    size_t n;
    uint64_t used, read;     /* of Users.clock, .reads */
} Names;

/* Which of them a container's (or the host's) was. */
typedef struct Place {
    uint64_t owner;          /* hash of the container's id; 0: the host */
    const char *name;        /* "etc/passwd"; NULL: unused */
    int64_t looked;          /* when, in milliseconds */
    const Names *file;       /* NULL: it had none */
    uint64_t read;           /* .read of that one: another file may be in its place by now */
} Place;

struct Users {
    Names file[ACCOUNTS];
    Place place[PLACES];
    uint64_t clock, reads;
};

Users *users_new(void) {
    return xcalloc(1, sizeof(Users));
}

void users_free(Users *u) {
    for (size_t i = 0; u && i < ACCOUNTS; i++)
        free(u->file[i].text);
    free(u);
}

/* A file as it is now, NULL: there is none; the one used longest ago makes room. */
static const Names *names_of(Users *u, int fd) {
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return NULL;
    uint64_t changed = (uint64_t) st.st_ctim.tv_sec * 1000000000 + (uint64_t) st.st_ctim.tv_nsec;
    Names *oldest = &u->file[0];
    for (size_t i = 0; i < ACCOUNTS; i++) {
        Names *f = &u->file[i];
        if (f->text && f->device == st.st_dev && f->inode == st.st_ino && f->changed == changed) {
            f->used = ++u->clock;
            return f;
        }
        if (f->used < oldest->used)
            oldest = f;
    }
    char *text;
    size_t n;
    if (fs_read_fd(fd, "accounts", FILE_MAX, &text, &n, NULL) < 0)
        return NULL;
    free(oldest->text);
    *oldest = (Names) {st.st_dev, st.st_ino, changed, text, n, ++u->clock, ++u->reads};
    return oldest;
}

static Str field(Str line, unsigned n) {
    Str one = STR_NULL;
    for (unsigned i = 0; i <= n; i++)
        if (!str_split(&line, ':', &one))
            return STR_NULL;
    return one;
}

/* The host is what the sensor sees. A container's root is where its bundle says: its processes may be gone already. */
static int open_file(const Container *c, uint32_t pid, const char *file) {
    char path[64];
    snprintf(path, sizeof(path), "/proc/%u/root", pid);
    const char *const roots[] = {c ? c->rootfs.p : "/", c ? path : NULL};
    for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
        _cleanup_fd_ int root = roots[i] ? open(roots[i], O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
        /* The container decides what its files are: no link may lead out, nothing may block. */
        int fd = root < 0 ? -1 : fs_open_in_root(root, file, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd >= 0)
            return fd;
    }
    return -1;
}

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static Str find(const Place *p, uint32_t id, unsigned column) {
    Str rest = p->file ? str_n(p->file->text, p->file->n) : STR_NULL, line;
    while (str_line(&rest, &line)) {
        uint64_t number;
        if (str_to_u64(field(line, 2), UINT32_MAX, &number) == 0 && number == id)
            return field(line, column);
    }
    return STR_NULL;
}

static Str lookup(Users *u, const Container *c, uint32_t pid, const char *name, uint32_t id, unsigned column) {
    uint64_t owner = c ? hash_keyed(c->id.p, c->id.n) : 0;
    Place *p = &u->place[(owner ^ (uintptr_t) name) % PLACES];
    int64_t now = now_ms();
    if (p->owner == owner && p->name == name && now - p->looked < FRESH_MS && (!p->file || p->file->read == p->read)) {
        Str found = find(p, id, column);
        if (found.p || now - p->looked < ABSENT_MS)
            return found;
    }
    _cleanup_fd_ int fd = open_file(c, pid, name);
    *p = (Place) {.owner = owner, .name = name, .looked = now, .file = names_of(u, fd)};
    p->read = p->file ? p->file->read : 0;
    return find(p, id, column);
}

static const char passwd[] = "etc/passwd", group[] = "etc/group";

Str users_name(Users *u, const Container *c, uint32_t pid, uint32_t uid) {
    return lookup(u, c, pid, passwd, uid, 0);
}
Str users_group(Users *u, const Container *c, uint32_t pid, uint32_t gid) {
    return lookup(u, c, pid, group, gid, 0);
}
Str users_home(Users *u, const Container *c, uint32_t pid, uint32_t uid) {
    return lookup(u, c, pid, passwd, uid, 5);
}
Str users_shell(Users *u, const Container *c, uint32_t pid, uint32_t uid) {
    return lookup(u, c, pid, passwd, uid, 6);
}
