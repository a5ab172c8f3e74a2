/* SPDX-License-Identifier: Apache-2.0 */
/* Names of users and groups, as the files of host and containers have them. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/tables.h"

enum { FILE_MAX = 1 << 20, ACCOUNTS = 64 };

/* One file, kept as text: it is small, and looked at for alerts and for rules that ask for names. */
typedef struct Names {
    uint64_t device, inode, changed;
    char *text;
    size_t n;
    uint64_t used;
} Names;

struct Users {
    Names file[ACCOUNTS];
    uint64_t clock;
};

Users *users_new(void) {
    return xcalloc(1, sizeof(Users));
}

void users_free(Users *u) {
    for (size_t i = 0; u && i < ACCOUNTS; i++)
        free(u->file[i].text);
    free(u);
}

/* The text of a file as it is now; the one read longest ago makes room. */
static Str text_of(Users *u, int fd) {
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
        return STR_NULL;
    uint64_t changed = (uint64_t) st.st_ctim.tv_sec * 1000000000 + (uint64_t) st.st_ctim.tv_nsec;
    Names *oldest = &u->file[0];
    for (size_t i = 0; i < ACCOUNTS; i++) {
        Names *f = &u->file[i];
        if (f->text && f->device == st.st_dev && f->inode == st.st_ino && f->changed == changed) {
            f->used = ++u->clock;
            return str_n(f->text, f->n);
        }
        if (f->used < oldest->used)
            oldest = f;
    }
    char *text;
    size_t n;
    if (fs_read_fd(fd, "accounts", FILE_MAX, &text, &n, NULL) < 0)
        return STR_NULL;
    free(oldest->text);
    *oldest = (Names) {st.st_dev, st.st_ino, changed, text, n, ++u->clock};
    return str_n(text, n);
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

static Str lookup(Users *u, const Container *c, uint32_t pid, const char *file, uint32_t id, unsigned column) {
    _cleanup_fd_ int fd = open_file(c, pid, file);
    Str rest = text_of(u, fd), line;
    while (str_line(&rest, &line)) {
        uint64_t number;
        if (str_to_u64(field(line, 2), UINT32_MAX, &number) == 0 && number == id)
            return field(line, column);
    }
    return STR_NULL;
}

Str users_name(Users *u, const Container *c, uint32_t pid, uint32_t uid) {
    return lookup(u, c, pid, "etc/passwd", uid, 0);
}
Str users_group(Users *u, const Container *c, uint32_t pid, uint32_t gid) {
    return lookup(u, c, pid, "etc/group", gid, 0);
}
Str users_home(Users *u, const Container *c, uint32_t pid, uint32_t uid) {
    return lookup(u, c, pid, "etc/passwd", uid, 5);
}
Str users_shell(Users *u, const Container *c, uint32_t pid, uint32_t uid) {
    return lookup(u, c, pid, "etc/passwd", uid, 6);
}
