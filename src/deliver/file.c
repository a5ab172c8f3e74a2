/* SPDX-License-Identifier: Apache-2.0 */
/* Lines to standard output, and to files that are rotated. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "deliver/channel.h"

enum { KEEP_MAX = 1000 };

typedef struct File {
    int fd;
    dev_t device;            /* what `fd` is */
    ino_t inode;
    uint64_t size, max, keep; /* max 0: it is not rotated */
    const Message *begun;    /* of this one ... */
    size_t done;             /* ... so many bytes are written */
} File;

/* What a full disk cut off is continued, not begun again. */
static int write_line(File *f, const Message *m) {
    if (f->begun != m) {
        f->begun = m;
        f->done = 0;
    }
    while (f->done <= m->line.n) {
        ssize_t n = write(f->fd, m->line.p + f->done, m->line.n + 1 - f->done);
        if (n < 0 && errno != EINTR)
            return -errno;
        f->done += n > 0 ? (size_t) n : 0;
        f->size += n > 0 ? (size_t) n : 0;
    }
    f->begun = NULL;
    return 0;
}

static int open_stdout(Channel *o, Error *err) {
    File *f = o->state = xcalloc(1, sizeof(*f));
    f->fd = STDOUT_FILENO;
    return 0;
}

static int send_stdout(Channel *o, const Message *m, Error *err) {
    int r = write_line(o->state, m);
    return r < 0 ? error_errno(err, r, "writing to standard output") : 0;
}

static void close_stdout(Channel *o) {
    free(o->state);
}

const ChannelKind channel_stdout = {
    .name = "stdout",
    .doc = "Standard output, a line an alert",
    .essential = true,
    .format = DELIVER_FORMATS,
    .open = open_stdout,
    .send = send_stdout,
    .close = close_stdout,
};

static int open_path(Channel *o, Error *err) {
    File *f = o->state;
    struct stat st;
    _cleanup_fd_ int fd = open(o->target, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ELOOP)
        return error_set(err, -ELOOP, "%s: a symbolic link is not followed; name the file that it leads to", o->target);
    if (fd < 0 && errno == ENXIO) /* a pipe without a reader, a socket */
        return error_set(err, -EINVAL, "%s: expected a regular file", o->target);
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(err, -errno, "opening %s", o->target);
    if (!S_ISREG(st.st_mode))
        return error_set(err, -EINVAL, "%s: expected a regular file", o->target);
    fd_closep(&f->fd);
    f->fd = take_fd(&fd);
    f->device = st.st_dev;
    f->inode = st.st_ino;
    f->size = (uint64_t) st.st_size;
    f->begun = NULL;
    return 0;
}

static int open_file(Channel *o, Error *err) {
    File *f = o->state = xcalloc(1, sizeof(*f));
    f->fd = -1;
    if (*o->target != '/')
        return error_set(err, -EINVAL, "expected an absolute path behind \"file:\", found '%s'", o->target);
    int r = channel_number(o, "max-size", true, 0, UINT64_C(1) << 50, 100 << 20, &f->max, err);
    if (r == 0)
        r = channel_number(o, "keep", false, 0, KEEP_MAX, 5, &f->keep, err);
    return r == 0 ? open_path(o, err) : r;
}

/* FILE becomes FILE.1, that FILE.2 … up to FILE.keep; the oldest goes. */
static int rotate(Channel *o, Error *err) {
    const File *f = o->state;
    int r = f->keep ? 0 : unlink(o->target);
    for (uint64_t i = f->keep; i && r == 0; i--) {
        _cleanup_free_ char *from = i > 1 ? xasprintf("%s.%llu", o->target, (unsigned long long) i - 1) : xstrdup(o->target);
        _cleanup_free_ char *to = xasprintf("%s.%llu", o->target, (unsigned long long) i);
        r = rename(from, to) < 0 && errno != ENOENT ? -1 : 0;
    }
    return r < 0 ? error_errno(err, -errno, "rotating %s", o->target) : open_path(o, err);
}

static int send_file(Channel *o, const Message *m, Error *err) {
    File *f = o->state;
    int r = 0;
    if (f->begun != m && f->max && f->size && f->size + m->line.n + 1 > f->max)
        r = rotate(o, err);
    if (r < 0)
        return r;
    r = write_line(f, m);
    return r < 0 ? error_errno(err, r, "writing %s", o->target) : 0;
}

/* Only when the name leads elsewhere now: a line that a full disk cut off is to be continued in its file. */
static void reopen_file(Channel *o) {
    _cleanup_error_ Error err = {0};
    const File *f = o->state;
    struct stat st;
    if (lstat(o->target, &st) == 0 && st.st_dev == f->device && st.st_ino == f->inode)
        return;
    int r = open_path(o, &err);
    if (r < 0)
        channel_problem(o, error_text(&err, r));
}

static void close_file(Channel *o) {
    File *f = o->state;
    fd_closep(&f->fd);
    free(f);
}

static const ChannelKey file_keys[] = {
    {"max-size", "SIZE", "A file that would become larger is rotated (100M); 0: it is not"},
    {"keep", "N", "How many rotated files stay (5): FILE.1 is the newest"},
    {0},
};

const ChannelKind channel_file = {
    .name = "file",
    .target = "PATH",
    .doc = "A file that lines are appended to; rotated by its size, and opened anew on SIGHUP when another program has moved it away",
    .keys = file_keys,
    .alone = true,
    .format = DELIVER_FORMATS,
    .open = open_file,
    .send = send_file,
    .reopen = reopen_file,
    .close = close_file,
};
