/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering gaps and findings of a report. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "scan/scan.h"

/* Arrays in an arena grow by doubling; what is left behind is at most as much again. */
static void *grow(Arena *a, void *p, size_t n, size_t size) {
    bool full = n == 0 || (n >= 8 && (n & (n - 1)) == 0);
    if (!full)
        return p;
    void *q = arena_alloc(a, (n ? n * 2 : 8) * size);
    if (n)
        memcpy(q, p, n * size);
    return q;
}

void scan_add_gap(Report *r, GapKind kind, Str subject, const char *fmt, ...) {
    Coverage *c = &r->coverage;
    va_list ap;
    va_start(ap, fmt);
    char *text = NULL;
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    c->gaps = grow(&r->arena, c->gaps, c->n_gaps, sizeof(Gap));
    c->gaps[c->n_gaps++] = (Gap) {.kind = kind, .subject = arena_str(&r->arena, subject), .reason = n < 0 ? STR("") : arena_str(&r->arena, str_n(text, (size_t) n))};
    free(text);
}

void scan_add_finding(Report *r, const Finding *f) {
    r->findings = grow(&r->arena, r->findings, r->n_findings, sizeof(Finding));
    r->findings[r->n_findings++] = *f;
}

static int cmp_gap(const void *a, const void *b) {
    const Gap *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    int r = str_cmp(x->subject, y->subject);
    return r ? r : str_cmp(x->reason, y->reason);
}

static int cmp_finding(const void *a, const void *b) {
    return finding_compare(a, b);
}

void scan_finish(Report *r) {
    Coverage *c = &r->coverage;
    if (c->n_gaps > 1)
        qsort(c->gaps, c->n_gaps, sizeof(Gap), cmp_gap);
    size_t kept = 0;
    for (size_t i = 0; i < c->n_gaps; i++)
        if (kept == 0 || cmp_gap(&c->gaps[i], &c->gaps[kept - 1]) != 0)
            c->gaps[kept++] = c->gaps[i];
    c->n_gaps = kept;
    if (r->n_findings > 1)
        qsort(r->findings, r->n_findings, sizeof(Finding), cmp_finding);
    if (r->n_suppressed > 1)
        qsort(r->suppressed, r->n_suppressed, sizeof(Finding), cmp_finding);
}
