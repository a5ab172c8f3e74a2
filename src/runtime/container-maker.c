/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines of who makes containers and of who watches over them: where state and bundle lie. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "runtime/container.h"

enum { ARGS_MAX = 64 << 10, ABOVE_MAX = 16 };

void container_maker_done(ContainerMaker *m) {
    free(m->state);
    free(m->bundle);
    free(m->id);
    free(m->runtime);
    *m = (ContainerMaker) {0};
}

/* The next argument; they end with NULs. */
static bool next_arg(Str *rest, Str *ret) {
    return str_split(rest, 0, ret);
}

static char *absolute(Str path, Str cwd) {
    return str_starts(path, STR("/")) ? str_dup(path) : xasprintf("%.*s%.*s", STR_FMT(cwd), STR_FMT(path));
}

/* The value of an option: "--root X", "--root=X". */
static bool option_value(Str arg, const char *const *names, Str *rest, Str *ret) {
    for (; *names; names++) {
        Str name = str_from(*names);
        if (str_eq(arg, name))
            return next_arg(rest, ret);
        if (str_starts(arg, name) && arg.n > name.n && arg.p[name.n] == '=') {
            *ret = str_from_at(arg, name.n + 1);
            return true;
        }
    }
    return false;
}

static Str base_name(Str path) {
    return str_from_at(path, (size_t) (str_rchr(path, '/') + 1));
}

static void set(char **at, char *value) {
    free(*at);
    *at = value;
}

/* conmon of Podman and CRI-O: -c ID -b BUNDLE -r /usr/bin/crun. */
static void from_conmon(Str args, ContainerMaker *ret) {
    static const char *const id[] = {"-c", "--cid", NULL}, *const bundle[] = {"-b", "--bundle", NULL}, *const runtime[] = {"-r", "--runtime", NULL};
    Str arg, value;
    while (next_arg(&args, &arg)) {
        if (option_value(arg, id, &args, &value))
            set(&ret->id, str_dup(value));
        else if (option_value(arg, bundle, &args, &value))
            set(&ret->bundle, str_dup(value));
        else if (option_value(arg, runtime, &args, &value))
            set(&ret->runtime, str_dup(base_name(value)));
    }
}

/* These have commands "run" and "create", too, and leave the making to others. */
static bool is_front_end(Str program) {
    static const char *const names[] = {"docker", "podman", "nerdctl", "buildah", "ctr"};
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (str_eqz(program, names[i]))
            return true;
    return false;
}

void container_maker(Str args, Str cwd, ContainerMaker *ret) {
    static const char *const root[] = {"--root", NULL}, *const bundle[] = {"--bundle", "-b", NULL};
    static const char *const others[] = {"--log", "--log-format", "--criu", "--rootless", "--pid-file", "--console-socket", "--preserve-fds", "--cgroup-manager", "--config", "-f", NULL};
    *ret = (ContainerMaker) {0};
    Str arg, value, program, last = STR_NULL;
    unsigned words = 0;
    bool makes = false;
    if (!next_arg(&args, &program))
        return;
    program = base_name(program);
    if (str_eqz(program, "conmon"))
        from_conmon(args, ret);
    if (ret->id || is_front_end(program))
        return;
    while (next_arg(&args, &arg)) {
        if (option_value(arg, root, &args, &value))
            set(&ret->state, absolute(value, cwd));
        else if (option_value(arg, bundle, &args, &value))
            set(&ret->bundle, absolute(value, cwd));
        else if (!option_value(arg, others, &args, &value) && !str_starts(arg, STR("-"))) {
            words += arg.n > 0;
            if (words == 1)
                makes = str_eqz(arg, "run") || str_eqz(arg, "create");
            else if (arg.n)
                last = arg;
        }
    }
    if (!makes || words != 2) {
        container_maker_done(ret);
        return;
    }
    ret->id = str_dup(last);
    ret->runtime = str_dup(program);
    if (!ret->bundle)
        ret->bundle = str_dup(cwd);
}

/* A shim of containerd stands in the bundle of the first of its containers: the others of the same pod are beside it. */
static void from_shim(const char *pid, Str id, ContainerMaker *ret) {
    char path[64], dir[PATH_MAX];
    snprintf(path, sizeof(path), "/proc/%s/cwd", pid);
    ssize_t n = readlink(path, dir, sizeof(dir));
    ssize_t slash = n > 0 ? str_rchr(str_n(dir, (size_t) n), '/') : -1;
    if (slash <= 0 || !id.n)
        return;
    ret->id = str_dup(id);
    ret->bundle = xasprintf("%.*s/%.*s", (int) slash, dir, STR_FMT(id));
}

static Str read_proc(const char *pid, const char *name, char **owned) {
    _cleanup_free_ char *path = xasprintf("/proc/%s/%s", pid, name);
    size_t n = 0;
    free(*owned);
    *owned = NULL;
    return fs_read(path, ARGS_MAX, owned, &n, NULL) < 0 ? STR_NULL : str_n(*owned, n);
}

/* Field 4 of /proc/PID/stat, behind the name in parentheses, which may hold anything. */
static Str parent_of(const char *pid, char **owned) {
    Str text = read_proc(pid, "stat", owned), one = STR_NULL;
    ssize_t end = str_rchr(text, ')');
    Str rest = end < 0 ? STR_NULL : str_from_at(text, (size_t) end + 2);
    for (int i = 3; i <= 4; i++)
        if (!str_split(&rest, ' ', &one))
            return STR_NULL;
    return one;
}

void container_keeper(uint32_t pid, ContainerMaker *ret) {
    *ret = (ContainerMaker) {0};
    _cleanup_free_ char *stat = NULL, *cmdline = NULL, *cgroup = NULL;
    char number[16];
    snprintf(number, sizeof(number), "%u", pid);
    Str line, id = STR_NULL, text = read_proc(number, "cgroup", &cgroup);
    while (str_line(&text, &line) && !id.n)
        id = container_id_of(line);
    if (!id.n)
        id = base_name(line); /* names that somebody chose (ctr run) */
    for (unsigned i = 0; i < ABOVE_MAX && !ret->bundle; i++) {
        Str above = parent_of(number, &stat);
        if (above.n < 2 && !(above.n == 1 && above.p[0] > '1'))
            return;
        snprintf(number, sizeof(number), "%.*s", STR_FMT(above));
        Str args = read_proc(number, "cmdline", &cmdline), program = STR_NULL, rest = args;
        if (!next_arg(&rest, &program))
            return;
        program = base_name(program);
        if (str_eqz(program, "conmon"))
            from_conmon(rest, ret);
        else if (str_starts(program, STR("containerd-shim")))
            from_shim(number, id, ret);
    }
}
