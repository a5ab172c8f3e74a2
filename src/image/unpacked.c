/* SPDX-License-Identifier: Apache-2.0 */
#include "image/unpacked.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/worker.h"
#include "parse/decompress.h"
#include "parse/tar-split.h"

enum { STEP = 256 * 1024 };

/* What the worker sends for each entry: this, then n bytes. */
typedef struct Frame {
    uint32_t is_file, n;
    uint64_t size;
} Frame;

/* In the worker. */

static ssize_t job_read(void *userdata, void *p, size_t n) {
    ssize_t r = read(*(const int *) userdata, p, n);
    return r < 0 ? -errno : r;
}

static int send_line(const WorkerIo *io, Str line, Buf *text, Buf *out) {
    TarSplitEntry e;
    if (str_empty(line))
        return 0;
    int r = tar_split_line(line, text, &e);
    if (r <= 0)
        return r < 0 ? worker_fail(io, r, "malformed tar-split line") : 0;
    Frame f = {e.is_file, (uint32_t) e.bytes.n, e.size};
    buf_add(out, &f, sizeof(f));
    buf_str(out, e.bytes);
    if (out->failed)
        return out->failed;
    if (out->n < STEP)
        return 0;
    r = fs_write_all(io->out, out->p, out->n);
    buf_clear(out);
    return r;
}

static int split_job(const WorkerIo *io) {
    int fd = io->fds[0];
    _cleanup_(decompressor_freep) Decompressor *d = decompressor_new(COMPRESSION_GZIP, job_read, &fd);
    _cleanup_(buf_done) Buf in = buf_new(TAR_SPLIT_LINE_MAX), text = buf_new(TAR_SPLIT_LINE_MAX), out = buf_new(TAR_SPLIT_LINE_MAX * 2);
    _cleanup_error_ Error err = {0};
    for (;;) {
        int r = buf_reserve(&in, STEP);
        if (r < 0)
            return worker_fail(io, r, "a tar-split line of more than %d bytes", TAR_SPLIT_LINE_MAX);
        ssize_t n = decompressor_read(d, in.p + in.n, STEP, &err);
        if (n < 0)
            return worker_fail(io, (int) n, "%s", error_text(&err, (int) n));
        in.n += (size_t) n;
        size_t at = 0;
        const char *end;
        while (at < in.n && (end = memchr(in.p + at, '\n', in.n - at))) {
            r = send_line(io, str_n(in.p + at, (size_t) (end - in.p) - at), &text, &out);
            if (r < 0)
                return r;
            at = (size_t) (end - in.p) + 1;
        }
        memmove(in.p, in.p + at, in.n - at);
        in.n -= at;
        if (n > 0)
            continue;
        r = send_line(io, buf_view(&in), &text, &out);
        return r < 0 ? r : fs_write_all(io->out, out.p, out.n);
    }
}

/* In the parent: a stream that follows the worker's entries. */

typedef struct SplitStream {
    BlobStream base;
    Worker worker;
    int dir;           /* the layer's files */
    char *name;
    uint8_t *buf;
    size_t at, n;      /* what of buf is left */
    uint64_t segment;  /* raw bytes still to come from the worker */
    int file;
    uint64_t file_left;
    bool ended;
} SplitStream;

static void split_close(BlobStream *base) {
    SplitStream *s = (SplitStream *) base;
    worker_kill(&s->worker);
    fd_closep(&s->dir);
    fd_closep(&s->file);
    free(s->name);
    free(s->buf);
    free(s);
}

/* Bytes of the worker: 0 at its end. */
static ssize_t split_fill(SplitStream *s, Error *err) {
    if (s->at < s->n)
        return 1;
    ssize_t n;
    do
        n = read(s->worker.out, s->buf, STEP);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return error_errno(err, -errno, "%s", s->name);
    s->at = 0;
    s->n = (size_t) n;
    return n;
}

static int split_take(SplitStream *s, void *p, size_t n, Error *err) {
    size_t done = 0;
    while (done < n) {
        ssize_t r = split_fill(s, err);
        if (r < 0)
            return (int) r;
        if (r == 0)
            return done == 0 ? 0 : error_set(err, -EBADMSG, "%s: its tar-split ends in the middle", s->name);
        size_t some = MIN(n - done, s->n - s->at);
        memcpy((char *) p + done, s->buf + s->at, some);
        s->at += some;
        done += some;
    }
    return 1;
}

static int split_open_file(SplitStream *s, uint32_t name_n, uint64_t size, Error *err) {
    char name[4097];
    if (name_n >= sizeof(name))
        return error_set(err, -EBADMSG, "%s: a name of %u bytes", s->name, name_n);
    int r = split_take(s, name, name_n, err);
    if (r <= 0)
        return r < 0 ? r : error_set(err, -EBADMSG, "%s: its tar-split ends in the middle", s->name);
    name[name_n] = 0;
    s->file = fs_open_in_root(s->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (s->file < 0) {
        r = s->file;
        s->file = -1;
        return error_errno(err, r, "%s: the file %s", s->name, name);
    }
    struct stat st;
    if (fstat(s->file, &st) < 0 || !S_ISREG(st.st_mode) || (uint64_t) st.st_size < size)
        return error_set(err, -EBADMSG, "%s: the file %s is not what was unpacked", s->name, name);
    s->file_left = size;
    return 0;
}

/* Goes on to the next entry: 1, or 0 at the end. */
static int split_next(SplitStream *s, Error *err) {
    Frame f;
    int r = split_take(s, &f, sizeof(f), err);
    if (r < 0)
        return r;
    if (r == 0) {
        s->ended = true;
        r = worker_wait(&s->worker, err);
        return r < 0 ? error_wrap(err, r, "%s: reading its tar-split", s->name) : 0;
    }
    if (f.is_file) {
        r = split_open_file(s, f.n, f.size, err);
        return r < 0 ? r : 1;
    }
    s->segment = f.n;
    return 1;
}

static ssize_t split_read(BlobStream *base, void *p, size_t n, Error *err) {
    SplitStream *s = (SplitStream *) base;
    size_t done = 0;
    /* Headers are short: a whole buffer is gathered from many entries. */
    while (done < n && !s->ended) {
        char *to = (char *) p + done;
        if (s->file_left) {
            ssize_t got = read(s->file, to, (size_t) MIN((uint64_t) (n - done), s->file_left));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return error_errno(err, -errno, "%s", s->name);
            if (got == 0)
                return error_set(err, -EBADMSG, "%s: a file became shorter while it was read", s->name);
            s->file_left -= (uint64_t) got;
            done += (size_t) got;
            if (s->file_left == 0)
                fd_closep(&s->file);
        } else if (s->segment) {
            size_t some = (size_t) MIN((uint64_t) (n - done), s->segment);
            int r = split_take(s, to, some, err);
            if (r <= 0)
                return r < 0 ? r : error_set(err, -EBADMSG, "%s: its tar-split ends in the middle", s->name);
            s->segment -= some;
            done += some;
        } else {
            int r = split_next(s, err);
            if (r < 0)
                return r;
        }
    }
    return (ssize_t) done;
}

int unpacked_layer_open(Image *img, size_t layer, BlobStream **ret, Error *err) {
    const UnpackedStore *store = img->state;
    const UnpackedLayer *l = &store->layers.p[layer];
    _cleanup_fd_ int split = openat(store->root, l->tar_split, O_RDONLY | O_CLOEXEC);
    if (split < 0)
        return error_errno(err, -errno, "%s: layer %zu: its tar-split %s", img->place, layer + 1, l->tar_split);
    _cleanup_fd_ int dir = openat(store->root, l->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return error_errno(err, -errno, "%s: layer %zu: its files in %s", img->place, layer + 1, l->dir);
    SplitStream *s = xcalloc(1, sizeof(*s));
    *s = (SplitStream) {.base = {split_read, split_close}, .dir = take_fd(&dir), .file = -1, .worker = {.out = -1, .control = -1},
                        .name = xasprintf("%s: layer %zu (%s)", img->place, layer + 1, l->dir), .buf = xmalloc(STEP)};
    int r = worker_spawn(split_job, STR_NULL, &split, 1, NULL, &s->worker, err);
    if (r < 0) {
        split_close(&s->base);
        return r;
    }
    *ret = &s->base;
    return 0;
}

void unpacked_free(void *store) {
    UnpackedStore *s = store;
    for (size_t i = 0; i < s->layers.n; i++) {
        free(s->layers.p[i].dir);
        free(s->layers.p[i].tar_split);
    }
    vec_done(&s->layers);
    fd_closep(&s->root);
    free(s->name);
    free(s);
}

int unpacked_open(Image *img, const char *root, UnpackedStore **ret, Error *err) {
    _cleanup_fd_ int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, errno == ENOENT || errno == ENOTDIR ? -ENODEV : -errno, "%s", root);
    UnpackedStore *s = xcalloc(1, sizeof(*s));
    s->root = take_fd(&fd);
    s->name = xstrdup(root);
    img->state = s;
    img->state_free = unpacked_free;
    img->layer_open = unpacked_layer_open;
    img->local = img->layers_plain = true;
    *ret = s;
    return 0;
}

int unpacked_read(const UnpackedStore *s, Image *img, const char *path, uint64_t max, Str *ret, Error *err) {
    _cleanup_fd_ int fd = openat(s->root, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? -ENOENT : error_errno(err, -errno, "%s/%s", s->name, path);
    _cleanup_free_ char *name = xasprintf("%s/%s", s->name, path), *p = NULL;
    size_t n;
    int r = fs_read_fd(fd, name, (size_t) max, &p, &n, err);
    if (r < 0)
        return r;
    *ret = arena_str(img->arena, str_n(p, n));
    return 0;
}

const char *store_root(const char *variable, const char *usual) {
    const char *v = getenv(variable);
    return v && *v ? v : usual;
}
