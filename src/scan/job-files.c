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

/* The next n bytes: as they lie in the ring where they do so in one piece, which is *ret_held bytes to be consumed once they are done with; else they are kept. */
static int view(Ring *in, size_t n, Content *c, size_t *ret_held) {
    const char *p;
    *ret_held = 0;
    content_clear(c);
    if (n && ring_peek(in, n, &p) >= (ssize_t) n) {
        content_borrow(c, p, n);
        *ret_held = n;
        return 0;
    }
    if (content_keep(c, n) < 0)
        return -E2BIG;
    while (c->n < n) {
        const ssize_t have = ring_peek(in, 1, &p);
        if (have <= 0)
            return -EPIPE;
        const size_t take = MIN((size_t) have, n - c->n);
        int r = content_add(c, p, take);
        if (r < 0)
            return r;
        ring_consume(in, take);
    }
    return content_see(c);
}

static EntryKind kind_of(EntryType t) {
    return t == ENTRY_TYPE_DIRECTORY ? ENTRY_DIR : t == ENTRY_TYPE_SYMLINK ? ENTRY_SYMLINK : ENTRY_FILE;
}

static void entry(Job *j, const JobFileHeader *h, Str names, const Content *c) {
    const Str bytes = c->view;
    const Str path = str_head(names, h->path_n);
    const EntryInfo e = {.path = path,
                         .type = (EntryType) h->type,
                         .mode = h->mode,
                         .uid = h->uid,
                         .gid = h->gid,
                         .size = h->size,
                         .target = str_head(str_from_at(names, h->path_n), h->target_n),
                         .dev_major = h->dev_major,
                         .dev_minor = h->dev_minor,
                         .capability = str_from_at(names, (size_t) h->path_n + h->target_n)};
    j->bytes += bytes.n;
    job_entry(j, path, kind_of(e.type));
    if (h->look && j->by_entry)
        job_look(j, &e);
    if (h->content)
        job_analyse(j, (JobWanted) {.here = h->analyzers}, path, h->mode, bytes);
    ListedEntry l = {.path = path, .kind = kind_of(e.type), .mode = h->mode, .size = h->size, .target = e.type == ENTRY_TYPE_SYMLINK ? e.target : STR_NULL};
    if (!h->look)
        return;
    if (job_lists_content(j) && bytes.n) {
        l.target = listing_interpreter(l.mode, bytes);
        job_list_content(j, path, c);
        job_list_file(j, &l, true);
    } else {
        job_list(j, &l);
    }
}

int job_run_files(Job *j, Ring *in) {
    _cleanup_(buf_done) Buf names = buf_new(256 * 1024);
    _cleanup_(content_done) Content content = content_new((size_t) j->args.limits.file_bytes, j->temp);
    JobFileHeader h;
    int r;
    while ((r = read_exact(in, &h, sizeof(h))) == 1) {
        size_t held;
        const size_t n = (size_t) h.path_n + h.target_n + h.capability_n;
        buf_clear(&names);
        if (buf_reserve(&names, n) < 0 || h.content_n > j->args.limits.file_bytes)
            return worker_fail(j->io, -E2BIG, "an entry over the limits");
        if (n && read_exact(in, names.p, n) != 1)
            return -EPIPE;
        names.n = n;
        r = view(in, h.content_n, &content, &held);
        if (r < 0)
            return r;
        if (job_begin(j, str_head(buf_view(&names), h.path_n)))
            entry(j, &h, buf_view(&names), &content);
        ring_consume(in, held);
        if (j->failed)
            return j->failed;
    }
    return r;
}
