/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll facts: what the analyzers see in single files or below a directory. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "analyze/analyzer.h"
#include "analyze/fact-json.h"
#include "base/fs.h"
#include "base/worker.h"
#include "cmd/cli.h"
#include "cmd/message.h"
#include "cmd/output.h"

enum { BATCH = 16, FLUSH = 1 << 16, DEPTH_MAX = 64 };

/* ---- In the worker ---- */

typedef struct Answer {
    int fd;
    Buf b;
    int r;
} Answer;

static void flush(Answer *a) {
    if (a->r == 0)
        a->r = a->b.failed ? a->b.failed : fs_write_all(a->fd, buf_view(&a->b).p, a->b.n);
    buf_clear(&a->b);
}

static void put(void *userdata, const Fact *f) {
    Answer *a = userdata;
    fact_encode(&a->b, f);
    if (a->b.n >= FLUSH)
        flush(a);
}

/* The arguments are path, analyzers, mode and size per descriptor. */
static int job(const WorkerIo *io) {
    WireReader r = wire_reader(io->args);
    Limits limits = limits_default();
    Answer a = {.fd = io->out, .b = buf_new(BUF_OWN_MAX)};
    FactSink sink = {put, &a};
    AnalyzerContext context = {0};
    for (size_t i = 0; i < io->n_fds; i++) {
        Str path = wire_str(&r);
        uint64_t which = wire_u64(&r);
        uint32_t mode = (uint32_t) wire_max(&r, 07777);
        uint64_t size = wire_u64(&r);
        _cleanup_free_ char *bytes = alloc_input(size + 1, limits.file_bytes + 1);
        ssize_t n = bytes ? fs_pread_all(io->fds[i], bytes, size, 0) : -errno;
        if (n < 0)
            return worker_fail(io, (int) n, "%.*s: %s", STR_FMT(path), strerror((int) -n));
        AnalyzerInput in = {.path = path, .mode = mode, .bytes = {bytes, (size_t) n}, .limits = &limits, .context = &context};
        analyzers_run(which, &in, &sink);
    }
    flush(&a);
    analyzer_context_done(&context);
    buf_done(&a.b);
    return a.r;
}

/* ---- In the command ---- */

typedef struct Facts {
    Output out;
    Buf text;
    JsonWriter w;
    uint64_t allowed;  /* analyzers: all, or the one of --analyzer */
    bool forced;
    /* Files waiting for the next worker. */
    int fds[BATCH];
    size_t n_fds;
    Buf args;
    Buf answer;
    bool incomplete;
    int rc;
} Facts;

static int take_answer(void *userdata, Str bytes) {
    Facts *f = userdata;
    return buf_str(&f->answer, bytes);
}

static void run_batch(Facts *f) {
    if (f->n_fds == 0 || f->rc)
        return;
    _cleanup_error_ Error err = {0};
    int r = worker_call(job, buf_view(&f->args), f->fds, f->n_fds, NULL, take_answer, f, &err);
    if (r < 0) {
        message_error("%s", error_text(&err, r));
        f->incomplete = true;
    }
    WireReader reader = wire_reader(buf_view(&f->answer));
    Fact fact;
    while ((r = fact_decode(&reader, &fact)) == 1) {
        fact_json(&f->w, &fact);
        f->incomplete |= fact.kind == FACT_PROBLEM;
        if (f->text.n >= FLUSH && !f->rc) {
            f->rc = output_add(&f->out, buf_view(&f->text));
            buf_clear(&f->text);
        }
    }
    f->incomplete |= r < 0;
    for (size_t i = 0; i < f->n_fds; i++)
        close(f->fds[i]);
    f->n_fds = 0;
    buf_clear(&f->args);
    buf_clear(&f->answer);
}

/* Takes the descriptor over. */
static void add_file(Facts *f, int fd, Str path, const struct stat *st, uint64_t which) {
    f->fds[f->n_fds++] = fd;
    wire_put_str(&f->args, path);
    wire_put_u64(&f->args, which);
    wire_put_u64(&f->args, st->st_mode & 07777);
    wire_put_u64(&f->args, (uint64_t) st->st_size);
    if (f->n_fds == BATCH)
        run_batch(f);
}

/* The analyzers that want the open file, under this path, for its path or its first bytes. */
static uint64_t wanted(const Facts *f, int fd, Str path, const struct stat *st) {
    char head[ANALYZER_HEAD];
    uint64_t ret = analyzers_wanting(f->allowed, path), ask = analyzers_by_content(f->allowed & ~ret);
    if (!ask || st->st_size <= 0)
        return ret;
    ssize_t n = fs_pread_all(fd, head, sizeof(head), 0);
    FileInfo info = {path, st->st_mode & 07777, (uint64_t) st->st_size, {head, (size_t) MAX(n, (ssize_t) 0)}};
    return ret | analyzers_wanting_content(ask, &info);
}

typedef Vec(char *) Paths;

/* Collects what analyzers want at and below `path` of the root. Links are followed for single files only, inside the root. */
static void collect(Facts *f, int root, const char *path, bool by_name, unsigned depth, Paths *ret) {
    struct stat st;
    /* O_NONBLOCK: a pipe that lies where a database should must not make us wait. */
    _cleanup_fd_ int fd = fs_open_in_root(root, *path ? path : ".", O_RDONLY | O_NONBLOCK | (by_name ? 0 : O_NOFOLLOW));
    int r = fd < 0 ? fd : fstat(fd, &st) < 0 ? -errno : 0;
    if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
        return;
    if (r == 0 && !S_ISDIR(st.st_mode)) {
        if (S_ISREG(st.st_mode) && wanted(f, fd, str_from(path), &st))
            vec_push(ret, xstrdup(path));
        return;
    }
    if (r == 0 && depth > DEPTH_MAX)
        r = -ELOOP;
    DIR *dir = r == 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        message_warning("%s: %s; not looked at", path, strerror(r < 0 ? -r : errno));
        f->incomplete = true;
        return;
    }
    take_fd(&fd);
    struct dirent *e;
    while ((e = readdir(dir))) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        _cleanup_free_ char *child = xasprintf("%s%s%s", path, *path ? "/" : "", e->d_name);
        if (e->d_type == DT_DIR || e->d_type == DT_UNKNOWN || (e->d_type == DT_REG && analyzers_by_content(f->allowed)))
            collect(f, root, child, false, depth + 1, ret);
        else if (analyzers_wanting(f->allowed, str_from(child)))
            vec_push(ret, xstrdup(child));
    }
    closedir(dir);
}

static int compare(const void *a, const void *b) {
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void add_directory(Facts *f, int root) {
    Paths paths = {0};
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        if (f->allowed >> i & 1)
            for (const char *const *r = all[i]->roots; *r; r++)
                collect(f, root, *r, true, 0, &paths);
    vec_sort(&paths, compare);
    for (size_t i = 0; i < paths.n; i++) {
        if (i && strcmp(paths.p[i - 1], paths.p[i]) == 0)
            continue;
        struct stat st;
        int fd = fs_open_in_root(root, paths.p[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
            /* A link to nowhere is nothing to read. */
            if (fd >= 0 || (fd != -ENOENT && fd != -ELOOP)) {
                message_warning("%s: %s; not looked at", paths.p[i], fd < 0 ? strerror(-fd) : "not a regular file");
                f->incomplete = true;
            }
            if (fd >= 0)
                close(fd);
            continue;
        }
        add_file(f, fd, str_from(paths.p[i]), &st, wanted(f, fd, str_from(paths.p[i]), &st));
    }
    for (size_t i = 0; i < paths.n; i++)
        free(paths.p[i]);
    vec_done(&paths);
}

/* They search whatever there is: that they do does not say what a file is. */
static uint64_t searching_anything(void) {
    uint64_t ret = 0;
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i]->name, "secrets") == 0 || strcmp(all[i]->name, "yara") == 0)
            ret |= (uint64_t) 1 << i;
    return ret;
}

/* The longest end of the path that an analyzer wants: /x/y/var/lib/dpkg/status is var/lib/dpkg/status. */
static void add_single(Facts *f, int fd, const char *name, const struct stat *st) {
    _cleanup_free_ char *real = realpath(name, NULL);
    Str path = str_from(name);
    /* By the name that was given first, then by where it leads. */
    const Str candidates[] = {path, str_from(real)};
    for (size_t i = 0; i < ARRAY_SIZE(candidates); i++)
        for (Str s = candidates[i]; s.n;) {
            while (s.n && s.p[0] == '/')
                s = str_from_at(s, 1);
            if (analyzers_wanting(f->allowed, s)) {
                add_file(f, fd, s, st, f->forced ? f->allowed : wanted(f, fd, s, st));
                return;
            }
            ssize_t slash = str_chr(s, '/');
            s = slash < 0 ? STR_NULL : str_from_at(s, (size_t) slash + 1);
        }
    ssize_t slash = str_rchr(path, '/');
    Str base = slash < 0 ? path : str_from_at(path, (size_t) slash + 1);
    uint64_t which = f->forced ? f->allowed : wanted(f, fd, base, st);
    if (f->forced || (which & ~searching_anything())) {
        add_file(f, fd, base, st, which);
        return;
    }
    message_error("%s: no analyzer reads files of this name or content; name one with --analyzer", name);
    f->incomplete = true;
    close(fd);
}

static void add(Facts *f, const char *name) {
    struct stat st;
    int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0) {
        message_error("%s: %m", name);
        f->incomplete = true;
        if (fd >= 0)
            close(fd);
    } else if (S_ISDIR(st.st_mode)) {
        add_directory(f, fd);
        close(fd);
    } else if (S_ISREG(st.st_mode)) {
        add_single(f, fd, name, &st);
    } else {
        message_error("%s: neither a regular file nor a directory", name);
        f->incomplete = true;
        close(fd);
    }
}

static int run(Cli *cli) {
    Facts f = {.text = buf_new(BUF_OWN_MAX), .args = buf_new(BUF_OWN_MAX), .answer = buf_new(BUF_OWN_MAX)};
    const char *name = cli_value(cli, "--analyzer");
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        if (!name || str_eqz(str_from(name), all[i]->name))
            f.allowed |= (uint64_t) 1 << i;
    f.forced = name != NULL;
    f.rc = output_begin(cli, &f.out);
    if (f.rc)
        return f.rc;
    f.w = json_writer(&f.text, true);
    json_map(&f.w, NULL);
    json_list(&f.w, "facts");
    for (size_t i = 0; i < cli->n_args; i++)
        add(&f, cli->args[i]);
    run_batch(&f);
    json_end(&f.w);
    json_end(&f.w);
    buf_putc(&f.text, '\n');
    if (!f.rc)
        f.rc = output_add(&f.out, buf_view(&f.text));
    if (!f.rc)
        f.rc = output_end(&f.out);
    output_abort(&f.out);
    buf_done(&f.text);
    buf_done(&f.args);
    buf_done(&f.answer);
    return f.rc ? f.rc : f.incomplete ? EXIT_INCOMPLETE : EXIT_DONE;
}

static void list_analyzers(Buf *out) {
    size_t n;
    const Analyzer *const *all = analyzers(&n);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s", i ? "|" : "", all[i]->name);
}

static const Option options[] = {
    {.name = "--analyzer",
     .arg = "NAME",
     .doc = "Uses this analyzer only; a single file is read by it whatever its name",
     .list_values = list_analyzers},
    {0},
};

const Command command_facts = {
    .name = "facts",
    .summary = "Prints what the analyzers see in files, as JSON",
    .arguments = "PATH…",
    .description = "A directory is taken as the root of a file system: below it, the files that analyzers know are read. A single file is known by the end of its path, "
                   "as x/var/lib/dpkg/status is read as var/lib/dpkg/status, or by its first bytes.\n\n"
                   "Files are read in confined workers. The exit code is 3 when a file could not be read as what it is; the facts that could be read are still printed.",
    .examples = "plimsoll facts /  # packages of this machine\n"
                "plimsoll facts --analyzer rpm Packages.db  # one package database\n",
    .options = {options},
    .min_args = 1,
    .max_args = UINT_MAX,
    .plumbing = true,
    .workers = true,
    .run = run,
};
