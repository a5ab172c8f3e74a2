/* SPDX-License-Identifier: Apache-2.0 */
#include "check/render.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include "base/alloc.h"
#include "base/buf.h"

extern char **environ;

enum { SECONDS = 60, SAID_MAX = 300 };

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads to the end of the pipe. */
static int take_output(int fd, Buf *out) {
    int64_t end = now_ms() + SECONDS * 1000;
    char part[64 * 1024];
    for (;;) {
        int64_t left = end - now_ms();
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int r = left <= 0 ? 0 : poll(&p, 1, (int) left);
        if (r == 0)
            return -ETIMEDOUT;
        if (r < 0 && errno != EINTR)
            return -errno;
        if (r < 0)
            continue;
        ssize_t n = read(fd, part, sizeof(part));
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -errno;
        if (n > 0 && buf_add(out, part, (size_t) n) < 0)
            return -EFBIG;
    }
}

static int start(const char *const *argv, int out, int err, pid_t *ret) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    int r = posix_spawnp(ret, argv[0], &actions, NULL, (char *const *) argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

int check_render(const char *const *argv, size_t max, char **ret_text, size_t *ret_n, Error *err) {
    int fds[2];
    pid_t pid;
    if (pipe2(fds, O_CLOEXEC) < 0)
        return error_errno(err, -errno, "%s", argv[0]);
    _cleanup_fd_ int in = fds[0], out = fds[1], said = memfd_create("said", MFD_CLOEXEC);
    int r = start(argv, out, said, &pid);
    if (r < 0)
        return r == -ENOENT ? r : error_errno(err, r, "%s", argv[0]);
    fd_closep(&out);
    _cleanup_(buf_done) Buf b = buf_new(max);
    r = take_output(in, &b);
    if (r < 0)
        kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (r == -ETIMEDOUT)
        return error_set(err, r, "%s did not end within %d seconds", argv[0], SECONDS);
    if (r < 0)
        return error_errno(err, r, "%s", argv[0]);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        char text[SAID_MAX + 1] = "";
        ssize_t n = said < 0 ? 0 : pread(said, text, SAID_MAX, 0);
        Str line = str_n(text, n > 0 ? (size_t) n : 0), rest = line;
        (void) str_line(&rest, &line);
        return error_set(err, -EINVAL, "%s failed: %.*s", argv[0], STR_FMT(line));
    }
    *ret_n = b.n;
    *ret_text = buf_take(&b);
    return 0;
}
