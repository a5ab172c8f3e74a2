/* SPDX-License-Identifier: Apache-2.0 */
#include "check/report.h"

#include <stdlib.h>

static Str copy(Report *r, Str s) {
    return arena_str(&r->arena, s);
}

static Str joined(Report *r, StrArray list) {
    Str s = STR("");
    for (size_t i = 0; i < list.n; i++)
        s = i ? arena_printf(&r->arena, "%.*s %.*s", STR_FMT(s), STR_FMT(list.p[i])) : list.p[i];
    return s;
}

static Finding finding_of(Report *r, const CheckItem *item, Str path, const CheckHit *h) {
    return (Finding) {
        .kind = FINDING_POLICY,
        .id = h->rule->name,
        .severity = priority_severity(h->rule->priority),
        .severity_source = STR("policy"),
        .title = h->rule->desc,
        .detail = copy(r, h->output),
        .epss = -1,
        .epss_percentile = -1,
        .published = TIME_NONE,
        .kev_due = STR(""),
        .layer = LAYER_NONE,
        .deleted = LAYER_NONE,
        .path = path,
        .line = h->place.line,
        .col = h->place.col,
        .end_line = h->place.end_line,
        .end_col = h->place.end_col,
        .subject = copy(r, h->subject),
        .action = h->rule->action == RULE_DENY || (h->limited && h->rule->on_error == ON_ERROR_DENY) ? STR("deny") : STR("warn"),
        .why = h->rule->why,
        .controls = joined(r, h->rule->controls),
        .remediation = h->rule->remediation,
        .fixable = h->n_edits > 0,
        .is_new = true,
    };
}

static int by_place(const void *a, const void *b) {
    return finding_compare(a, b);
}

static int by_gap(const void *a, const void *b) {
    const Gap *x = a, *y = b;
    int r = x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : str_cmp(x->subject, y->subject);
    return r ? r : str_cmp(x->reason, y->reason);
}

typedef Vec(Gap) Gaps;

static void gaps_of(Report *r, const CheckItem *item, Str path, Gaps *gaps) {
    for (size_t i = 0; i < item->n_errors; i++) {
        const CheckError *e = &item->errors[i];
        if (e->level != DIAG_ERROR)
            continue;
        Str subject = e->line ? arena_printf(&r->arena, "%.*s:%u:%u", STR_FMT(path), e->line, e->col) : path;
        vec_push(gaps, ((Gap) {.kind = item->status == -E2BIG ? GAP_LIMIT : GAP_UNREADABLE_FILE, .subject = subject, .reason = copy(r, e->message)}));
    }
}

static void coverage(const CheckWalk *w, int64_t as_of, const char *confinement, Report *r) {
    Coverage *c = &r->coverage;
    size_t n;
    const CheckInput *const *all = check_inputs(&n);
    c->as_of = as_of;
    c->entries = w->items.n;
    c->sandbox = w->items.n ? copy(r, str_from(confinement)) : STR("");
    c->analyzers = arena_alloc(&r->arena, (n + 1) * sizeof(Str));
    for (size_t i = 0; i < w->items.n; i++)
        c->bytes += w->items.p[i].bytes;
    for (size_t i = 0; i < n; i++) {
        bool used = false;
        for (size_t k = 0; k < w->items.n && !used; k++)
            used = w->items.p[k].input == all[i];
        if (used)
            c->analyzers[c->n_analyzers++] = str_from(all[i]->name);
    }
}

void check_report(const CheckWalk *w, const char *const *names, size_t n_names, int64_t as_of, const char *confinement, Report *r) {
    Vec(Finding) findings = {0};
    Gaps gaps = {0};
    Str reference = STR("");
    for (size_t i = 0; i < n_names; i++)
        reference = arena_printf(&r->arena, "%.*s%s%s", STR_FMT(reference), i ? " " : "", names[i]);
    r->artifact = (Artifact) {.kind = ARTIFACT_FILES, .reference = reference, .created = TIME_NONE};
    for (size_t i = 0; i < w->items.n; i++) {
        const CheckItem *item = &w->items.p[i];
        Str path = copy(r, str_from(item->path));
        for (size_t k = 0; k < item->n_hits; k++)
            vec_push(&findings, finding_of(r, item, path, &item->hits[k]));
        if (item->status < 0)
            gaps_of(r, item, path, &gaps);
    }
    for (size_t i = 0; i < w->missed.n; i++)
        vec_push(&gaps, ((Gap) {.kind = GAP_UNREADABLE_FILE, .subject = copy(r, str_from(w->missed.p[i].path)), .reason = copy(r, str_from(w->missed.p[i].why))}));
    if (w->items.n + w->missed.n == 0)
        vec_push(&gaps, ((Gap) {.kind = GAP_NO_INPUT, .subject = reference, .reason = STR("no file of a kind that check reads is there: see plimsoll list inputs")}));
    coverage(w, as_of, confinement, r);
    vec_sort(&findings, by_place);
    vec_sort(&gaps, by_gap);
    r->findings = arena_alloc(&r->arena, (findings.n + 1) * sizeof(Finding));
    r->n_findings = findings.n;
    if (findings.n)
        memcpy(r->findings, findings.p, findings.n * sizeof(Finding));
    r->coverage.gaps = arena_alloc(&r->arena, (gaps.n + 1) * sizeof(Gap));
    r->coverage.n_gaps = gaps.n;
    if (gaps.n)
        memcpy(r->coverage.gaps, gaps.p, gaps.n * sizeof(Gap));
    vec_done(&findings);
    vec_done(&gaps);
}
