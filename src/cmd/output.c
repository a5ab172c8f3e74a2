/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/output.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "cmd/message.h"
#include "cmd/progress.h"
#include "cmd/terminal.h"

static const char *output_path(const Cli *cli) {
    const char *path = cli_value(cli, "--output");
    return path && strcmp(path, "-") != 0 ? path : NULL;
}

static int failed(const Output *o, int r) {
    const char *what = o->path ? o->path : "standard output";
    if (r == -ENOSPC || r == -EDQUOT)
        message_error("writing %s: no space left; free some or choose another place with --output", what);
    else
        message_error("writing %s: %s", what, strerror(-r));
    return EXIT_INCOMPLETE;
}

/* Where the path leads. The kernel decides whether a link may be followed (a stranger's in /tmp may not): the file is opened as a shell
 * would. */
static int follow(Output *o) {
    struct stat st;
    if (lstat(o->path, &st) < 0 || !S_ISLNK(st.st_mode)) {
        o->real = xstrdup(o->path);
        return 0;
    }
    o->made = stat(o->path, &st) < 0;
    int fd = open(o->path, O_WRONLY | O_CLOEXEC | O_NOCTTY | (o->made ? O_CREAT : 0), 0666);
    if (fd < 0) {
        o->made = false;
        return -errno;
    }
    close(fd);
    o->real = realpath(o->path, NULL);
    return o->real ? 0 : -errno;
}

int output_begin(const Cli *cli, Output *ret) {
    Output o = {.path = output_path(cli), .fd = STDOUT_FILENO};
    struct stat st;
    if (o.path && stat(o.path, &st) == 0 && !S_ISREG(st.st_mode)) {
        /* A device or a pipe cannot be replaced, and must not be. */
        o.fd = open(o.path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
        if (o.fd < 0)
            return failed(&o, -errno);
    } else if (o.path) {
        int r = follow(&o);
        if (r == 0) {
            o.temp = xasprintf("%s.XXXXXX", o.real);
            o.fd = mkostemp(o.temp, O_CLOEXEC);
            r = o.fd < 0 ? -errno : 0;
        }
        if (r < 0) {
            r = failed(&o, r);
            o.fd = -1;
            free(o.temp);
            o.temp = NULL;
            output_abort(&o);
            return r;
        }
    }
    *ret = o;
    return 0;
}

int output_add(Output *o, Str bytes) {
    if (o->gone || bytes.n == 0)
        return 0;
    if (!o->path)
        progress_clear();
    int r = fs_write_all(o->fd, bytes.p, bytes.n);
    if (r == -EPIPE) {
        o->gone = true;
        return 0;
    }
    return r < 0 ? failed(o, r) : 0;
}

int output_end(Output *o) {
    int r = 0;
    if (o->temp) {
        mode_t mask = umask(0);
        umask(mask);
        if (fchmod(o->fd, 0666 & ~mask) < 0 || fsync(o->fd) < 0 || rename(o->temp, o->real) < 0)
            r = -errno;
        if (r == 0) {
            free(o->temp);
            o->temp = NULL;
            o->made = false;
        }
    }
    /* Network file systems and full disks may tell only now. */
    if (r == 0 && o->path && close(o->fd) < 0 && errno != EINTR)
        r = -errno;
    else if (r < 0)
        close(o->fd);
    if (r < 0)
        r = failed(o, r);
    o->fd = -1;
    output_abort(o);
    return r;
}

void output_abort(Output *o) {
    if (o->path && o->fd >= 0)
        close(o->fd);
    o->fd = -1;
    if (o->temp) {
        unlink(o->temp);
        free(o->temp);
        o->temp = NULL;
    }
    if (o->made)
        unlink(o->real);
    o->made = false;
    free(o->real);
    o->real = NULL;
}

int output_write(const Cli *cli, Str bytes) {
    Output o;
    int r = output_begin(cli, &o);
    if (r != 0)
        return r;
    r = output_add(&o, bytes);
    if (r != 0) {
        output_abort(&o);
        return r;
    }
    return output_end(&o);
}

unsigned output_width(const Cli *cli) {
    return output_path(cli) ? 0 : terminal_width(STDOUT_FILENO);
}

/* A file is coloured only when asked for by name: --color always. */
bool output_color(const Cli *cli) {
    if (output_path(cli)) {
        const char *mode = cli_value(cli, "--color");
        return mode && strcmp(mode, "always") == 0;
    }
    return terminal_color(STDOUT_FILENO);
}
