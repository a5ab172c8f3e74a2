/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll policy evaluate with a policy: which of its rules fire on objects. */
#include "cmd/policy.h"
#include "parse/json-write.h"

typedef struct Answer {
    const PolicyChosen *chosen;
    Evaluator *evaluator;
    JsonWriter *w;
} Answer;

static void hit(void *userdata, const PolicyHit *h) {
    Answer *x = userdata;
    json_map(x->w, NULL);
    json_str(x->w, "rule", h->rule->rule->name);
    json_strz(x->w, "action", rule_action_name(h->action));
    if (h->limited)
        json_bool(x->w, "limited", true);
    if (h->exception)
        json_str(x->w, "exception", h->exception->name);
    if (h->ended || h->ended_own)
        json_str(x->w, "ended", h->ended ? h->ended->name : h->ended_own->name);
    json_end(x->w);
}

static int each(void *userdata, const Subject *s) {
    Answer *x = userdata;
    policy_evaluate(x->chosen->policy, s, &x->chosen->context, x->evaluator, hit, x);
    return 0;
}

int policy_judge_line(const PolicyChosen *c, Str line, uint32_t number, Evaluator *e, Buf *out) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(diag_done) Diag d = {0};
    _cleanup_(buf_done) Buf results = buf_new(BUF_OWN_MAX);
    const Limits l = limits_default();
    Node *n = NULL;
    int r = json_parse(line, "standard input", &l, &a, &d, &n);
    const Source *source = source_by_name(node_get_str(n, "source"));
    JsonWriter w = json_writer(&results, false), all = json_writer(out, false);
    Answer x = {c, e, &w};
    if (r == 0 && !source)
        r = diag_add(&d, DIAG_ERROR, "standard input", number, 1, "expected {\"source\": NAME, \"objects\": [{…}]}");
    json_list(&w, NULL);
    node_each(o, r == 0 ? node_get(n, "objects") : NULL) {
        json_list(&w, NULL);
        int q = object_read(object_readers, source, o, "object", &a, &d, each, &x);
        r = q < 0 ? q : r;
        json_end(&w);
    }
    json_end(&w);
    json_map(&all, NULL);
    if (r == 0)
        json_raw(&all, "results", buf_view(&results));
    else
        json_list(&all, "errors");
    for (size_t i = 0; r < 0 && i < d.items.n; i++) {
        _cleanup_free_ char *text = diag_item_text(&d.items.p[i]);
        json_strz(&all, NULL, text);
    }
    if (r < 0)
        json_end(&all);
    json_end(&all);
    buf_putc(out, '\n');
    return r < 0 ? r : 0;
}
