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

int job_run_files(Job *j, Ring *in) {
    _cleanup_(buf_done) Buf path = buf_new(64 * 1024), content = buf_new((size_t) j->args.limits.file_bytes);
    JobFileHeader h;
    int r;
    while ((r = read_exact(in, &h, sizeof(h))) == 1) {
        buf_clear(&path);
        buf_clear(&content);
        if (buf_reserve(&path, h.path_n) < 0 || buf_reserve(&content, h.content_n) < 0)
            return worker_fail(j->io, -E2BIG, "an entry over the limits");
        if ((h.path_n && read_exact(in, path.p, h.path_n) != 1) || (h.content_n && read_exact(in, content.p, h.content_n) != 1))
            return -EPIPE;
        path.n = h.path_n;
        content.n = h.content_n;
        Str p = buf_view(&path), bytes = buf_view(&content);
        if (!job_begin(j, p))
            continue;
        j->bytes += h.content_n;
        job_entry(j, p, (EntryKind) h.kind);
        if (h.unread)
            job_problem(j, p, h.unread == 2 ? PROBLEM_LIMIT : PROBLEM_FILE, "%.*s", STR_FMT(bytes));
        else if (h.kind == ENTRY_SYMLINK)
            job_link(j, p, bytes, false);
        else if (h.kind == ENTRY_FILE && job_wants(j, p))
            job_analyse(j, p, bytes);
        arena_done(&j->scratch);
        if (content.cap > 1 << 20)
            buf_done(&content);
        if (j->failed)
            return j->failed;
    }
    return r;
}
