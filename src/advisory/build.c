/* SPDX-License-Identifier: Apache-2.0 */
#include "advisory/build.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "advisory/collect.h"
#include "advisory/digest.h"
#include "advisory/unpack.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/time.h"
#include "base/worker.h"

enum { DIRECTORY_DEPTH = 16, FILES_MAX = 1000000, WORKERS_MAX = 16 };

typedef struct Build {
    int dirfd;
    const BuildOptions *options;
    BuildReport *report;
    Collect collect;
    pthread_mutex_t lock;      /* over collect, report and what follows */
    uint32_t *order;           /* files, largest first */
    size_t next;
} Build;

static int list_directory(int at, const char *name, Str below, unsigned depth, BuildReport *report, Error *err);

static int list_entry(int dir, const struct dirent *e, Str below, unsigned depth, BuildReport *report, Error *err) {
    struct stat st;
    if (e->d_name[0] == '.' || fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return 0;
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return 0;
    Str path = str_empty(below) ? arena_str(&report->arena, str_from(e->d_name))
                                : arena_printf(&report->arena, "%.*s/%s", STR_FMT(below), e->d_name);
    if (S_ISDIR(st.st_mode))
        return list_directory(dir, e->d_name, path, depth + 1, report, err);
    if (report->files.n >= FILES_MAX)
        return error_set(err, -E2BIG, "more than %d files in the feed directory", FILES_MAX);
    BuildFile f = {.path = path, .size = (uint64_t) st.st_size};
    vec_push(&report->files, f);
    return 0;
}

static int list_directory(int at, const char *name, Str below, unsigned depth, BuildReport *report, Error *err) {
    if (depth > DIRECTORY_DEPTH)
        return error_set(err, -ELOOP, "%.*s: directories nested deeper than %d", STR_FMT(below), DIRECTORY_DEPTH);
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (depth ? O_NOFOLLOW : 0));
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        int r = -errno;
        if (fd >= 0)
            close(fd);
        return error_errno(err, r, "feed directory %s", depth ? below.p : name);
    }
    int r = 0;
    for (struct dirent *e; r >= 0 && (e = readdir(d));)
        r = list_entry(dirfd(d), e, below, depth, report, err);
    closedir(d);
    return r;
}

static int by_path(const void *x, const void *y) {
    return str_cmp(((const BuildFile *) x)->path, ((const BuildFile *) y)->path);
}

static int by_problem(const void *x, const void *y) {
    const BuildProblem *a = x, *b = y;
    int r = str_cmp(a->path, b->path);
    if (r)
        return r;
    return a->line != b->line ? (a->line < b->line ? -1 : 1) : str_cmp(a->message, b->message);
}

static int by_str(const void *x, const void *y) {
    return str_cmp(*(const Str *) x, *(const Str *) y);
}

static int by_feed_name(const void *x, const void *y) {
    return str_cmp(((const BuildFeed *) x)->name, ((const BuildFeed *) y)->name);
}

/* In the worker. */
static int unpack_job(const WorkerIo *io) {
    Limits limits = limits_default();
    StreamWriter w;
    stream_writer_init(&w, io->out, NULL);
    char message[300] = "";
    int r = io->n_fds == 1 ? feed_unpack(io->fds[0], io->args, &limits, &w, message, sizeof(message)) : -EINVAL;
    stream_writer_done(&w);
    return r < 0 && message[0] ? worker_fail(io, r, "%s", message) : r;
}

typedef struct Job {
    Build *b;
    CollectReader reader;
} Job;

static int take_chunk(void *userdata, Str bytes) {
    Job *j = userdata;
    pthread_mutex_lock(&j->b->lock);
    int r = collect_reader_push(&j->reader, bytes);
    pthread_mutex_unlock(&j->b->lock);
    return r;
}

static int hash_file(int fd, char hex[static DIGEST_HEX_MAX + 1]) {
    enum { BLOCK = 256 << 10 };
    _cleanup_free_ char *p = xmalloc(BLOCK);
    _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
    uint64_t at = 0;
    for (;;) {
        ssize_t n = fs_pread_all(fd, p, BLOCK, at);
        if (n < 0)
            return (int) n;
        hasher_add(h, p, (size_t) n);
        at += (uint64_t) n;
        if (n < BLOCK)
            break;
    }
    hasher_hex(h, hex);
    return 0;
}

static void read_file(Build *b, uint32_t at) {
    BuildFile *f = &b->report->files.p[at];
    _cleanup_error_ Error err = {0};
    Job j = {.b = b};
    char hex[DIGEST_HEX_MAX + 1];
    collect_reader_init(&j.reader, &b->collect, at);
    _cleanup_fd_ int fd = openat(b->dirfd, f->path.p, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int r = fd < 0 ? -errno : hash_file(fd, hex);
    if (r >= 0) {
        memcpy(f->sha256, hex, sizeof(f->sha256));
        WorkerLimits limits = {.memory = (uint64_t) 2 << 30, .output = (uint64_t) 4 << 30};
        r = worker_call(unpack_job, f->path, &fd, 1, &limits, take_chunk, &j, &err);
    }
    if (r >= 0)
        r = collect_reader_end(&j.reader);
    pthread_mutex_lock(&b->lock);
    if (r < 0)
        f->failure = arena_str(&b->report->arena, str_from(error_text(&err, r)));
    pthread_mutex_unlock(&b->lock);
    collect_reader_done(&j.reader);
}

static void *work(void *userdata) {
    Build *b = userdata;
    for (;;) {
        pthread_mutex_lock(&b->lock);
        size_t n = b->report->files.n, at = b->next;
        if (at < n) {
            b->next++;
            if (b->options->progress)
                b->options->progress(b->options->userdata, at, n, b->report->files.p[b->order[at]].path);
        }
        pthread_mutex_unlock(&b->lock);
        if (at >= n)
            return NULL;
        read_file(b, b->order[at]);
    }
}

static int by_size(const void *x, const void *y, void *userdata) {
    const BuildFile *files = userdata;
    uint32_t a = *(const uint32_t *) x, b = *(const uint32_t *) y;
    if (files[a].size != files[b].size)
        return files[a].size > files[b].size ? -1 : 1;
    return a < b ? -1 : 1;
}

/* The largest first, so that the last worker to end is not late. */
static void read_files(Build *b) {
    size_t n = b->report->files.n;
    _cleanup_free_ uint32_t *order = xreallocarray(NULL, n + 1, sizeof(uint32_t));
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t) i;
    if (n > 1)
        qsort_r(order, n, sizeof(*order), by_size, b->report->files.p);
    b->order = order;
    unsigned workers = MIN(b->options->workers ? b->options->workers : 2u, (unsigned) WORKERS_MAX);
    pthread_t threads[WORKERS_MAX];
    unsigned started = 0;
    for (; started + 1 < workers; started++) {
        int rc = pthread_create(&threads[started], NULL, work, b);
        if (rc) /* this thread goes on with those that started */
            break;
    }
    work(b);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}

/* What each feed got, from the parts of its files that were read to their end. */
static void sum_feeds(Build *b) {
    BuildReport *report = b->report;
    size_t n_feeds;
    const Feed *const *all = feeds(&n_feeds);
    Vec(Str) digests = {0};
    for (size_t f = 0; f < n_feeds; f++) {
        BuildFeed out = {.name = str_from(all[f]->name), .date = TIME_NONE};
        digests.n = 0;
        for (size_t i = 0; i < b->collect.parts.n; i++) {
            const CollectPart *p = &b->collect.parts.p[i];
            const BuildFile *file = &report->files.p[p->file];
            if (p->feed != f || !str_empty(file->failure))
                continue;
            out.records += p->records;
            out.problems += p->problems;
            out.date = MAX(out.date, p->date);
            out.files++;
            vec_push(&digests, str_from(file->sha256));
        }
        if (out.files == 0)
            continue;
        vec_sort(&digests, by_str);
        _cleanup_(hasher_freep) Hasher *h = hasher_new(DIGEST_SHA256);
        for (size_t i = 0; i < digests.n; i++)
            hasher_add(h, digests.p[i].p, digests.p[i].n);
        char hex[DIGEST_HEX_MAX + 1];
        hasher_hex(h, hex);
        snprintf(out.digest, sizeof(out.digest), "sha256:%.64s", hex);
        vec_push(&report->feeds, out);
    }
    vec_done(&digests);
    vec_sort(&report->feeds, by_feed_name);
}

static int write_database(Build *b, const char *path, Error *err) {
    _cleanup_(store_closep) Store *s = NULL;
    int r = store_open_build(path, &s, err);
    if (r < 0)
        return r;
    r = collect_write(&b->collect, s, err);
    if (r < 0)
        return r;
    r = advisory_content_digest(s, b->report->digest, err);
    if (r < 0)
        return r;
    r = collect_write_digest(s, b->report->digest, err);
    if (r < 0)
        return r;
    return store_finish(TAKE_PTR(s), err);
}

static int replace_database(Build *b, const char *path, Error *err) {
    _cleanup_free_ char *parent = xstrdup(path);
    char *slash = strrchr(parent, '/');
    if (slash && slash != parent) {
        *slash = 0;
        int r = fs_mkdir_p(parent, err);
        if (r < 0)
            return r;
    }
    _cleanup_free_ char *fresh = xasprintf("%s.new-XXXXXX", path);
    int fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, -errno, "creating %s", fresh);
    fchmod(fd, 0644);
    close(fd);
    int r = write_database(b, fresh, err);
    struct stat st;
    if (r >= 0 && stat(fresh, &st) == 0)
        b->report->size = (uint64_t) st.st_size;
    if (r >= 0 && rename(fresh, path) < 0)
        r = error_errno(err, -errno, "renaming %s to %s", fresh, path);
    if (r < 0) {
        error_wrap(err, r, "writing the database");
        unlink(fresh);
    }
    return r;
}

int advisory_build(const char *feed_dir, const char *path, const BuildOptions *options, BuildReport *ret, Error *err) {
    static const BuildOptions plain = {0};
    *ret = (BuildReport) {0};
    Build b = {.options = options ? options : &plain, .report = ret, .collect = {.report = ret}, .lock = PTHREAD_MUTEX_INITIALIZER};
    int r = list_directory(AT_FDCWD, feed_dir, STR(""), 0, ret, err);
    if (r < 0)
        return r;
    vec_sort(&ret->files, by_path);
    _cleanup_fd_ int dirfd = open(feed_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dirfd < 0)
        return error_errno(err, -errno, "feed directory %s", feed_dir);
    b.dirfd = dirfd;
    read_files(&b);
    vec_sort(&ret->problems, by_problem);
    vec_sort(&ret->skipped, by_str);
    sum_feeds(&b);
    r = ret->feeds.n ? replace_database(&b, path, err)
                     : error_set(err, -ENODATA, "%s: no file there is of a feed that is known; see `plimsoll list feeds`", feed_dir);
    collect_done(&b.collect);
    pthread_mutex_destroy(&b.lock);
    return r;
}

void build_report_done(BuildReport *r) {
    vec_done(&r->files);
    vec_done(&r->feeds);
    vec_done(&r->problems);
    vec_done(&r->skipped);
    arena_done(&r->arena);
}
