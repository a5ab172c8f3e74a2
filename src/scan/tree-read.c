/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "analyze/analyzer.h"
#include "base/fs.h"
#include "scan/crashes.h"
#include "scan/layer-read.h"

enum { IN_RING = 1 << 20 };

typedef struct Walk {
    int root;
    const ReadOptions *o;
    const Analyzer *const *analyzers;
    size_t n_analyzers;
    Ring *in;
    Buf path;       /* of the entry at hand */
    uint64_t entries;
    int result;
} Walk;

static bool wants(const Walk *w, Str path) {
    for (size_t i = 0; i < w->n_analyzers; i++)
        if ((w->o->look_for.analyzers >> i & 1) && w->analyzers[i]->wants(path))
            return true;
    return false;
}

static int send(Walk *w, EntryKind kind, unsigned unread, Str content) {
    Str path = buf_view(&w->path);
    JobFileHeader h = {.content_n = content.n, .path_n = (uint32_t) path.n, .kind = (uint8_t) kind, .unread = (uint8_t) unread};
    w->entries++;
    int r = ring_write(w->in, &h, sizeof(h));
    if (r == 0)
        r = ring_write(w->in, path.p, path.n);
    if (r == 0)
        r = ring_write(w->in, content.p, content.n);
    if (r < 0)
        w->result = r;
    return r;
}

static int send_unread(Walk *w, unsigned unread, int code) {
    char text[256];
    int n = unread == 2 ? snprintf(text, sizeof(text), "more than the %llu bytes that an analyzer reads", (unsigned long long) w->o->limits->file_bytes)
                        : snprintf(text, sizeof(text), "cannot be read: %s", strerror(-code));
    return send(w, ENTRY_FILE, unread, str_n(text, (size_t) n));
}

/* A file's bytes go through in steps; only its size is known before. When it shrinks meanwhile the rest is zeros. */
static int send_file(Walk *w, int fd) {
    struct stat st;
    char block[64 * 1024];
    if (fstat(fd, &st) < 0)
        return send_unread(w, 1, -errno);
    if (!S_ISREG(st.st_mode))
        return 0;
    if ((uint64_t) st.st_size > w->o->limits->file_bytes)
        return send_unread(w, 2, 0);
    Str path = buf_view(&w->path);
    JobFileHeader h = {.content_n = (uint64_t) st.st_size, .path_n = (uint32_t) path.n, .kind = ENTRY_FILE};
    w->entries++;
    int r = ring_write(w->in, &h, sizeof(h));
    if (r == 0)
        r = ring_write(w->in, path.p, path.n);
    for (uint64_t at = 0; r == 0 && at < h.content_n;) {
        size_t want = (size_t) MIN(h.content_n - at, (uint64_t) sizeof(block));
        ssize_t n = fs_pread_all(fd, block, want, at);
        if (n < (ssize_t) want)
            memset(block + MAX(n, (ssize_t) 0), 0, want - (size_t) MAX(n, (ssize_t) 0));
        r = ring_write(w->in, block, want);
        at += want;
        if (w->o->progress.bytes)
            w->o->progress.bytes(w->o->progress.userdata, want);
    }
    if (r < 0)
        w->result = r;
    return r;
}

static int visit_file(Walk *w) {
    if (!wants(w, buf_view(&w->path)))
        return 0;
    _cleanup_fd_ int fd = fs_open_in_root(w->root, w->path.p, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return fd == -ENOENT || fd == -ELOOP ? 0 : send_unread(w, 1, fd);
    return send_file(w, fd);
}

static int walk_dir(Walk *w, int fd, unsigned depth);

/* `type` is what the directory says of the entry; some file systems say nothing. */
static int visit(Walk *w, int dir, const char *name, unsigned char type, unsigned depth) {
    struct stat st;
    if (type == DT_UNKNOWN) {
        if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
            return 0; /* gone meanwhile */
        type = S_ISDIR(st.st_mode) ? DT_DIR : S_ISREG(st.st_mode) ? DT_REG : S_ISLNK(st.st_mode) ? DT_LNK : DT_UNKNOWN;
    }
    if (type == DT_DIR) {
        _cleanup_fd_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
        if (fd < 0)
            return errno == ENOENT ? 0 : send_unread(w, 1, -errno);
        return walk_dir(w, fd, depth + 1);
    }
    return type == DT_REG || type == DT_LNK ? visit_file(w) : 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of names, so that two runs see the same. */
static int walk_dir(Walk *w, int fd, unsigned depth) {
    enum { DEPTH_MAX = 256 };
    struct dirent **list = NULL;
    if (depth > DEPTH_MAX)
        return send_unread(w, 1, -ELOOP);
    int n = scandirat(fd, ".", &list, NULL, by_name);
    if (n < 0)
        return send_unread(w, 1, -errno);
    size_t keep = w->path.n;
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;
        if (w->result == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && w->entries < w->o->limits->entries) {
            if (keep)
                buf_putc(&w->path, '/');
            buf_putz(&w->path, name);
            visit(w, fd, name, list[i]->d_type, depth);
            w->path.n = keep;
            w->path.p[keep] = 0;
        }
        free(list[i]);
    }
    free(list);
    return w->result;
}

static void set_path(Walk *w, Str path) {
    buf_clear(&w->path);
    buf_str(&w->path, path);
}

static bool below(Str path, Str dir) {
    return str_empty(dir) || (str_starts(path, dir) && (path.n == dir.n || path.p[dir.n] == '/'));
}

static void walk_root(Walk *w, Str root) {
    set_path(w, root);
    _cleanup_fd_ int fd = fs_open_in_root(w->root, root.n ? w->path.p : ".", O_RDONLY | O_NONBLOCK);
    if (fd == -ENOENT || fd == -ENOTDIR)
        return;
    struct stat st;
    if (fd < 0)
        send_unread(w, 1, fd);
    else if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        walk_dir(w, fd, 0);
    else if (wants(w, root))
        send_file(w, fd);
}

static int cmp_str(const void *a, const void *b) {
    return str_cmp(*(const Str *) a, *(const Str *) b);
}

static void *walk(void *userdata) {
    Walk *w = userdata;
    Vec(Str) roots = {0};
    for (size_t i = 0; i < w->n_analyzers; i++)
        if (w->o->look_for.analyzers >> i & 1)
            for (const char *const *r = w->analyzers[i]->roots; *r; r++)
                vec_push(&roots, str_from(*r));
    vec_sort(&roots, cmp_str);
    /* Sorted, a root lies behind those that contain it. */
    const Str *last = NULL;
    for (size_t i = 0; i < roots.n && w->result == 0; i++) {
        if (last && below(roots.p[i], *last))
            continue;
        last = &roots.p[i];
        walk_root(w, roots.p[i]);
    }
    if (w->entries >= w->o->limits->entries) {
        set_path(w, STR(""));
        char text[128];
        int n = snprintf(text, sizeof(text), "more than %llu entries: the rest was not looked at", (unsigned long long) w->o->limits->entries);
        send(w, ENTRY_DIR, 2, str_n(text, (size_t) n));
    }
    ring_finish(w->in);
    vec_done(&roots);
    return NULL;
}

static int attempt(int root_fd, const JobArgs *args, const ReadOptions *o, LayerFacts *ret, Crashes *crashes, bool *ret_again, Error *err) {
    JobRun run;
    *ret_again = false;
    int r = job_run_start(&run, args, err);
    if (r < 0) {
        job_run_done(&run);
        return r;
    }
    Walk w = {.root = root_fd, .o = o, .in = &run.in, .path = buf_new(64 * 1024)};
    w.analyzers = analyzers(&w.n_analyzers);
    pthread_t walker;
    pthread_create(&walker, NULL, walk, &w);
    r = job_run_gather(&run, o->limits, ret, err);
    pthread_join(walker, NULL);
    buf_done(&w.path);
    *ret_again = r < 0 && crashes_take(crashes, &run);
    job_run_done(&run);
    return r;
}

int tree_read(int root_fd, const ReadOptions *o, LayerFacts *ret, Error *err) {
    _cleanup_(crashes_done) Crashes crashes = {0};
    JobArgs args = {.source = JOB_FILES, .in_size = IN_RING, .limits = *o->limits, .look_for = o->look_for, .skip = crashes.site};
    int r;
    bool again;
    do {
        args.n_skip = crashes.n;
        if (err)
            error_done(err);
        layer_facts_done(ret);
        r = attempt(root_fd, &args, o, ret, &crashes, &again, err);
    } while (again);
    crashes_report(&crashes, ret);
    return r;
}
