/* SPDX-License-Identifier: Apache-2.0 */
/* The Unix socket through which a running sensor tells of itself, and by which a second one finds out that it is there. */
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/fs.h"
#include "base/time.h"
#include "cmd/sensor.h"

enum { ANSWER_S = 5 };

int sensor_socket_check(Str path, Error *err) {
    const size_t room = sizeof(((struct sockaddr_un *) NULL)->sun_path);
    return path.n < room ? 0 : error_set(err, -EINVAL, "expected a path of less than %zu bytes, as sockets have; this one has %zu", room, path.n);
}

static int address_of(const char *path, struct sockaddr_un *ret, Error *err) {
    *ret = (struct sockaddr_un) {.sun_family = AF_UNIX};
    int r = sensor_socket_check(str_from(path), err);
    if (r < 0)
        return r;
    memcpy(ret->sun_path, path, strlen(path));
    return 0;
}

/* Connects; *ret_pid is who listens. */
static int connect_to(const char *path, int *ret, int *ret_pid, Error *err) {
    struct sockaddr_un a;
    int r = address_of(path, &a, err);
    if (r < 0)
        return r;
    _cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct timeval t = {.tv_sec = ANSWER_S};
    struct ucred peer;
    socklen_t n = sizeof(peer);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)) < 0 || connect(fd, (struct sockaddr *) &a, sizeof(a)) < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) < 0)
        return error_errno(err, -errno, "%s", path);
    *ret = take_fd(&fd);
    *ret_pid = (int) peer.pid;
    return 0;
}

/* The lock tells a sensor that runs from a socket that a killed one left behind, without a race between two that start. */
static int take_lock(SensorSocket *s, const char *path, Error *err) {
    _cleanup_free_ char *lock = xasprintf("%s.lock", path);
    s->lock = open(lock, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (s->lock < 0)
        return error_errno(err, -errno, "opening %s", lock);
    if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    if (errno != EWOULDBLOCK)
        return error_errno(err, -errno, "locking %s", lock);
    _cleanup_fd_ int fd = -1;
    int pid = 0;
    if (connect_to(path, &fd, &pid, NULL) < 0)
        return error_set(err, -EBUSY, "another sensor is starting or ending (%s is locked)", lock);
    return error_set(err, -EBUSY, "another sensor runs already (process %d, %s): stop it; or name another --status-socket for this one, and each alert comes twice", pid, path);
}

static int make_directory(const char *path, Error *err) {
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return 0;
    _cleanup_free_ char *dir = xstrndup(path, (size_t) (slash - path));
    return fs_mkdir_p(dir, err);
}

/* A socket that a killed sensor left behind goes; anything else that stands there is somebody's, and stays. */
static int clear_place(const char *path, Error *err) {
    struct stat st;
    if (lstat(path, &st) < 0)
        return errno == ENOENT ? 0 : error_errno(err, -errno, "%s", path);
    if (!S_ISSOCK(st.st_mode))
        return error_set(err, -EEXIST, "--status-socket: %s is there already, and is no socket: choose another path", path);
    return unlink(path) < 0 ? error_errno(err, -errno, "removing the old socket %s", path) : 0;
}

int sensor_socket_open(const char *path, SensorSocket *ret, Error *err) {
    struct sockaddr_un a;
    int r = address_of(path, &a, err);
    if (r == 0)
        r = make_directory(path, err);
    if (r == 0)
        r = take_lock(ret, path, err);
    if (r == 0)
        r = clear_place(path, err);
    if (r < 0)
        return r;
    _cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return error_errno(err, -errno, "%s", path);
    mode_t mask = umask(0177);
    r = bind(fd, (struct sockaddr *) &a, sizeof(a)) < 0 || listen(fd, 16) < 0 ? -errno : 0;
    umask(mask);
    if (r < 0)
        return error_errno(err, r, "listening on %s", path);
    ret->fd = take_fd(&fd);
    ret->path = xstrdup(path);
    return 0;
}

/* What does not fit the socket's buffer at once is not waited for: who asks does not hold up who watches. */
void sensor_socket_answer(const SensorSocket *s, Str text) {
    for (;;) {
        _cleanup_fd_ int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        const int room = 4 << 20;
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
        if (send(fd, text.p, text.n, MSG_NOSIGNAL) < 0)
            continue;
    }
}

void sensor_socket_close(SensorSocket *s) {
    if (s->path)
        unlink(s->path);
    free(s->path);
    s->path = NULL;
    fd_closep(&s->fd);
    fd_closep(&s->lock);
}

int sensor_socket_ask(const char *path, Buf *ret, Error *err) {
    _cleanup_fd_ int fd = -1;
    int pid;
    int r = connect_to(path, &fd, &pid, err);
    if (r == -ENOENT || r == -ECONNREFUSED)
        return error_set(err, r, "no sensor runs here (%s); name its socket with --status-socket when it is another one", path);
    int64_t until = time_steady_ns() + ANSWER_S * (int64_t) 1000000000;
    while (r == 0) {
        char room[16384];
        ssize_t n = read(fd, room, sizeof(room));
        if (n > 0 && time_steady_ns() > until)
            return error_set(err, -ETIMEDOUT, "%s: the sensor (process %d) does not come to an end with its answer", path, pid);
        if (n <= 0)
            return n == 0 ? ret->failed : error_errno(err, errno == EAGAIN ? -ETIMEDOUT : -errno, "%s: the sensor (process %d) does not answer", path, pid);
        r = buf_add(ret, room, (size_t) n);
    }
    return r;
}
