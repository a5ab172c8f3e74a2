/* SPDX-License-Identifier: Apache-2.0 */
#include "deliver/stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/un.h>

enum { WAIT_S = 5 };

void stream_close(Stream *s) {
    tls_client_freep(&s->tls);
    s->tls = NULL;
    fd_closep(&s->fd);
}

static int set_timeouts(int fd) {
    const struct timeval t = {.tv_sec = WAIT_S};
    return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t)) < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t)) < 0 ? -errno : 0;
}

int stream_check_unix(const char *path, Error *err) {
    const size_t room = sizeof(((struct sockaddr_un *) NULL)->sun_path);
    return strlen(path) < room ? 0 : error_set(err, -EINVAL, "a socket's path has less than %zu bytes; found %s", room, path);
}

int stream_open_unix(Stream *s, const char *path, int type, Error *err) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int r = stream_check_unix(path, err);
    if (r < 0)
        return r;
    memcpy(a.sun_path, path, strlen(path));
    _cleanup_fd_ int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    r = fd < 0 ? -errno : set_timeouts(fd);
    if (r == 0 && connect(fd, (struct sockaddr *) &a, sizeof(a)) < 0)
        r = -errno;
    if (r < 0)
        return error_errno(err, r, "connecting to %s", path);
    s->fd = take_fd(&fd);
    return 0;
}

/* SO_SNDTIMEO bounds connect() as well. */
static int connect_one(const struct addrinfo *a, int *ret) {
    _cleanup_fd_ int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    int r = fd < 0 ? -errno : set_timeouts(fd);
    if (r == 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0)
        r = errno == EINPROGRESS ? -ETIMEDOUT : -errno;
    if (r == 0)
        *ret = take_fd(&fd);
    return r;
}

int stream_open(Stream *s, const char *host, const char *port, int type, TlsClientContext *tls, Error *err) {
    struct addrinfo *all, hints = {.ai_socktype = type};
    int e = getaddrinfo(host, port, &hints, &all);
    if (e)
        return error_set(err, -EHOSTUNREACH, "%s: %s", host, gai_strerror(e));
    int r = -EHOSTUNREACH;
    for (const struct addrinfo *a = all; a && r < 0; a = a->ai_next)
        r = connect_one(a, &s->fd);
    freeaddrinfo(all);
    if (r < 0)
        return error_errno(err, r, "connecting to %s:%s", host, port);
    r = tls ? tls_client_new(tls, s->fd, host, &s->tls, err) : 0;
    if (r < 0)
        stream_close(s);
    return r;
}

int stream_send(Stream *s, Str bytes, Error *err) {
    int r = 0;
    while (bytes.n && r == 0) {
        ssize_t n = s->tls ? tls_client_write(s->tls, bytes, err) : send(s->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n > 0)
            bytes = str_from_at(bytes, (size_t) n);
        else if (s->tls)
            r = (int) MIN(n, (ssize_t) -EIO);
        else if (errno != EINTR)
            r = error_errno(err, errno == EAGAIN ? -ETIMEDOUT : -errno, "sending");
    }
    if (r < 0)
        stream_close(s);
    return r;
}

/* Receivers of this kind never answer: what can be read is the end, or words of TLS. */
bool stream_is_gone(Stream *s) {
    struct pollfd p = {.fd = s->fd, .events = POLLIN | POLLRDHUP};
    bool gone = s->fd < 0;
    if (!gone && poll(&p, 1, 0) > 0) {
        char c;
        gone = (p.revents & (POLLERR | POLLHUP | POLLRDHUP)) || (!s->tls && recv(s->fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) == 0) || (s->tls && tls_client_ended(s->tls));
    }
    if (gone)
        stream_close(s);
    return gone;
}
