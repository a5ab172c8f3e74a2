/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/audit-batch.h"

#include "base/diag.h"
#include "base/time.h"
#include "kube/items.h"
#include "kube/tree.h"
#include "parse/json-write.h"

/* One event and its tree; what is larger is said and passed over, so that it hides nothing behind it. */
enum { EVENT_MEMORY = 96 << 20, OUTPUT_MAX = 1 << 20 };

typedef struct Reading {
    const AuditBatch *batch;
    const AuditEvent *event; /* at hand */
    size_t events;
} Reading;

static void each_hit(void *userdata, const PolicyHit *h) {
    Reading *r = userdata;
    _cleanup_(buf_done) Buf b = buf_new(OUTPUT_MAX);
    if (h->action == RULE_ALLOW)
        return;
    if (h->limited)
        buf_putz(&b, "the condition could not be decided within the limits");
    else
        rule_output(h->rule->rule, h->subject, r->batch->evaluator, &b);
    r->batch->alert(r->batch->userdata, r->event, h, buf_view(&b));
}

static void judge(Reading *r, const Node *root) {
    const AuditBatch *b = r->batch;
    const AuditEvent e = audit_event(root, b->memory);
    const Subject s = {.source = source_by_name(STR("k8s_audit")), .ops = &audit_event_ops, .object = &e};
    r->event = &e;
    policy_evaluate(b->policy, &s, b->context, b->evaluator, each_hit, r);
}

static int each_event(void *userdata, Str text) {
    Reading *r = userdata;
    _cleanup_(arena_done) Arena a = {.max = EVENT_MEMORY};
    _cleanup_(diag_done) Diag d = {0};
    const Limits limits = limits_default();
    Node *n = NULL;
    r->events++;
    if (json_parse(text, "event", &limits, &a, &d, &n) == 0) {
        if (kube_text(n, "auditID").n)
            judge(r, n);
        else
            r->batch->bad(r->batch->userdata, STR("expected an event of an audit log with \"auditID\", found another object"));
        return 0;
    }
    _cleanup_free_ char *why = d.items.n ? diag_item_text(&d.items.p[0]) : NULL;
    r->batch->bad(r->batch->userdata, why ? str_from(why) : STR("an event takes too much memory"));
    return 0;
}

int audit_batch(const AuditBatch *b, Str body, size_t *ret_events, Error *err) {
    Reading reading = {.batch = b};
    _cleanup_(kube_items_done) KubeItems items = kube_items(KUBE_ITEMS_LIST, NULL, &reading);
    items.each_text = each_event;
    int r = kube_items_feed(&items, body, err);
    if (r == 0)
        r = kube_items_end(&items, err);
    const Node *head = r == 0 ? kube_items_head(&items) : NULL;
    if (r == 0 && (!str_eqz(kube_text(head, "kind"), "EventList") || !str_starts(kube_text(head, "apiVersion"), STR("audit.k8s.io/"))))
        r = error_set(err, -EBADMSG, "expected an EventList of audit.k8s.io, found another object");
    if (ret_events)
        *ret_events = reading.events;
    return r < 0 ? error_wrap(err, -EBADMSG, "reading a batch of audit events") : 0;
}

void audit_alert_record(const Policy *policy, const AuditEvent *e, const PolicyHit *h, Str output, Buf *out) {
    static const struct {
        const char *key, *path;
    } told[] = {{"auditID", "auditID"}, {"user", "user.username"}, {"verb", "verb"}, {"group", "objectRef.apiGroup"}, {"resource", "objectRef.resource"}, {"subresource", "objectRef.subresource"},
                {"namespace", "objectRef.namespace"}, {"name", "objectRef.name"}};
    const Rule *rule = h->rule->rule;
    char when[TIME_TEXT_MAX];
    JsonWriter w = json_writer(out, false);
    json_map(&w, NULL);
    if (e->time_ns != INT64_MIN)
        json_strz(&w, "time", time_format(e->time_ns / 1000000000, when));
    json_str(&w, "alert", rule->name);
    json_strz(&w, "priority", priority_name(h->rule->priority));
    json_strz(&w, "action", rule_action_name(h->action));
    json_str(&w, "message", output);
    json_str(&w, "policy", policy_name(policy));
    for (size_t i = 0; i < ARRAY_SIZE(told); i++)
        json_str_opt(&w, told[i].key, kube_text(e->root, told[i].path));
    if (e->truncated)
        json_bool(&w, "truncated", true);
    if (h->exception)
        json_str(&w, "exception", h->exception->name);
    if (h->limited)
        json_bool(&w, "undecided", true);
    json_list(&w, "tags");
    for (size_t i = 0; i < rule->tags.n; i++)
        json_str(&w, NULL, rule->tags.p[i]);
    json_end(&w);
    json_end(&w);
}
