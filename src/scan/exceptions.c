/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/exceptions.h"

#include "base/map.h"
#include "base/vec.h"
#include "scan/scan.h"

void scan_add_exceptions(Report *r, ExceptionFormat format, Str source, const Exception *list, size_t n) {
    Exception *all = arena_alloc(&r->arena, (r->n_exceptions + n + 1) * sizeof(Exception));
    ExceptionSource *sources = arena_alloc(&r->arena, (r->n_exception_sources + 1) * sizeof(ExceptionSource));
    if (r->n_exceptions)
        memcpy(all, r->exceptions, r->n_exceptions * sizeof(Exception));
    if (n)
        memcpy(all + r->n_exceptions, list, n * sizeof(Exception));
    if (r->n_exception_sources)
        memcpy(sources, r->exception_sources, r->n_exception_sources * sizeof(ExceptionSource));
    sources[r->n_exception_sources++] = (ExceptionSource) {.name = arena_str(&r->arena, source), .format = format, .total = n};
    r->exceptions = all;
    r->n_exceptions += n;
    r->exception_sources = sources;
}

/* Exceptions by the ids they name: chains through `links`, and those that name none. */
typedef struct Index {
    Map by_id;                   /* id -> number of the first link + 1 */
    Vec(size_t) exception, next; /* per link */
    Vec(size_t) any;
    size_t *seen;                /* per exception: the number + 1 of the finding that met it last */
} Index;

static void index_build(Index *x, const Report *r) {
    /* From the last to the first, so that chains are in the order of the exceptions. */
    for (size_t i = r->n_exceptions; i-- > 0;) {
        const Exception *e = &r->exceptions[i];
        if (e->n_ids == 0)
            vec_push(&x->any, i);
        for (size_t k = 0; k < e->n_ids; k++) {
            void **slot = map_slot(&x->by_id, e->ids[k], NULL);
            vec_push(&x->exception, i);
            vec_push(&x->next, (uintptr_t) *slot);
            *slot = (void *) (uintptr_t) x->exception.n;
        }
    }
    x->seen = xcalloc(r->n_exceptions + 1, sizeof(*x->seen));
}

static void index_done(Index *x) {
    map_done(&x->by_id);
    vec_done(&x->exception);
    vec_done(&x->next);
    vec_done(&x->any);
    free(x->seen);
}

typedef struct Apply {
    Report *report;
    Index index;
    ExceptionScope *scope;
    size_t finding;              /* its number + 1 */
    Exception *vex, *ignore;     /* what counts for it so far */
} Apply;

static void consider(Apply *a, const Finding *f, size_t i) {
    Exception *e = &a->report->exceptions[i];
    if (a->index.seen[i] == a->finding || !exception_matches(a->scope, e, f))
        return;
    a->index.seen[i] = a->finding;
    e->matched++;
    if (exception_format_is_vex(e->format)) {
        if (!a->vex || e->time > a->vex->time || (e->time == a->vex->time && e > a->vex))
            a->vex = e;
        return;
    }
    bool expired = e->expires != TIME_NONE && a->report->coverage.as_of >= e->expires;
    if (expired || (e->until_fix && !str_empty(f->fixed_version)))
        e->outlived++;
    else if (!a->ignore || e < a->ignore)
        a->ignore = e;
}

static void consider_id(Apply *a, const Finding *f, Str id) {
    for (size_t link = (uintptr_t) map_get(&a->index.by_id, id); link; link = a->index.next.p[link - 1])
        consider(a, f, a->index.exception.p[link - 1]);
}

/* What suppresses the finding, or else what is said of it. */
static const Exception *judge(Apply *a, const Finding *f, bool *ret_suppressed) {
    Str rest = f->advisories, id;
    a->vex = a->ignore = NULL;
    consider_id(a, f, f->id);
    while (str_split(&rest, ' ', &id))
        consider_id(a, f, id);
    for (size_t i = 0; i < a->index.any.n; i++)
        consider(a, f, a->index.any.p[i]);
    bool vex = a->vex && (a->vex->status == VEX_NOT_AFFECTED || a->vex->status == VEX_FIXED);
    *ret_suppressed = vex || a->ignore;
    return !vex && a->ignore ? a->ignore : a->vex;
}

static void count_unmatched(Report *r) {
    for (size_t i = 0, k = 0; i < r->n_exception_sources; i++) {
        ExceptionSource *s = &r->exception_sources[i];
        s->unmatched = 0;
        for (size_t n = 0; n < s->total; n++)
            s->unmatched += r->exceptions[k++].matched == 0;
    }
}

void scan_apply_exceptions(Report *r) {
    if (r->n_exceptions == 0)
        return;
    Apply a = {.report = r, .scope = exception_scope_new(r)};
    size_t kept = 0;
    index_build(&a.index, r);
    r->suppressed = arena_alloc(&r->arena, (r->n_findings + 1) * sizeof(Finding));
    for (size_t i = 0; i < r->n_findings; i++) {
        Finding f = r->findings[i];
        bool suppressed;
        a.finding = i + 1;
        f.exception = judge(&a, &f, &suppressed);
        if (suppressed)
            r->suppressed[r->n_suppressed++] = f;
        else
            r->findings[kept++] = f;
    }
    r->n_findings = kept;
    count_unmatched(r);
    index_done(&a.index);
    exception_scope_free(a.scope);
}
