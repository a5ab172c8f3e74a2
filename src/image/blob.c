/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>

#include "base/alloc.h"
#include "image/internal.h"

typedef struct RangeStream {
    BlobStream base;
    int fd;
    uint64_t at, end;
    char *name;
} RangeStream;

static ssize_t range_read(BlobStream *s, void *p, size_t n, Error *err) {
    RangeStream *r = (RangeStream *) s;
    n = (size_t) MIN((uint64_t) n, r->end - r->at);
    if (n == 0)
        return 0;
    ssize_t got;
    do
        got = pread(r->fd, p, n, (off_t) r->at);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_errno(err, -errno, "reading %s", r->name);
    if (got == 0)
        return error_set(err, -EBADMSG, "%s: shorter than when it was opened", r->name);
    r->at += (uint64_t) got;
    return got;
}

static void range_close(BlobStream *s) {
    RangeStream *r = (RangeStream *) s;
    fd_closep(&r->fd);
    free(r->name);
    free(r);
}

BlobStream *blob_from_range(int fd, uint64_t offset, uint64_t size, const char *name) {
    RangeStream *r = xcalloc(1, sizeof(*r));
    *r = (RangeStream) {.base = {range_read, range_close}, .fd = fd, .at = offset, .end = offset + size, .name = xstrdup(name)};
    (void) posix_fadvise(fd, (off_t) offset, (off_t) size, POSIX_FADV_SEQUENTIAL);
    return &r->base;
}

ssize_t blob_read(BlobStream *s, void *p, size_t n, Error *err) {
    return s->read(s, p, n, err);
}

void blob_close(BlobStream *s) {
    s->close(s);
}
