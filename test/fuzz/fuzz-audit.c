/* SPDX-License-Identifier: Apache-2.0 */
/* An audit log put to the rules that come with the program, and every field of its events asked for: findings stand at lines of the text, and what cannot be read is said.
 * The same text as a batch of the API server's webhook: where both can read it, both say the same. */
#include <stdlib.h>

#include "base/map.h"
#include "check/run.h"
#include "kube/audit-batch.h"
#include "policy/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* All fields at once: the outputs of a rule that always holds. */
static Policy *policy_of(void) {
    static Policy *policy;
    static PolicyText rules = {.name = "fuzz.yaml"};
    static Buf text;
    if (policy)
        return policy;
    text = buf_new(1 << 20);
    buf_putz(&text, "- rule: all\n  desc: x\n  source: k8s_audit\n  condition: audit.truncated = true or audit.truncated = false\n  priority: INFO\n  output: \"");
    for (const Field *f = source_by_name(STR("k8s_audit"))->fields; f->name; f++)
        buf_printf(&text, " %%%s%s", f->name, f->flags & FIELD_ARG_REQUIRED ? "[/a/0]" : f->flags & FIELD_ARG_INDEX ? "[1]" : "");
    buf_putz(&text, "\"\n");
    rules.text = buf_view(&text);
    Diag d = {0};
    if (check_policy(&(CheckOptions) {.rules = &rules, .n_rules = 1}, &policy, &d) < 0)
        abort();
    diag_done(&d);
    return policy;
}

typedef struct Said {
    Map lines;  /* rule and message */
    size_t bad;
} Said;

static void say(Map *m, const PolicyRule *rule, Str output) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    buf_printf(&b, "%.*s: %.*s", STR_FMT(rule->rule->name), STR_FMT(output));
    m->own_keys = true;
    map_slot(m, buf_view(&b), NULL);
}

static void alert(void *userdata, const AuditEvent *e, const PolicyHit *h, Str output) {
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    Said *s = userdata;
    say(&s->lines, h->rule, output);
    audit_alert_record(policy_of(), e, h, output, &b);
    if (memchr(b.p, '\n', b.n))
        abort();
}

static void bad(void *userdata, Str why) {
    ((Said *) userdata)->bad++;
}

static void as_batch(Str text, const CheckItem *file) {
    static const PolicyContext nothing = {0};
    static Evaluator *evaluator;
    if (!evaluator)
        evaluator = evaluator_new();
    Said s = {0};
    Map found = {0};
    AuditMemory memory = {.max = 1 + text.n % 7};
    const AuditBatch b = {.policy = policy_of(), .context = &nothing, .evaluator = evaluator, .memory = &memory, .alert = alert, .bad = bad, .userdata = &s};
    int r = audit_batch(&b, text, NULL, NULL);
    for (size_t i = 0; i < file->n_hits; i++)
        say(&found, file->hits[i].rule, file->hits[i].output);
    bool same = s.lines.n == found.n;
    for (size_t i = 0; i < found.n; i++)
        same = same && map_has(&s.lines, found.entries[i].key);
    if (r == 0 && s.bad == 0 && file->status == 0 && memory.forgotten == 0 && memory.swept_s == 0 && !same)
        abort();
    map_done(&found);
    map_done(&s.lines);
    audit_memory_done(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Limits limits = limits_default();
    CheckItem item = {.path = (char *) "audit.log"};
    Arena a = {.max = (size_t) 256 << 20};
    uint32_t lines = 1;
    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n';
    int r = check_text(policy_of(), NULL, &check_input_k8s_audit, "audit.log", str_n((const char *) p, n), &limits, false, NULL, &a, &item);
    if (r < 0 && item.n_errors == 0)
        abort();
    for (size_t i = 0; i < item.n_hits; i++)
        if (item.hits[i].place.line == 0 || item.hits[i].place.line > lines)
            abort();
    as_batch(str_n((const char *) p, n), &item);
    arena_done(&a);
    return 0;
}
