/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fs.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/alloc.h"

/* Until there is something to read, or the writer is done. */
static int wait_readable(int fd, unsigned seconds, const char *name, Error *err) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int r = poll(&p, 1, (int) seconds * 1000);
    if (r < 0 && errno != EINTR)
        return error_errno(err, -errno, "%s", name);
    return r == 0 ? error_set(err, -ETIMEDOUT, "%s: a pipe into which nobody has written for %u seconds", name, seconds) : 0;
}

/* `seconds`: how long to wait where reading does not block. */
static int read_whole(int fd, const char *name, size_t max, unsigned seconds, char **ret, size_t *ret_n, Error *err) {
    _cleanup_(buf_done) Buf b = buf_new(max);
    struct stat st;
    if (fstat(fd, &st) < 0)
        return error_errno(err, -errno, "%s", name);
    if (S_ISDIR(st.st_mode))
        return error_errno(err, -EISDIR, "%s", name);
    if (S_ISREG(st.st_mode) && (uint64_t) st.st_size > max)
        return error_set(err, -EFBIG, "%s: %lld bytes, more than the %zu that are allowed", name, (long long) st.st_size, max);
    size_t step = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t) st.st_size : 64 * 1024;
    for (;;) {
        if (b.n == max) { /* full: one more byte tells "exactly max" from "more" */
            char extra;
            ssize_t r = read(fd, &extra, 1);
            if (r == 0)
                break;
            if (r < 0 && errno == EAGAIN && seconds) {
                if ((r = wait_readable(fd, seconds, name, err)) < 0)
                    return (int) r;
                continue;
            }
            return r < 0 ? error_errno(err, -errno, "%s", name)
                         : error_set(err, -EFBIG, "%s: more than the %zu bytes that are allowed", name, max);
        }
        size_t want = MIN(step, max - b.n);
        int r = buf_reserve(&b, want);
        if (r < 0)
            return error_errno(err, r, "%s", name);
        ssize_t n = read(fd, b.p + b.n, want);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            if (errno == EAGAIN && seconds) {
                if ((r = wait_readable(fd, seconds, name, err)) < 0)
                    return r;
                continue;
            }
            return error_errno(err, -errno, "%s", name);
        }
        if (n == 0)
            break;
        b.n += (size_t) n;
        b.p[b.n] = 0;
        step = MAX(step, (size_t) 64 * 1024);
    }
    *ret_n = b.n;
    *ret = buf_take(&b);
    return 0;
}

int fs_read_fd(int fd, const char *name, size_t max, char **ret, size_t *ret_n, Error *err) {
    return read_whole(fd, name, max, 0, ret, ret_n, err);
}

int fs_read_within(const char *path, unsigned seconds, size_t max, char **ret, size_t *ret_n, Error *err) {
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(err, -errno, "%s", path);
    /* One that has had no writer yet would look as if it were at its end. */
    int r = S_ISFIFO(st.st_mode) ? wait_readable(fd, seconds, path, err) : 0;
    return r < 0 ? r : read_whole(fd, path, max, seconds, ret, ret_n, err);
}

int fs_read(const char *path, size_t max, char **ret, size_t *ret_n, Error *err) {
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_errno(err, -errno, "%s", path);
    return fs_read_fd(fd, path, max, ret, ret_n, err);
}

int fs_write_all(int fd, const void *p, size_t n) {
    const char *q = p;
    while (n) {
        ssize_t w = write(fd, q, n);
        if (w < 0) {
            if (errno == EINTR)
                continue;
            return -errno;
        }
        q += w;
        n -= (size_t) w;
    }
    return 0;
}

ssize_t fs_pread_all(int fd, void *p, size_t n, uint64_t at) {
    size_t done = 0;
    while (done < n) {
        ssize_t r = pread(fd, (char *) p + done, n - done, (off_t) (at + done));
        if (r < 0) {
            if (errno == EINTR)
                continue;
            return -errno;
        }
        if (r == 0)
            break;
        done += (size_t) r;
    }
    return (ssize_t) done;
}

/* uid and gid -1: as they come. */
static int write_atomic(const char *path, const void *p, size_t n, unsigned mode, uid_t uid, gid_t gid, Error *err) {
    _cleanup_free_ char *temp = xasprintf("%s.XXXXXX", path);
    _cleanup_fd_ int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, -errno, "%s", path);
    int r = fs_write_all(fd, p, n);
    if (r == 0 && (fchown(fd, uid, gid) < 0 || fchmod(fd, mode) < 0 || fsync(fd) < 0 || rename(temp, path) < 0))
        r = -errno;
    if (r < 0) {
        unlink(temp);
        return error_errno(err, r, "writing %s", path);
    }
    return 0;
}

int fs_write_atomic(const char *path, const void *p, size_t n, unsigned mode, Error *err) {
    return write_atomic(path, p, n, mode, (uid_t) -1, (gid_t) -1, err);
}

int fs_replace(const char *path, const void *p, size_t n, const struct stat *st, Error *err) {
    return write_atomic(path, p, n, st->st_mode & 07777, st->st_uid, st->st_gid, err);
}

int fs_mkdir_p(const char *path, Error *err) {
    _cleanup_free_ char *copy = xstrdup(path);
    for (char *at = copy + 1;; at++) {
        if (*at != '/' && *at != 0)
            continue;
        char keep = *at;
        *at = 0;
        if (mkdir(copy, 0700) < 0 && errno != EEXIST)
            return error_errno(err, -errno, "making directory %s", copy);
        *at = keep;
        if (!keep)
            return 0;
    }
}

int fs_open_in_root(int dirfd, const char *path, int flags) {
    struct open_how how = {.flags = (uint64_t) (flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NOCTTY)), .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));
    return fd < 0 ? -errno : (int) fd;
}

ssize_t fs_normalise(Str path, size_t max, char *out) {
    size_t n = 0, at = 0;
    if (path.n && memchr(path.p, 0, path.n))
        return -EINVAL;
    while (at < path.n) {
        size_t end = at;
        while (end < path.n && path.p[end] != '/')
            end++;
        Str part = {path.p + at, end - at};
        at = end + 1;
        if (part.n == 0 || str_eq(part, STR(".")))
            continue;
        if (str_eq(part, STR(".."))) {
            if (n == 0)
                return -EXDEV;
            while (n && out[n - 1] != '/')
                n--;
            if (n)
                n--; /* the slash itself */
            continue;
        }
        if (n)
            out[n++] = '/';
        memmove(out + n, part.p, part.n);
        n += part.n;
    }
    return n > max ? -ENAMETOOLONG : (ssize_t) n;
}

int fs_temp(const char *dir, Error *err) {
    if (!dir)
        dir = getenv("TMPDIR");
    if (!dir || !*dir)
        dir = "/var/tmp";
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    /* File systems without O_TMPFILE. */
    _cleanup_free_ char *name = xasprintf("%s/plimsoll.XXXXXX", dir);
    fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, -errno, "making a temporary file in %s", dir);
    unlink(name);
    return fd;
}
