/* SPDX-License-Identifier: Apache-2.0 */
#include "base/worker-document.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/fs.h"

typedef struct JobArgs {
    WorkerDocumentFn fn;
    Limits limits;
    uint64_t size;
    /* the name follows */
} JobArgs;

static int job(const WorkerIo *io) {
    JobArgs args;
    Diag d = {0};
    Buf b = buf_new(BUF_OWN_MAX);
    if (io->args.n < sizeof(args))
        return -EINVAL;
    memcpy(&args, io->args.p, sizeof(args));
    char *name = str_dup(str_from_at(io->args, sizeof(args)));
    char *text = args.size ? mmap(NULL, args.size, PROT_READ, MAP_PRIVATE, io->fds[0], 0) : (char *) "";
    if (text == MAP_FAILED)
        return worker_fail(io, -errno, "mapping %s: %s", name, strerror(errno));
    int r = args.fn(str_n(text, args.size), name, &args.limits, &b, &d);
    if (r < 0) {
        char *why = diag_text(&d);
        return worker_fail(io, r, "%.*s", STR_FMT(str_trim(str_from(why))));
    }
    return b.failed ? b.failed : fs_write_all(io->out, b.p, b.n);
}

static int collect(void *userdata, Str bytes) {
    return buf_str(userdata, bytes);
}

int worker_document(WorkerDocumentFn fn, int fd, const char *name, const char *what, const Limits *limits, Buf *answer, Error *err) {
    struct stat st;
    if (fstat(fd, &st) < 0)
        return error_errno(err, -errno, "%s", name);
    if (!S_ISREG(st.st_mode))
        return error_set(err, -EINVAL, "%s: not a regular file", name);
    if ((uint64_t) st.st_size > limits->document_bytes)
        return error_set(err, -E2BIG, "%s: %lld bytes, more than the %llu that %s may have", name, (long long) st.st_size, (unsigned long long) limits->document_bytes, what);
    _cleanup_(buf_done) Buf args = buf_new(BUF_OWN_MAX);
    JobArgs j = {fn, *limits, (uint64_t) st.st_size};
    buf_add(&args, &j, sizeof(j));
    buf_putz(&args, name);
    /* A tree takes up to some thirty times its text, in small nodes. */
    WorkerLimits wl = {.memory = ((uint64_t) 1 << 30) + 32 * j.size};
    return worker_call(job, buf_view(&args), &fd, 1, &wl, collect, answer, err);
}
