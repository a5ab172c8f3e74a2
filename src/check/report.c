/* SPDX-License-Identifier: Apache-2.0 */
#include "check/report.h"

#include <stdlib.h>

static Str copy(Report *r, Str s) {
    return arena_str(&r->arena, s);
}

static bool has_word(Str words, Str word) {
    Str one;
    while (str_split(&words, ' ', &one))
        if (str_eq(one, word))
            return true;
    return false;
}

/* Each once, those of the rule first. */
static Str controls_of(Report *r, const CheckHit *h) {
    Str s = STR("");
    for (size_t i = 0; i <= h->n_covers; i++) {
        StrArray list = i ? h->covers[i - 1].rule->rule->controls : h->rule->rule->controls;
        for (size_t k = 0; k < list.n; k++)
            if (!has_word(s, list.p[k]))
                s = s.n ? arena_printf(&r->arena, "%.*s %.*s", STR_FMT(s), STR_FMT(list.p[k])) : list.p[k];
    }
    return s;
}

static const Replacement *replacements_of(Report *r, const CheckHit *h) {
    Replacement *all = arena_alloc(&r->arena, (h->n_edits + 1) * sizeof(*all));
    for (size_t i = 0; i < h->n_edits; i++) {
        const CheckPlace *p = &h->edits[i].place;
        all[i] = (Replacement) {p->line, p->chars, p->end_line, p->end_chars, copy(r, h->edits[i].text)};
    }
    return all;
}

static Finding finding_of(Report *r, const CheckItem *item, Str path, const CheckHit *h) {
    const Rule *rule = h->rule->rule;
    return (Finding) {
        .kind = FINDING_POLICY,
        .id = rule->name,
        .severity = priority_severity(h->rule->priority),
        .severity_source = STR("policy"),
        .title = rule->desc,
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
        .chars = h->place.chars,
        .end_chars = h->place.end_chars,
        .subject = copy(r, h->subject),
        .action = h->action == RULE_DENY ? STR("deny") : STR("warn"),
        .why = rule->why,
        .controls = controls_of(r, h),
        .remediation = rule->remediation,
        .fixable = h->n_edits > 0,
        .replacements = replacements_of(r, h),
        .n_replacements = h->n_edits,
        .is_new = true,
    };
}

/* What a policy set says, as reports have exceptions. */
static Exception *exception_of(Report *r, Exception *all, size_t *n, const PolicyException *e) {
    const Str source = copy(r, str_from(e->file));
    for (size_t i = 0; i < *n; i++)
        if (all[i].line == e->place.line && all[i].col == e->place.col && str_eq(all[i].source, source))
            return &all[i];
    Str reason = e->name.n ? arena_printf(&r->arena, "%.*s: %.*s", STR_FMT(e->name), STR_FMT(e->reason)) : copy(r, e->reason);
    all[*n] = (Exception) {.format = EXCEPTION_POLICY, .source = source, .line = e->place.line, .col = e->place.col, .reason = reason, .time = TIME_NONE, .expires = TIME_NONE};
    return &all[(*n)++];
}

static int by_place(const void *a, const void *b) {
    return finding_compare(a, b);
}

static int by_gap(const void *a, const void *b) {
    const Gap *x = a, *y = b;
    int r = x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : str_cmp(x->subject, y->subject);
    return r ? r : str_cmp(x->reason, y->reason);
}

static int by_path(const void *a, const void *b) {
    return str_cmp(((const ReportFile *) a)->path, ((const ReportFile *) b)->path);
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
    r->files = arena_alloc(&r->arena, (w->items.n + 1) * sizeof(*r->files));
    for (size_t i = 0; i < w->items.n; i++)
        r->files[r->n_files++] = (ReportFile) {copy(r, str_from(w->items.p[i].path)), str_from(w->items.p[i].input->name), w->items.p[i].status == 0};
    if (r->n_files)
        qsort(r->files, r->n_files, sizeof(*r->files), by_path);
    c->as_of = as_of;
    c->entries = w->cluster ? w->objects : w->items.n;
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

static Finding *kept(Report *r, const Finding *p, size_t n) {
    Finding *all = arena_alloc(&r->arena, (n + 1) * sizeof(*all));
    if (n)
        memcpy(all, p, n * sizeof(*all));
    return all;
}

void check_report(const CheckWalk *w, const Policy *policy, const char *const *names, size_t n_names, int64_t as_of, const char *confinement, Report *r) {
    Vec(Finding) findings = {0}, suppressed = {0};
    size_t n_exceptions;
    policy_exceptions(policy, &n_exceptions);
    r->exceptions = arena_alloc(&r->arena, (n_exceptions + 1) * sizeof(Exception));
    Gaps gaps = {0};
    Str reference = STR("");
    for (size_t i = 0; i < n_names; i++)
        reference = arena_printf(&r->arena, "%.*s%s%s", STR_FMT(reference), i ? " " : "", strcmp(names[i], "-") == 0 ? CHECK_STANDARD_INPUT : names[i]);
    r->artifact = (Artifact) {.kind = w->cluster ? ARTIFACT_CLUSTER : ARTIFACT_FILES, .reference = reference, .created = TIME_NONE};
    for (size_t i = 0; i < w->items.n; i++) {
        const CheckItem *item = &w->items.p[i];
        Str path = copy(r, str_from(item->path));
        for (size_t k = 0; k < item->n_hits; k++) {
            Str at = item->hits[k].path;
            Finding f = finding_of(r, item, at.n ? copy(r, at) : path, &item->hits[k]);
            if (item->hits[k].exception) {
                f.exception = exception_of(r, r->exceptions, &r->n_exceptions, item->hits[k].exception);
                vec_push(&suppressed, f);
            } else {
                vec_push(&findings, f);
            }
        }
        if (item->status < 0)
            gaps_of(r, item, path, &gaps);
    }
    for (size_t i = 0; i < w->missed.n; i++)
        vec_push(&gaps, ((Gap) {.kind = GAP_UNREADABLE_FILE, .subject = copy(r, str_from(w->missed.p[i].path)), .reason = copy(r, str_from(w->missed.p[i].why))}));
    if (w->items.n + w->missed.n == 0)
        vec_push(&gaps, ((Gap) {.kind = GAP_NO_INPUT, .subject = reference, .reason = STR("no file of a kind that check reads is there: see plimsoll list inputs")}));
    coverage(w, as_of, confinement, r);
    vec_sort(&findings, by_place);
    vec_sort(&suppressed, by_place);
    vec_sort(&gaps, by_gap);
    r->findings = kept(r, findings.p, findings.n);
    r->n_findings = findings.n;
    r->suppressed = kept(r, suppressed.p, suppressed.n);
    r->n_suppressed = suppressed.n;
    r->coverage.gaps = arena_alloc(&r->arena, (gaps.n + 1) * sizeof(Gap));
    r->coverage.n_gaps = gaps.n;
    if (gaps.n)
        memcpy(r->coverage.gaps, gaps.p, gaps.n * sizeof(Gap));
    vec_done(&findings);
    vec_done(&suppressed);
    vec_done(&gaps);
}
