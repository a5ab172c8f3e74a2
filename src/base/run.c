/* SPDX-License-Identifier: Apache-2.0 */
#include "base/run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/time.h"

extern char **environ;

enum { SAID_MAX = 300 };

/* Reads to the end of the pipe. */
static int take_output(int fd, unsigned seconds, Buf *out) {
    int64_t end = time_steady_ms() + (int64_t) seconds * 1000;
    char part[64 * 1024];
    for (;;) {
        int64_t left = end - time_steady_ms();
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

/* The environment with the additions in front: the first of a name counts. */
static char **environment(const char *const *more) {
    size_t n = 0, own = 0;
    while (more && more[n])
        n++;
    while (environ[own])
        own++;
    char **all = xcalloc(n + own + 1, sizeof(char *));
    for (size_t i = 0; more && i < n; i++)
        all[i] = (char *) more[i];
    memcpy(all + n, environ, own * sizeof(char *));
    return all;
}

static int start(const RunOptions *o, int out, int err, pid_t *ret) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (!o->terminal) {
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    }
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    _cleanup_free_ char **env = environment(o->env);
    int r = posix_spawnp(ret, o->argv[0], &actions, NULL, (char *const *) o->argv, env);
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

int run_output(const RunOptions *o, Buf *out, Error *err) {
    int fds[2];
    pid_t pid;
    const char *name = o->argv[0];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return error_errno(err, -errno, "%s", name);
    _cleanup_fd_ int in = fds[0], to = fds[1], said = memfd_create("said", MFD_CLOEXEC);
    int r = start(o, to, said, &pid);
    if (r < 0)
        return r == -ENOENT ? r : error_errno(err, r, "%s", name);
    fd_closep(&to);
    r = take_output(in, o->seconds, out);
    if (r < 0)
        kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (r == -ETIMEDOUT)
        return error_set(err, r, "%s did not end within %u seconds", name, o->seconds);
    if (r < 0)
        return error_errno(err, r, "%s", name);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        char text[SAID_MAX + 1] = "";
        ssize_t n = said < 0 ? 0 : pread(said, text, SAID_MAX, 0);
        Str line = str_n(text, n > 0 ? (size_t) n : 0), rest = line;
        (void) str_line(&rest, &line);
        return error_set(err, -EINVAL, "%s failed: %.*s", name, STR_FMT(line));
    }
    return 0;
}
