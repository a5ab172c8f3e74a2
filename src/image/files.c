/* SPDX-License-Identifier: Apache-2.0 */
#include "image/files.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "base/wire.h"
#include "base/worker.h"
#include "image/spool.h"
#include "parse/tar-index.h"

enum {
    MEMBERS_MAX = 100 * 1000, /* an archive of images has a few files a layer; a root file system has many more */
    MEMBERS_BYTES = 64 << 20,
    LINKS_MAX = 8,
};

typedef struct Member {
    Str link;              /* of a link: the name it leads to; empty for a file */
    uint64_t offset, size;
} Member;

struct ImageFiles {
    char *name;
    int dir;               /* a directory, or -1 */
    int fd;                /* a tar, or -1 */
    Map members;           /* of a tar: normalised name → Member */
    Arena arena;
};

void image_files_free(ImageFiles *f) {
    fd_closep(&f->dir);
    fd_closep(&f->fd);
    map_done(&f->members);
    arena_done(&f->arena);
    free(f->name);
    free(f);
}

/* In the worker: one wire record a member. */

typedef struct IndexJob {
    int fd;
    Buf out;
} IndexJob;

static ssize_t index_read(void *userdata, void *p, size_t n, uint64_t at) {
    return fs_pread_all(((IndexJob *) userdata)->fd, p, n, at);
}

static int index_member(void *userdata, const TarMember *m) {
    IndexJob *j = userdata;
    wire_put_u64(&j->out, (uint64_t) (uint8_t) m->type);
    wire_put_str(&j->out, m->name);
    wire_put_str(&j->out, m->link);
    wire_put_u64(&j->out, m->offset);
    wire_put_u64(&j->out, m->size);
    return j->out.failed;
}

static int index_job(const WorkerIo *io) {
    WireReader args = wire_reader(io->args);
    Limits limits = limits_default();
    limits.path_bytes = (uint32_t) wire_max(&args, UINT32_MAX);
    IndexJob j = {io->fds[0], buf_new(MEMBERS_BYTES)};
    TarIndex t = {.read = index_read, .member = index_member, .userdata = &j, .size = wire_u64(&args), .max_members = MEMBERS_MAX};
    int r = wire_ok(&args) ? tar_index(&t, &limits) : -EINVAL;
    if (r < 0)
        worker_fail(io, r, "%s", t.message[0] ? t.message : "its names take more than 64 MiB, so not an archive of images");
    else
        r = fs_write_all(io->out, j.out.p, j.out.n);
    buf_done(&j.out);
    return r;
}

/* In the parent. */

static int collect(void *userdata, Str bytes) {
    return buf_str(userdata, bytes);
}

static Str normal(Arena *a, Str name) {
    char *p = arena_bytes(a, name.n + 1);
    ssize_t n = p ? fs_normalise(name, name.n, p) : -E2BIG;
    return n < 0 ? STR_NULL : str_n(p, (size_t) n);
}

/* A link's target as a name of the archive: symbolic ones begin at their own directory. */
static Str link_target(Arena *a, char type, Str name, Str link) {
    ssize_t slash = type == '2' && !str_starts(link, STR("/")) ? str_rchr(name, '/') : -1;
    if (slash < 0)
        return normal(a, link);
    return normal(a, arena_printf(a, "%.*s/%.*s", (int) slash, name.p, STR_FMT(link)));
}

static int load_index(ImageFiles *f, uint64_t size, const Limits *limits, Error *err) {
    _cleanup_(buf_done) Buf args = buf_new(64), records = buf_new(MEMBERS_BYTES);
    wire_put_u64(&args, limits->path_bytes);
    wire_put_u64(&args, size);
    int r = worker_call(index_job, buf_view(&args), &f->fd, 1, NULL, collect, &records, err);
    if (r < 0)
        return error_wrap(err, r, "%s", f->name);
    WireReader in = wire_reader(buf_view(&records));
    while (in.rest.n && wire_ok(&in)) {
        char type = (char) wire_max(&in, 127);
        Str raw = wire_str(&in), link = wire_str(&in);
        Member m = {.offset = wire_u64(&in)};
        m.size = wire_u64(&in);
        /* The worker read hostile bytes: what it says is checked again. */
        if (!wire_ok(&in) || m.offset > size || m.size > size - m.offset)
            break;
        Str name = normal(&f->arena, raw);
        if (str_empty(name))
            continue;
        if (type != '0') {
            m.link = link_target(&f->arena, type, name, link);
            if (str_empty(m.link))
                continue;
        }
        Member *keep = arena_new(&f->arena, Member);
        *keep = m;
        map_set(&f->members, name, keep); /* as when unpacking, the later one wins */
    }
    if (in.rest.n || !wire_ok(&in))
        return error_set(err, -EBADMSG, "%s: the worker's index is malformed", f->name);
    return 0;
}

int image_files_open(const char *path, const ImageOptions *options, const Limits *limits, ImageFiles **ret, Error *err) {
    _cleanup_(image_files_freep) ImageFiles *f = xcalloc(1, sizeof(*f));
    bool standard = strcmp(path, "-") == 0;
    f->name = xstrdup(standard ? "standard input" : path);
    f->dir = f->fd = -1;
    struct stat st;
    if (!standard && stat(path, &st) < 0)
        return error_errno(err, -errno, "%s", path);
    if (!standard && S_ISDIR(st.st_mode)) {
        f->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (f->dir < 0)
            return error_errno(err, -errno, "%s", path);
    } else {
        uint64_t size;
        int r = spool_open(path, options, limits, &f->fd, &size, err);
        if (r == 0)
            r = load_index(f, size, limits, err);
        if (r < 0)
            return r;
    }
    *ret = TAKE_PTR(f);
    return 0;
}

int image_files_dir(const ImageFiles *f) {
    return f->dir;
}

static const Member *find_member(const ImageFiles *f, Str name) {
    for (int i = 0; i <= LINKS_MAX; i++) {
        const Member *m = map_get(&f->members, name);
        if (!m || str_empty(m->link))
            return m;
        name = m->link;
    }
    return NULL;
}

int image_files_find(const ImageFiles *f, Str name, int *ret_fd, uint64_t *ret_offset, uint64_t *ret_size, Error *err) {
    if (f->dir < 0) {
        const Member *m = find_member(f, name);
        if (!m)
            return -ENOENT;
        int fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 3);
        if (fd < 0)
            return error_errno(err, -errno, "%s", f->name);
        *ret_fd = fd;
        *ret_offset = m->offset;
        *ret_size = m->size;
        return 0;
    }
    _cleanup_free_ char *path = str_dup(name);
    _cleanup_fd_ int fd = fs_open_in_root(f->dir, path, O_RDONLY | O_NONBLOCK);
    if (fd == -ENOENT || fd == -ENOTDIR)
        return -ENOENT;
    if (fd < 0)
        return error_errno(err, fd, "%s/%s", f->name, path);
    struct stat st;
    if (fstat(fd, &st) < 0)
        return error_errno(err, -errno, "%s/%s", f->name, path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, -EBADMSG, "%s/%s is not a regular file", f->name, path);
    *ret_fd = take_fd(&fd);
    *ret_offset = 0;
    *ret_size = (uint64_t) st.st_size;
    return 0;
}

bool image_files_has(const ImageFiles *f, Str name) {
    _cleanup_fd_ int fd = -1;
    uint64_t offset, size;
    return image_files_find(f, name, &fd, &offset, &size, NULL) == 0;
}

int image_files_read(const ImageFiles *f, Str name, uint64_t max, Arena *a, Str *ret, Error *err) {
    _cleanup_fd_ int fd = -1;
    uint64_t offset, size;
    int r = image_files_find(f, name, &fd, &offset, &size, err);
    if (r < 0)
        return r;
    if (size > max)
        return error_set(err, -E2BIG, "%s/%.*s: %" PRIu64 " bytes, more than the %" PRIu64 " that are allowed", f->name, STR_FMT(name), size, max);
    char *p = arena_bytes(a, (size_t) size + 1);
    if (!p)
        return error_errno(err, -E2BIG, "%s/%.*s", f->name, STR_FMT(name));
    ssize_t n = fs_pread_all(fd, p, (size_t) size, offset);
    if (n < 0)
        return error_errno(err, (int) n, "reading %s/%.*s", f->name, STR_FMT(name));
    p[n] = 0;
    *ret = str_n(p, (size_t) n);
    return 0;
}
