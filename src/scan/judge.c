/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/judge.h"

#include "scan/judge-parts.h"
#include "scan/scan.h"

typedef struct Judge {
    Report *report;
    Evaluator *evaluator;
    RuleAction worst;
    bool any;
    Vec(Finding) found, excepted;
    PolicyEnded ended;
} Judge;

/* Of what a finding is: the package, the file, the layer. */
static void place_of(Finding *f, const Subject *s) {
    const JudgeChild *c = s->object;
    const char *source = s->source->name;
    if (strcmp(source, "image") == 0)
        return;
    if (strcmp(source, "package") == 0) {
        f->package = c->what;
        f->layer = f->package->layer;
        f->path = f->package->path;
    } else if (strcmp(source, "certificate") == 0) {
        const Certificate *x = c->what;
        f->layer = x->layer;
        f->path = x->path;
        f->line = x->fact.line;
    } else if (strcmp(source, "file") == 0) {
        const FileEntry *e = c->what;
        f->layer = e->layer;
        f->path = e->path;
    } else if (c->key) {
        const Key *k = c->what;
        f->layer = k->layer;
        f->path = k->path;
        f->line = k->fact.line;
        f->deleted = k->deleted;
    } else {
        const Finding *x = c->what;
        f->package = x->package;
        f->layer = x->layer;
        f->path = x->path;
        f->line = x->line;
        f->deleted = x->deleted;
        f->fixed_version = x->fixed_version;
    }
}

static Str joined(Arena *a, StrArray words) {
    Buf b = buf_new(1 << 16);
    for (size_t i = 0; i < words.n; i++)
        buf_printf(&b, "%s%.*s", i ? " " : "", STR_FMT(words.p[i]));
    Str s = arena_str(a, buf_view(&b));
    buf_done(&b);
    return s;
}

static const Exception *exception_of(Arena *a, const PolicyException *e) {
    Exception *x = arena_new(a, Exception);
    *x = (Exception) {.format = EXCEPTION_POLICY, .source = arena_str(a, str_from(e->file)), .line = e->place.line, .col = e->place.col,
                      .reason = arena_printf(a, "%.*s: %.*s (%.*s, until %.*s)", STR_FMT(e->name), STR_FMT(e->reason), STR_FMT(e->owner), STR_FMT(e->until)), .time = TIME_NONE,
                      .expires = TIME_NONE, .matched = 1};
    return x;
}

static void hit(void *userdata, const PolicyHit *h) {
    Judge *j = userdata;
    Arena *a = &j->report->arena;
    const Rule *rule = h->rule->rule;
    Finding f = {.kind = FINDING_POLICY, .id = arena_str(a, rule->name), .severity = priority_severity(h->rule->priority), .severity_source = STR("policy"),
                 .title = arena_str(a, rule->desc), .why = arena_str(a, rule->why), .controls = joined(a, rule->controls), .remediation = arena_str(a, rule->remediation),
                 .action = str_from(rule_action_name(h->action)), .epss = -1, .epss_percentile = -1, .published = TIME_NONE, .layer = LAYER_NONE, .deleted = LAYER_NONE, .is_new = true};
    f.cvss.score10 = -1;
    place_of(&f, h->subject);
    Buf out = buf_new(1 << 16);
    if (h->limited)
        buf_putz(&out, "not known whether it holds, a limit ended the evaluation: ");
    rule_output(rule, h->subject, j->evaluator, &out);
    f.detail = arena_str(a, buf_view(&out));
    buf_done(&out);
    if (h->exception) {
        f.exception = exception_of(a, h->exception);
        vec_push(&j->excepted, f);
        return;
    }
    policy_ended_take(&j->ended, h);
    j->worst = j->any ? policy_worse(j->worst, h->action) : h->action;
    j->any = true;
    vec_push(&j->found, f);
}

void scan_judge(Report *r, const Policy *policy, const PolicyContext *context, const Limits *limits, Diag *d) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    Judge j = {.report = r, .evaluator = e, .worst = RULE_ALLOW, .ended = policy_ended()};
    const ImageSubject *image = image_subject_new(r, limits, &a);
    Subject whole = image_subject(image);
    policy_evaluate(policy, &whole, context, e, hit, &j);
    for (const JudgeChildren *c = image->children; c->source; c++) {
        Subject s = {.source = source_by_name(str_from(c->source)), .ops = c->ops, .parent = &whole};
        for (size_t i = 0; i < c->n; i++) {
            s.object = &c->p[i];
            policy_evaluate(policy, &s, context, e, hit, &j);
        }
    }
    for (size_t i = 0; i < j.found.n; i++)
        scan_add_finding(r, &j.found.p[i]);
    if (j.excepted.n) {
        Finding *all = arena_alloc(&r->arena, (r->n_suppressed + j.excepted.n) * sizeof(*all));
        if (r->n_suppressed)
            memcpy(all, r->suppressed, r->n_suppressed * sizeof(*all));
        memcpy(all + r->n_suppressed, j.excepted.p, j.excepted.n * sizeof(*all));
        r->suppressed = all;
        r->n_suppressed += j.excepted.n;
    }
    r->policy = arena_str(&r->arena, policy_name(policy));
    r->verdict = str_from(j.worst == RULE_DENY ? "deny" : j.worst == RULE_ALLOW ? "allow" : "warn");
    policy_ended_say(&j.ended, d);
    policy_ended_done(&j.ended);
    vec_done(&j.found);
    vec_done(&j.excepted);
}
