/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/content.h"

#include <sys/mman.h>

#include "base/fs.h"

Content content_new(size_t max, int file) {
    return (Content) {.view = STR(""), .max = max, .file = file, .copy = buf_new(max)};
}

static void unmap(Content *c) {
    if (c->map)
        munmap(c->map, c->view.n);
    c->map = NULL;
    c->view = STR("");
}

void content_clear(Content *c) {
    enum { KEEP = 1 << 20 };
    unmap(c);
    if (c->copy.cap > KEEP)
        buf_done(&c->copy);
    buf_clear(&c->copy);
    c->n = 0;
    c->whole = c->borrowed = c->in_file = false;
}

void content_done(Content *c) {
    unmap(c);
    buf_done(&c->copy);
}

void content_borrow(Content *c, const char *p, size_t n) {
    c->view = str_n(p, n);
    c->n = n;
    c->borrowed = true;
}

static int to_memory(Content *c, const char *p, size_t n) {
    int r = buf_add(&c->copy, p, n);
    if (r == 0)
        c->n += n;
    return r;
}

/* Writing failed: the file system is full. Memory is what is left. */
static int back_to_memory(Content *c) {
    const size_t n = c->n;
    c->n = 0;
    c->in_file = false;
    char *p = n ? mmap(NULL, n, PROT_READ, MAP_SHARED, c->file, 0) : NULL;
    c->file = -1;
    if (p == MAP_FAILED)
        return -ENOMEM;
    int r = to_memory(c, p, n);
    if (p)
        munmap(p, n);
    return r;
}

static int put(Content *c, const char *p, size_t n) {
    if (c->in_file) {
        if (fs_write_all(c->file, p, n) == 0) {
            c->n += n;
            return 0;
        }
        int r = back_to_memory(c);
        if (r < 0)
            return r;
    }
    return to_memory(c, p, n);
}

/* From here on what comes goes to the file; what is in memory first. */
static int to_file(Content *c) {
    if (lseek(c->file, 0, SEEK_SET) < 0) {
        c->file = -1;
        return 0;
    }
    _cleanup_(buf_done) Buf old = c->copy;
    c->copy = buf_new(c->max);
    c->n = 0;
    c->in_file = true;
    return old.n ? put(c, old.p, old.n) : 0;
}

static int add(Content *c, const char *p, size_t n) {
    static const char zeros[4096];
    if (n > c->max - c->n)
        return -E2BIG;
    unmap(c);
    if (c->file >= 0 && !c->in_file && c->n + n > CONTENT_LARGE) {
        int r = to_file(c);
        if (r < 0)
            return r;
    }
    if (p)
        return put(c, p, n);
    for (size_t some; n > 0; n -= some) {
        some = MIN(n, sizeof(zeros));
        int r = put(c, zeros, some);
        if (r < 0)
            return r;
    }
    return 0;
}

int content_keep(Content *c, uint64_t expected) {
    const Str first = c->borrowed ? c->view : STR("");
    if (c->n > first.n)
        return 0; /* they are kept already */
    const size_t room = MAX((size_t) MIN(expected, (uint64_t) c->max), first.n);
    c->borrowed = false;
    c->view = STR("");
    c->n = 0;
    int r = c->file >= 0 && room > CONTENT_LARGE ? to_file(c) : buf_reserve(&c->copy, room);
    return r < 0 ? r : content_add(c, first.p, first.n);
}

int content_add(Content *c, const char *p, size_t n) {
    return n ? add(c, p, n) : 0;
}

int content_see(Content *c) {
    if (c->borrowed || c->map)
        return 0;
    if (!c->in_file) {
        c->view = buf_view(&c->copy);
        return 0;
    }
    char *p = c->n ? mmap(NULL, c->n, PROT_READ, MAP_SHARED, c->file, 0) : NULL;
    if (p == MAP_FAILED)
        return -ENOMEM;
    c->map = p;
    c->view = str_n(p ? p : "", c->n);
    return 0;
}

void content_forget(const Content *c, size_t at, size_t n) {
    if (c->map)
        madvise(c->map + at, n, MADV_DONTNEED);
}
