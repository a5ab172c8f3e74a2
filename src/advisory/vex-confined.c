/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a VEX document in a confined worker: its statements come back as wire records, of which nothing is trusted. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "advisory/vex.h"
#include "base/fs.h"
#include "base/wire.h"
#include "base/worker.h"

static void put_list(Buf *b, const Str *list, size_t n) {
    wire_put_u64(b, n);
    for (size_t i = 0; i < n; i++)
        wire_put_str(b, list[i]);
}

static void encode(Buf *b, const VexDocument *doc, const Diag *d) {
    wire_put_u64(b, doc->format);
    wire_put_u64(b, doc->n);
    for (size_t i = 0; i < doc->n; i++) {
        const Exception *e = &doc->statements[i];
        wire_put_u64(b, e->line);
        wire_put_u64(b, e->col);
        wire_put_u64(b, e->status);
        wire_put_i64(b, e->time);
        wire_put_str(b, e->justification);
        wire_put_str(b, e->reason);
        put_list(b, e->ids, e->n_ids);
        wire_put_u64(b, e->n_products);
        for (size_t k = 0; k < e->n_products; k++) {
            put_list(b, e->products[k].names, e->products[k].n_names);
            put_list(b, e->products[k].parts, e->products[k].n_parts);
        }
    }
    wire_put_u64(b, d->items.n);
    for (size_t i = 0; i < d->items.n; i++) {
        _cleanup_free_ char *text = diag_item_text(&d->items.p[i]);
        wire_put_str(b, str_from(text));
    }
}

/* A count of things that take at least one byte each. */
static size_t count(WireReader *w) {
    return (size_t) wire_max(w, w->rest.n);
}

static Str *get_list(WireReader *w, Arena *a, size_t *ret_n) {
    size_t n = count(w);
    Str *list = arena_alloc(a, (n + 1) * sizeof(Str));
    for (size_t i = 0; i < n; i++)
        list[i] = wire_str(w);
    *ret_n = n;
    return list;
}

static int decode(Str bytes, Str name, Arena *a, VexDocument *ret) {
    WireReader reader = wire_reader(bytes), *w = &reader;
    VexDocument doc = {.format = (ExceptionFormat) wire_max(w, EXCEPTION_CSAF)};
    doc.n = count(w);
    doc.statements = arena_alloc(a, (doc.n + 1) * sizeof(Exception));
    for (size_t i = 0; i < doc.n && wire_ok(w); i++) {
        Exception *e = &doc.statements[i];
        *e = (Exception) {.format = doc.format, .source = name, .expires = TIME_NONE};
        e->line = (uint32_t) wire_max(w, UINT32_MAX);
        e->col = (uint32_t) wire_max(w, UINT32_MAX);
        e->status = (VexStatus) wire_max(w, VEX_STATUS_N_ - 1);
        e->time = wire_i64(w);
        e->justification = wire_str(w);
        e->reason = wire_str(w);
        e->ids = get_list(w, a, &e->n_ids);
        e->n_products = count(w);
        e->products = arena_alloc(a, (e->n_products + 1) * sizeof(ExceptionProduct));
        for (size_t k = 0; k < e->n_products && wire_ok(w); k++) {
            e->products[k].names = get_list(w, a, &e->products[k].n_names);
            e->products[k].parts = get_list(w, a, &e->products[k].n_parts);
        }
    }
    doc.warnings = get_list(w, a, &doc.n_warnings);
    if (!wire_ok(w) || w->rest.n)
        return -EBADMSG;
    *ret = doc;
    return 0;
}

typedef struct JobArgs {
    Limits limits;
    uint64_t size;
    /* the name follows */
} JobArgs;

static int job(const WorkerIo *io) {
    JobArgs args;
    VexDocument doc;
    Arena a = {0};
    Diag d = {0};
    Buf b = buf_new(BUF_OWN_MAX);
    if (io->args.n < sizeof(args))
        return -EINVAL;
    memcpy(&args, io->args.p, sizeof(args));
    char *name = str_dup(str_from_at(io->args, sizeof(args)));
    char *text = args.size ? mmap(NULL, args.size, PROT_READ, MAP_PRIVATE, io->fds[0], 0) : (char *) "";
    if (text == MAP_FAILED)
        return worker_fail(io, -errno, "mapping %s: %s", name, strerror(errno));
    int r = vex_read(str_n(text, args.size), name, &args.limits, &a, &doc, &d);
    if (r < 0) {
        char *why = diag_text(&d);
        return worker_fail(io, r, "%.*s", STR_FMT(str_trim(str_from(why))));
    }
    encode(&b, &doc, &d);
    return b.failed ? b.failed : fs_write_all(io->out, b.p, b.n); /* the process ends: the kernel frees the rest */
}

static int collect(void *userdata, Str bytes) {
    return buf_str(userdata, bytes);
}

int vex_open(int fd, const char *name, const Limits *limits, Arena *a, VexDocument *ret, Error *err) {
    struct stat st;
    if (fstat(fd, &st) < 0)
        return error_errno(err, -errno, "%s", name);
    if (!S_ISREG(st.st_mode))
        return error_set(err, -EINVAL, "%s: not a regular file", name);
    if ((uint64_t) st.st_size > limits->document_bytes)
        return error_set(err, -E2BIG, "%s: %lld bytes, more than the %llu that a document may have", name, (long long) st.st_size,
                         (unsigned long long) limits->document_bytes);
    _cleanup_(buf_done) Buf args = buf_new(BUF_OWN_MAX), answer = buf_new(BUF_OWN_MAX);
    JobArgs j = {*limits, (uint64_t) st.st_size};
    buf_add(&args, &j, sizeof(j));
    buf_putz(&args, name);
    /* A tree takes up to some thirty times its text, in small nodes. */
    WorkerLimits wl = {.memory = ((uint64_t) 1 << 30) + 32 * j.size};
    int r = worker_call(job, buf_view(&args), &fd, 1, &wl, collect, &answer, err);
    if (r < 0)
        return r;
    r = decode(arena_str(a, buf_view(&answer)), arena_str(a, str_from(name)), a, ret);
    return r < 0 ? error_set(err, r, "%s: a worker answered nonsense: the document may have taken it over", name) : 0;
}
