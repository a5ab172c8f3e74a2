/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "check/gather-private.h"
#include "check/kubernetes.h"
#include "kube/access.h"
#include "parse/node-wire.h"

enum { BATCH_FILES = 2000, BATCH_BYTES = 64 << 20, WORKER_SECONDS = 600, OBJECT_MEMORY = 512 << 20, PEM_FILES_MAX = 10000, PEM_BYTES_MAX = 1 << 20 };

typedef struct File {
    const char *path;
    char *text;
    size_t n;
} File;

typedef struct Batch {
    Gathered *out;
    GatherEach each;
    void *userdata;
    const File *files;
    size_t n, done;          /* done: files whose end was read */
    Buf answer;
    size_t taken;            /* objects of the file at hand */
} Batch;

static void miss(Gathered *g, const char *path, Str why) {
    vec_push(&g->missed, ((CheckMiss) {(char *) arena_str(&g->arena, str_from(path)).p, (char *) arena_str(&g->arena, why).p}));
}

/* What a worker says is no more to be trusted than the file. */
static int take_object(Batch *b, WireReader *r) {
    _cleanup_(arena_done) Arena a = {.max = OBJECT_MEMORY};
    const char *path = b->files[b->done].path;
    Node *root = node_wire_get(r, &a);
    KubeWorld *w = root ? kube_world_in(&a) : NULL;
    Str kind = w ? kube_text(root, "kind") : STR("");
    KubeObject *o = kind.n ? kube_world_put(w, root, path, NULL) : NULL;
    if (!o)
        return -EBADMSG;
    b->out->objects++;
    b->each(b->userdata, o);
    return 0;
}

static int take_end(Batch *b, WireReader *r) {
    const char *path = b->files[b->done].path;
    int status = (int) wire_i64(r);
    bool said = false;
    for (uint64_t n = wire_max(r, DIAG_KEEP); n > 0; n--) {
        DiagLevel level = (DiagLevel) wire_max(r, DIAG_WARNING);
        uint32_t line = (uint32_t) wire_max(r, UINT32_MAX), col = (uint32_t) wire_max(r, UINT32_MAX);
        Str message = wire_str(r);
        if (!wire_ok(r))
            return -EBADMSG;
        if (level != DIAG_ERROR)
            continue;
        said = true;
        Str place = line ? arena_printf(&b->out->arena, "%s:%u:%u", path, line, col) : str_from(path);
        miss(b->out, place.p, message);
    }
    if (status < 0 && !said)
        miss(b->out, path, STR("it cannot be read"));
    b->done++;
    return wire_ok(r) ? 0 : -EBADMSG;
}

static int take_record(Batch *b, Str body) {
    WireReader r = wire_reader(body);
    if (b->done == b->n)
        return -EBADMSG;
    return wire_max(&r, GATHER_END) == GATHER_OBJECT ? take_object(b, &r) : take_end(b, &r);
}

static int chunk(void *userdata, Str bytes) {
    Batch *b = userdata;
    buf_str(&b->answer, bytes);
    Str rest = buf_view(&b->answer);
    int r = b->answer.failed;
    while (r == 0 && rest.n) {
        /* A length is whole behind its first byte below 0x80. */
        size_t head = 0;
        while (head < rest.n && (unsigned char) rest.p[head] >= 0x80)
            head++;
        if (head == rest.n)
            break;
        WireReader length = wire_reader(str_head(rest, head + 1));
        uint64_t n = wire_max(&length, GATHER_FILE_BYTES);
        if (!wire_ok(&length))
            return -EBADMSG;
        if (rest.n - head - 1 < n)
            break;
        r = take_record(b, str_n(rest.p + head + 1, (size_t) n));
        rest = str_from_at(rest, head + 1 + (size_t) n);
    }
    if (rest.n)
        memmove(b->answer.p, rest.p, rest.n);
    b->answer.n = rest.n;
    return r;
}

static int run(Batch *b, Error *err) {
    while (b->done < b->n) {
        _cleanup_(buf_done) Buf args = buf_new((size_t) 2 << 30);
        _cleanup_error_ Error why = {0};
        wire_put_u64(&args, b->n - b->done);
        for (size_t i = b->done; i < b->n; i++) {
            wire_put_str(&args, str_from(b->files[i].path));
            wire_put_str(&args, str_n(b->files[i].text, b->files[i].n));
        }
        if (args.failed)
            return error_errno(err, args.failed, "preparing work for a worker");
        WorkerLimits limits = {.memory = (uint64_t) 5 << 30, .cpu_s = WORKER_SECONDS};
        buf_clear(&b->answer);
        b->answer.max = BUF_OWN_MAX;
        int r = worker_call(gather_job, buf_view(&args), NULL, 0, &limits, chunk, b, &why);
        if (r == 0 && b->done < b->n)
            r = error_set(&why, -EBADMSG, "the worker ended before it had answered");
        if (r < 0 && b->done < b->n) {
            /* It died on, or lied about, the file that it was at: the others are read without it. Objects of that file that came before stay. */
            miss(b->out, b->files[b->done].path, str_from(error_text(&why, r)));
            b->done++;
        }
    }
    return 0;
}

static int read_item(const CheckItem *item, File *f, Error *err) {
    if (strcmp(item->path, "-") == 0) {
        f->path = CHECK_STANDARD_INPUT;
        return fs_read_fd(STDIN_FILENO, f->path, GATHER_FILE_BYTES, &f->text, &f->n, err);
    }
    if (item->text.p) {
        f->text = str_dup(item->text);
        f->n = item->text.n;
        return 0;
    }
    return item->input->render ? item->input->render(item->path, GATHER_FILE_BYTES, &f->text, &f->n, err) : fs_read(item->path, GATHER_FILE_BYTES, &f->text, &f->n, err);
}

/* Reads items from *next on until there are enough of them. */
static int read_batch(const CheckWalk *w, size_t *next, Gathered *g, Batch *b, File *files) {
    size_t bytes = 0, n = 0;
    while (*next < w->items.n && n < BATCH_FILES && bytes < BATCH_BYTES) {
        const CheckItem *item = &w->items.p[(*next)++];
        _cleanup_error_ Error err = {0};
        File f = {.path = arena_str(&g->arena, str_from(item->path)).p};
        int r = read_item(item, &f, &err);
        vec_push(&g->files, f.path);
        if (r < 0) {
            miss(g, f.path, r == -EFBIG ? STR("the file is larger than 512 MiB") : str_from(error_text(&err, r)));
            continue;
        }
        bytes += f.n;
        files[n++] = f;
    }
    b->files = files;
    b->n = n;
    b->done = 0;
    return 0;
}

static bool is_pem(const char *path) {
    char head[64 * 1024];
    _cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n = fd >= 0 ? fs_pread_all(fd, head, sizeof(head), 0) : -1;
    return n > 0 && access_is_pem(str_from(path), str_n(head, (size_t) n));
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Certificates and keys at or below the path, which no other reader wants: true when the path itself is one. */
static bool walk_pem(CheckWalk *w, const char *path) {
    _cleanup_free_ char *copy = xstrdup(path);
    FTS *fts = fts_open((char *const[]) {copy, NULL}, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    bool itself = false;
    size_t found = 0;
    for (FTSENT *e; fts && (e = fts_read(fts)) && found < PEM_FILES_MAX;)
        if (e->fts_info == FTS_F && e->fts_statp->st_size <= PEM_BYTES_MAX && is_pem(e->fts_path)) {
            vec_push(&w->items, ((CheckItem) {.path = xstrdup(e->fts_path), .input = &check_input_kubernetes}));
            itself = e->fts_level == 0;
            found++;
        }
    if (fts)
        fts_close(fts);
    return itself;
}

static int walk(const char *const *paths, size_t n, const Limits *limits, CheckWalk *w, Error *err) {
    int r = 0;
    for (size_t i = 0; i < n && r == 0; i++) {
        if (strcmp(paths[i], "-") == 0)
            vec_push(&w->items, ((CheckItem) {.path = xstrdup("-"), .input = &check_input_kubernetes}));
        else if (!walk_pem(w, paths[i]))
            r = check_walk(w, paths[i], limits, err);
    }
    return r;
}

/* Other kinds of files say nothing of a cluster. */
static void keep_kubernetes(CheckWalk *w) {
    size_t n = 0;
    for (size_t i = 0; i < w->items.n; i++) {
        CheckItem item = w->items.p[i];
        if (strcmp(item.input->sources, KUBE_SOURCES) == 0) {
            w->items.p[n++] = item;
        } else {
            free(item.path);
            free((char *) item.text.p);
        }
    }
    w->items.n = n;
}

int gather_files(const char *const *paths, size_t n, const Limits *limits, GatherEach each, void *userdata, Gathered *ret, Error *err) {
    _cleanup_(check_walk_done) CheckWalk w = {0};
    int r = walk(paths, n, limits, &w, err);
    if (r < 0)
        return r;
    keep_kubernetes(&w);
    for (size_t i = 0; i < w.missed.n; i++)
        miss(ret, w.missed.p[i].path, str_from(w.missed.p[i].why));
    ret->nothing = w.items.n + w.missed.n == 0;
    File *files = xcalloc(BATCH_FILES, sizeof(*files));
    Batch b = {.out = ret, .each = each, .userdata = userdata, .answer = buf_new(BUF_OWN_MAX)};
    for (size_t next = 0; next < w.items.n && r == 0;) {
        r = read_batch(&w, &next, ret, &b, files);
        if (r == 0)
            r = run(&b, err);
        for (size_t i = 0; i < b.n; i++)
            free(files[i].text);
    }
    buf_done(&b.answer);
    free(files);
    return r;
}

void gathered_done(Gathered *g) {
    vec_done(&g->files);
    vec_done(&g->missed);
    arena_done(&g->arena);
}
