/* SPDX-License-Identifier: Apache-2.0 */
/* docker-credential-NAME programs (github.com/docker/docker-credential-helpers): `get`, the registry on standard input,
 * JSON or a message on standard output. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/time.h"
#include "registry/docker-config.h"

extern char **environ;

enum { ANSWER_MAX = 64 * 1024, MESSAGE_MAX = 200 };

/* Starts it in a process group of its own, so that what it starts can be ended with it. */
static int start(const char *program, int in, int out, pid_t *ret) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, in, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    char *argv[] = {(char *) program, (char *) "get", NULL};
    int r = posix_spawnp(ret, program, &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return -r;
}

/* Reads until its end of file: 0, -ETIMEDOUT, -E2BIG or -errno. */
static int read_answer(int fd, int64_t deadline, Buf *b) {
    for (;;) {
        int64_t left = deadline - time_steady_ms();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int r = left > 0 ? poll(&p, 1, (int) left) : 0;
        if (r == 0)
            return -ETIMEDOUT;
        if (r < 0 && errno == EINTR)
            continue;
        char chunk[4096];
        ssize_t n = r < 0 ? -1 : read(fd, chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            return 0;
        r = buf_add(b, chunk, (size_t) n);
        if (r < 0)
            return r;
    }
}

/* Its exit status; killed when it does not end by itself in time. */
static int reap(pid_t pid, int64_t deadline) {
    for (int status;;) {
        pid_t p = waitpid(pid, &status, WNOHANG);
        if (p == pid)
            return status;
        if (p < 0 && errno != EINTR)
            return -1;
        if (time_steady_ms() >= deadline) {
            kill(-pid, SIGKILL);
            while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                ;
            return status;
        }
        nanosleep(&(struct timespec) {.tv_nsec = 2 * 1000 * 1000}, NULL);
    }
}

int docker_helper_get(Str helper, Str key, unsigned timeout_s, Arena *a, DockerConfigEntry *ret, Error *err) {
    _cleanup_free_ char *program = xasprintf("docker-credential-%.*s", STR_FMT(helper));
    _cleanup_fd_ int in_read = -1, in_write = -1, out_read = -1, out_write = -1;
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) < 0)
        return error_errno(err, -errno, "%s", program);
    in_read = in[0], in_write = in[1];
    if (pipe2(out, O_CLOEXEC) < 0)
        return error_errno(err, -errno, "%s", program);
    out_read = out[0], out_write = out[1];
    /* Written before it runs: a key fits in an empty pipe, and nobody can have closed the other end yet. */
    int r = fs_write_all(in_write, key.p, key.n);
    if (r < 0)
        return error_errno(err, r, "%s", program);
    fd_closep(&in_write);
    pid_t pid;
    r = start(program, in_read, out_write, &pid);
    if (r == -ENOENT)
        return error_set(err, r, "%s, which the Docker configuration names, is not in PATH", program);
    if (r < 0)
        return error_errno(err, r, "%s", program);
    fd_closep(&in_read);
    fd_closep(&out_write);
    int64_t deadline = time_steady_ms() + (int64_t) timeout_s * 1000;
    Buf b = buf_new(ANSWER_MAX);
    r = read_answer(out_read, deadline, &b);
    int status = reap(pid, r < 0 ? 0 : deadline);
    if (r == -ETIMEDOUT)
        error_set(err, r, "%s did not answer within %u s", program, timeout_s);
    else if (r == -E2BIG)
        error_set(err, r, "%s answered more than %d bytes", program, ANSWER_MAX);
    else if (r < 0)
        error_errno(err, r, "%s", program);
    else if (status == 0 && docker_helper_parse(arena_str(a, buf_view(&b)), a, ret) == 0)
        r = 1;
    else if (status == 0)
        r = error_set(err, -EBADMSG, "%s answered something that is not {\"Username\": …, \"Secret\": …}", program);
    else if (str_find(buf_view(&b), STR("credentials not found")) >= 0)
        r = 0;
    else {
        Str line, rest = str_trim(buf_view(&b));
        char shown[MESSAGE_MAX + 1] = "no message";
        if (str_line(&rest, &line)) {
            size_t n = MIN(line.n, (size_t) MESSAGE_MAX);
            for (size_t i = 0; i < n; i++)
                shown[i] = line.p[i] >= ' ' && line.p[i] < 0x7F ? line.p[i] : '?';
            shown[n] = 0;
        }
        r = error_set(err, -EACCES, "%s failed: %s", program, shown);
    }
    buf_done(&b);
    return r;
}
