/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a VEX document in a confined worker: its statements come back as wire records, of which nothing is trusted. */
#include "advisory/vex.h"
#include "base/wire.h"
#include "base/worker-document.h"

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

static int job(Str text, const char *name, const Limits *limits, Buf *answer, Diag *d) {
    VexDocument doc;
    Arena a = {0};
    int r = vex_read(text, name, limits, &a, &doc, d);
    if (r >= 0)
        encode(answer, &doc, d);
    return r;
}

int vex_open(int fd, const char *name, const Limits *limits, Arena *a, VexDocument *ret, Error *err) {
    _cleanup_(buf_done) Buf answer = buf_new(BUF_OWN_MAX);
    int r = worker_document(job, fd, name, "a document", limits, &answer, err);
    if (r < 0)
        return r;
    r = decode(arena_str(a, buf_view(&answer)), arena_str(a, str_from(name)), a, ret);
    return r < 0 ? error_set(err, r, "%s: a worker answered nonsense: the document may have taken it over", name) : 0;
}
