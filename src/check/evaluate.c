/* SPDX-License-Identifier: Apache-2.0 */
/* Rules on the subjects of one file. */
#include "base/vec.h"
#include "check/run.h"
#include "policy/program.h"

typedef struct Evaluation {
    const CheckFile *file;
    const CheckInput *input;
    Rule *const *rules;
    size_t n_rules;
    Evaluator *evaluator;
    bool fixes;
    Vec(CheckHit) hits;
} Evaluation;

static int take_edits(const Evaluation *e, const CheckSubject *s, const Rule *rule, CheckHit *hit) {
    CheckEdits edits = {0};
    if (!e->fixes || !rule->fix || !e->input->fix || !e->input->fix(e->file, s, rule->fix, &edits) || edits.n == 0)
        return 0;
    CheckEdit *kept = arena_alloc(e->file->arena, edits.n * sizeof(*kept));
    if (!kept)
        return -E2BIG;
    memcpy(kept, edits.p, edits.n * sizeof(*kept));
    hit->edits = kept;
    hit->n_edits = edits.n;
    return 0;
}

static int add_hit(Evaluation *e, const CheckSubject *s, const Rule *rule, bool limited) {
    _cleanup_(buf_done) Buf b = buf_new((size_t) 1 << 20);
    if (limited)
        buf_putz(&b, "the condition could not be decided within the limits");
    else
        rule_output(rule, &s->subject, e->evaluator, &b);
    CheckHit hit = {.rule = rule, .place = s->place, .subject = s->name, .output = arena_str(e->file->arena, buf_view(&b)), .limited = limited};
    int r = hit.output.p ? take_edits(e, s, rule, &hit) : -E2BIG;
    if (r == 0)
        vec_push(&e->hits, hit);
    return r;
}

static int each_subject(void *userdata, const CheckSubject *s) {
    Evaluation *e = userdata;
    int r = 0;
    for (size_t i = 0; i < e->n_rules && r == 0; i++) {
        const Rule *rule = e->rules[i];
        if (rule->source != s->subject.source || !rule->enabled || rule->action == RULE_ALLOW)
            continue;
        int holds = program_evaluate(rule->program, &s->subject, e->evaluator);
        if (holds == 1)
            r = add_hit(e, s, rule, false);
        else if (holds < 0 && rule->on_error != ON_ERROR_ALLOW)
            r = add_hit(e, s, rule, true);
    }
    return r;
}

/* Errors as the result has them. */
static void take_errors(const Diag *d, Arena *a, CheckItem *ret) {
    CheckError *list = arena_alloc(a, (d->items.n + 1) * sizeof(*list));
    size_t n = 0;
    for (size_t i = 0; list && i < d->items.n; i++)
        list[n++] = (CheckError) {d->items.p[i].level, d->items.p[i].line, d->items.p[i].col, arena_str(a, str_from(d->items.p[i].message))};
    if (list && d->errors + d->warnings > d->items.n)
        list[n++] = (CheckError) {DIAG_WARNING, 0, 0, arena_printf(a, "and %zu more messages", d->errors + d->warnings - d->items.n)};
    ret->errors = list;
    ret->n_errors = n;
}

int check_text(const RuleSet *set, const CheckInput *input, const char *path, Str text, const Limits *limits, bool fixes, Arena *a, CheckItem *ret) {
    Diag d = {0};
    CheckFile file = {.path = path, .text = text, .limits = limits, .arena = a, .diag = &d};
    Evaluation e = {.file = &file, .input = input, .evaluator = evaluator_new(), .fixes = fixes};
    e.rules = rule_set_rules(set, &e.n_rules);
    ret->input = input;
    ret->bytes = text.n;
    ret->status = input->read(&file, each_subject, &e);
    if (ret->status < 0 && d.errors == 0)
        diag_add(&d, DIAG_ERROR, path, 0, 0, "%s", ret->status == -E2BIG ? "what the rules say of it takes too much memory" : "it cannot be read");
    CheckHit *hits = ret->status < 0 ? NULL : arena_alloc(a, (e.hits.n + 1) * sizeof(*hits));
    if (hits) {
        if (e.hits.n)
            memcpy(hits, e.hits.p, e.hits.n * sizeof(*hits));
        ret->hits = hits;
        ret->n_hits = e.hits.n;
    }
    take_errors(&d, a, ret);
    vec_done(&e.hits);
    evaluator_free(e.evaluator);
    diag_done(&d);
    return ret->status;
}
