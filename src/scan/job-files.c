/* SPDX-License-Identifier: Apache-2.0 */
/* A layer job on files that the parent opened below a root and reads out to us. */
#include "base/alloc.h"
#include "base/fs.h"
#include "scan/job-sink.h"

/* Exactly n bytes: 1, 0 at a clean end (only when nothing was read), -EPIPE. */
static int read_exact(Ring *in, void *to, size_t n) {
    size_t got = 0;
    while (got < n) {
        const char *p;
        ssize_t have = ring_peek(in, 1, &p);
        if (have <= 0)
            return have == 0 && got == 0 ? 0 : -EPIPE;
        size_t take = MIN((size_t) have, n - got);
        memcpy((char *) to + got, p, take);
        ring_consume(in, take);
        got += take;
    }
    return 1;
}

/* The next n bytes: as they lie in the ring where they do so in one piece, else copied into *copy. *ret_held is what is to be consumed once
 * they are done with. */
static int view(Ring *in, size_t n, Buf *copy, Str *ret, size_t *ret_held) {
    const char *p;
    *ret_held = 0;
    *ret = str_n("", 0);
    if (n == 0)
        return 0;
    if (ring_peek(in, n, &p) >= (ssize_t) n) {
        *ret = str_n(p, n);
        *ret_held = n;
        return 0;
    }
    buf_clear(copy);
    if (buf_reserve(copy, n) < 0)
        return -E2BIG;
    if (read_exact(in, copy->p, n) != 1)
        return -EPIPE;
    copy->n = n;
    *ret = buf_view(copy);
    return 0;
}

int job_run_files(Job *j, Ring *in) {
    enum { KEEP = 1 << 20 };
    _cleanup_(buf_done) Buf path = buf_new(64 * 1024), copy = buf_new((size_t) j->args.limits.file_bytes);
    JobFileHeader h;
    int r;
    while ((r = read_exact(in, &h, sizeof(h))) == 1) {
        Str bytes;
        size_t held;
        buf_clear(&path);
        if (buf_reserve(&path, h.path_n) < 0 || h.content_n > j->args.limits.file_bytes)
            return worker_fail(j->io, -E2BIG, "an entry over the limits");
        if (h.path_n && read_exact(in, path.p, h.path_n) != 1)
            return -EPIPE;
        path.n = h.path_n;
        r = view(in, h.content_n, &copy, &bytes, &held);
        if (r < 0)
            return r;
        if (job_begin(j, buf_view(&path))) {
            j->bytes += h.content_n;
            job_entry(j, buf_view(&path), ENTRY_FILE);
            job_analyse(j, (JobWanted) {.here = h.analyzers}, buf_view(&path), h.mode, bytes);
        }
        ring_consume(in, held);
        if (copy.cap > KEEP)
            buf_done(&copy);
        if (j->failed)
            return j->failed;
    }
    return r;
}
