/* SPDX-License-Identifier: Apache-2.0 */
#include "image/spool.h"

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/wire.h"
#include "base/worker.h"
#include "parse/decompress.h"
#include "parse/tar-index.h"

enum { HEAD = 512, WAIT_S = 30, STEP = 256 * 1024 };

/* Bytes that were read to find out what the file is, then the file. */
typedef struct Input {
    Str head;
    int fd;
} Input;

static ssize_t input_read(void *userdata, void *p, size_t n) {
    Input *in = userdata;
    if (in->head.n) {
        n = MIN(n, in->head.n);
        memcpy(p, in->head.p, n);
        in->head = str_from_at(in->head, n);
        return (ssize_t) n;
    }
    ssize_t r;
    do
        r = read(in->fd, p, n);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r;
}

static int decompress_job(const WorkerIo *io) {
    WireReader args = wire_reader(io->args);
    Compression kind = (Compression) wire_max(&args, COMPRESSION_BZIP2);
    uint64_t ratio = wire_u64(&args), floor = wire_u64(&args), max = wire_u64(&args);
    Input in = {wire_str(&args), io->fds[0]};
    if (!wire_ok(&args))
        return -EINVAL;
    _cleanup_(decompressor_freep) Decompressor *d = decompressor_new(kind, input_read, &in);
    _cleanup_error_ Error err = {0};
    _cleanup_free_ char *buf = malloc(STEP);
    if (!buf)
        return -ENOMEM;
    uint64_t out = 0;
    for (;;) {
        ssize_t n = decompressor_read(d, buf, STEP, &err);
        if (n < 0)
            return worker_fail(io, (int) n, "%s", error_text(&err, (int) n));
        if (n == 0)
            return 0;
        out += (uint64_t) n;
        if (out > floor && out / ratio > decompressor_consumed(d))
            return worker_fail(io, -E2BIG, "expands to more than %" PRIu64 " times its size", ratio);
        if (out > max)
            return worker_fail(io, -E2BIG, "expands to more than the %" PRIu64 " bytes that are allowed", max);
        int r = fs_write_all(io->out, buf, (size_t) n);
        if (r < 0)
            return r;
    }
}

typedef struct Output {
    int fd;
    uint64_t size;
    const char *dir;
    Error *err;
} Output;

static int output_add(void *userdata, Str bytes) {
    Output *o = userdata;
    int r = fs_write_all(o->fd, bytes.p, bytes.n);
    if (r < 0)
        return error_errno(o->err, r, "writing the temporary copy of an archive%s%s", o->dir ? " to " : "", o->dir ? o->dir : "");
    o->size += bytes.n;
    return 0;
}

static int copy_plain(Input *in, Output *o, uint64_t max, const char *name, Error *err) {
    _cleanup_free_ char *buf = xmalloc(STEP);
    for (;;) {
        ssize_t n = input_read(in, buf, STEP);
        if (n < 0)
            return error_errno(err, (int) n, "reading %s", name);
        if (n == 0)
            return 0;
        if (o->size + (uint64_t) n > max)
            return error_set(err, -E2BIG, "%s: more than the %" PRIu64 " bytes that an archive may have", name, max);
        int r = output_add(o, str_n(buf, (size_t) n));
        if (r < 0)
            return r;
    }
}

/* Opens without waiting for ever: a pipe that nobody writes to is told about after a while, and a device is no archive. */
static int open_input(const char *path, const char *name, Error *err) {
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return error_errno(err, -errno, "%s", name);
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
        return error_set(err, -EINVAL, "%s is a device: expected an image archive", name);
    if (S_ISFIFO(st.st_mode)) {
        struct pollfd p = {fd, POLLIN, 0};
        int r;
        do
            r = poll(&p, 1, WAIT_S * 1000);
        while (r < 0 && errno == EINTR);
        if (r == 0)
            return error_set(err, -ETIMEDOUT, "%s: nobody has written to this pipe for %d seconds", name, WAIT_S);
    }
    if (fcntl(fd, F_SETFL, 0) < 0)
        return error_errno(err, -errno, "%s", name);
    return take_fd(&fd);
}

int spool_open(const char *path, const ImageOptions *options, const Limits *limits, int *ret_fd, uint64_t *ret_size, Error *err) {
    bool standard = str_eqz(str_from(path), "-");
    lint_assume(path);
    const char *name = standard ? "standard input" : path;
    _cleanup_fd_ int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open_input(path, name, err);
    if (fd < 0)
        return standard ? error_errno(err, -errno, "%s", name) : fd;
    struct stat st;
    if (fstat(fd, &st) < 0)
        return error_errno(err, -errno, "%s", name);
    if (S_ISDIR(st.st_mode))
        return error_errno(err, -EISDIR, "%s", name);

    char head[HEAD];
    Input in = {STR_NULL, fd};
    size_t n = 0;
    while (n < sizeof(head)) {
        ssize_t got = input_read(&in, head + n, sizeof(head) - n);
        if (got < 0)
            return error_errno(err, (int) got, "reading %s", name);
        if (got == 0)
            break;
        n += (size_t) got;
    }
    if (n == 0)
        return error_set(err, -EBADMSG, "%s is empty: expected an image archive", name);
    in.head = str_n(head, n);
    Compression kind = compression_detect(head, n);
    /* A pipe, or a file that somebody has read a part of, has to be copied. */
    bool seekable = S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == (off_t) n;
    if (kind == COMPRESSION_NONE && seekable) {
        *ret_fd = take_fd(&fd);
        *ret_size = (uint64_t) st.st_size;
        return 0;
    }

    /* What is no archive is not copied first: it may have no end. */
    if (kind == COMPRESSION_NONE && (n < sizeof(head) || !tar_is_header((const uint8_t *) head)))
        return error_set(err, -EBADMSG, "%s: not an image archive: neither a tar nor compressed", name);
    _cleanup_fd_ int temp = fs_temp(options->temp_dir, err);
    if (temp < 0)
        return temp;
    Output o = {.fd = temp, .dir = options->temp_dir, .err = err};
    int r;
    if (kind == COMPRESSION_NONE) {
        r = copy_plain(&in, &o, limits->expanded_bytes, name, err);
        if (r < 0)
            return r;
    } else {
        _cleanup_(buf_done) Buf args = buf_new(4096);
        wire_put_u64(&args, kind);
        wire_put_u64(&args, MAX(limits->expansion_ratio, (uint64_t) 1));
        wire_put_u64(&args, limits->expansion_floor);
        wire_put_u64(&args, limits->expanded_bytes);
        wire_put_str(&args, in.head);
        WorkerLimits wl = {.memory = (uint64_t) 1 << 30, .output = UINT64_MAX};
        r = worker_call(decompress_job, buf_view(&args), &fd, 1, &wl, output_add, &o, err);
        if (r < 0)
            return error_wrap(err, r, "%s (%s)", name, compression_name(kind));
    }
    /* One compression around an archive is met; more is a way to hide how large it is. */
    if (kind != COMPRESSION_NONE) {
        ssize_t got = fs_pread_all(temp, head, sizeof(head), 0);
        Compression inner = got > 0 ? compression_detect(head, (size_t) got) : COMPRESSION_NONE;
        if (inner != COMPRESSION_NONE)
            return error_set(err, -E2BIG, "%s: not a tar: it is compressed with %s once more; decompress it first", name, compression_name(inner));
    }
    *ret_fd = take_fd(&temp);
    *ret_size = o.size;
    return 0;
}
