/* SPDX-License-Identifier: Apache-2.0 */
#include "check/fix.h"

typedef struct Placed {
    CheckEdit edit;
    size_t number; /* in the order of findings */
} Placed;

typedef Vec(Placed) Edits;

static int by_place(const void *a, const void *b) {
    const Placed *x = a, *y = b;
    if (x->edit.at != y->edit.at)
        return x->edit.at < y->edit.at ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Without the bytes that stay: an edit may have taken some along to be at odds with others. */
static void tidy(CheckEdit *e, Str text) {
    while (e->at < e->end && e->text.n && e->text.p[0] == text.p[e->at]) {
        e->at++;
        e->text = str_from_at(e->text, 1);
    }
    while (e->at < e->end && e->text.n && e->text.p[e->text.n - 1] == text.p[e->end - 1]) {
        e->end--;
        e->text.n--;
    }
}

/* Those that can be made together, in order. What is excepted stays as it is. */
static Edits chosen(const CheckItem *item, Str text) {
    Edits all = {0};
    size_t order = 0;
    for (size_t i = 0; i < item->n_hits; i++)
        for (size_t k = 0; k < item->hits[i].n_edits && !item->hits[i].exception; k++)
            vec_push(&all, ((Placed) {item->hits[i].edits[k], order++}));
    vec_sort(&all, by_place);
    size_t n = 0, end = 0;
    for (size_t i = 0; i < all.n; i++) {
        const CheckEdit *e = &all.p[i].edit, *last = n ? &all.p[n - 1].edit : NULL;
        bool same = last && last->at == e->at && last->end == e->end && str_eq(last->text, e->text);
        if (same || e->at < end || e->end > text.n || (last && last->at == e->at && (last->end > last->at || e->end > e->at)))
            continue;
        end = e->end;
        all.p[n++] = all.p[i];
    }
    all.n = n;
    for (size_t i = 0; i < n; i++)
        tidy(&all.p[i].edit, text);
    return all;
}

void check_fix_begin(CheckFix *f, Str text) {
    *f = (CheckFix) {.was = text, .is = buf_new(2 * (size_t) CHECK_FILE_BYTES)};
    buf_str(&f->is, text);
    if (text.n)
        vec_push(&f->pieces, ((CheckPiece) {text, true}));
}

void check_fix_done(CheckFix *f) {
    buf_done(&f->is);
    vec_done(&f->pieces);
}

/* Pieces that are read from the first on. */
typedef struct Cursor {
    const CheckFix *fix;
    size_t piece, at; /* so many bytes of it are behind */
} Cursor;

/* The next n bytes: onto the end of `to`, or left out where that is NULL. */
static void advance(Cursor *c, size_t n, CheckFix *to) {
    while (n) {
        const CheckPiece *p = &c->fix->pieces.p[c->piece];
        size_t part = MIN(n, p->text.n - c->at);
        if (to)
            vec_push(&to->pieces, ((CheckPiece) {str_n(p->text.p + c->at, part), p->kept}));
        n -= part;
        c->at += part;
        if (c->at == p->text.n) {
            c->piece++;
            c->at = 0;
        }
    }
}

ssize_t check_fix_apply(CheckFix *f, const CheckItem *item) {
    Edits edits = chosen(item, buf_view(&f->is));
    CheckFix next = {.was = f->was, .is = buf_new(f->is.max), .changes = f->changes + edits.n};
    Cursor c = {.fix = f};
    size_t at = 0, n = edits.n;
    for (size_t i = 0; i < n; i++) {
        const CheckEdit *e = &edits.p[i].edit;
        advance(&c, e->at - at, &next);
        advance(&c, e->end - e->at, NULL);
        if (e->text.n)
            vec_push(&next.pieces, ((CheckPiece) {e->text, false}));
        at = e->end;
    }
    advance(&c, f->is.n - at, &next);
    for (size_t i = 0; i < next.pieces.n; i++)
        buf_str(&next.is, next.pieces.p[i].text);
    vec_done(&edits);
    check_fix_done(f);
    *f = next;
    return f->is.failed ? f->is.failed : (ssize_t) n;
}

void check_fix_diff(const CheckFix *f, const char *path, Buf *out) {
    _cleanup_(buf_done) Buf fresh = buf_new(f->is.max);
    Vec(CheckEdit) edits = {0};
    Vec(size_t) ends = {0}; /* of each edit's text in `fresh` */
    size_t at = 0, mark = 0;
    for (size_t i = 0; i <= f->pieces.n; i++) {
        const CheckPiece *p = i < f->pieces.n ? &f->pieces.p[i] : NULL;
        if (p && !p->kept) {
            buf_str(&fresh, p->text);
            continue;
        }
        size_t next = p ? (size_t) (p->text.p - f->was.p) : f->was.n;
        if (next > at || fresh.n > mark) {
            vec_push(&edits, ((CheckEdit) {.at = at, .end = next}));
            vec_push(&ends, fresh.n);
            mark = fresh.n;
        }
        at = next + (p ? p->text.n : 0);
    }
    size_t n = 0;
    for (size_t i = 0; i < edits.n && !fresh.failed; i++) {
        CheckEdit e = edits.p[i];
        size_t from = i ? ends.p[i - 1] : 0;
        e.text = str_n(fresh.p + from, ends.p[i] - from);
        tidy(&e, f->was);
        if (e.end > e.at || e.text.n) /* a later round may have undone it */
            edits.p[n++] = e;
    }
    if (fresh.failed)
        out->failed = fresh.failed;
    else
        check_diff(path, f->was, edits.p, n, out);
    vec_done(&edits);
    vec_done(&ends);
}
