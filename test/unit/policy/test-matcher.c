/* SPDX-License-Identifier: Apache-2.0 */
/* All rules at once are what each of them is alone. */
#include "policy/matcher.h"
#include "policy/recorded.h"
#include "unit/tap.h"

static const char rules[] =
    "- macro: opening\n  condition: evt.type in (open, openat) and fd.num >= 0\n"
    "- rule: a\n  desc: x\n  condition: opening and fd.name startswith /etc\n  output: x\n  priority: INFO\n"
    "- rule: b\n  desc: x\n  condition: not opening and proc.name = sh\n  output: x\n  priority: INFO\n  warn_evttypes: false\n"
    "- rule: c\n  desc: x\n  condition: evt.type != execve and proc.name = sh\n  output: x\n  priority: INFO\n  warn_evttypes: false\n"
    "- rule: d\n  desc: x\n  condition: (evt.type = execve or opening) and (evt.type = openat or proc.aname = cron)\n  output: x\n  priority: INFO\n"
    "- rule: e\n  desc: x\n  condition: evt.type startswith open and proc.name exists\n  output: x\n  priority: INFO\n  warn_evttypes: false\n"
    "- rule: off\n  desc: x\n  enabled: false\n  condition: evt.type = openat\n  output: x\n  priority: INFO\n"
    "- rule: slow\n  desc: x\n  condition: evt.type = connect and proc.name regex \"(a*)*(a*)*(a*)*[bc]\"\n  output: x\n  priority: INFO\n"
    "- rule: after\n  desc: x\n  condition: evt.type = connect and proc.name exists\n  output: x\n  priority: INFO\n";

typedef struct Loaded {
    RuleSet *set;
    Rule *const *rules;
    size_t n;
} Loaded;

static Loaded load(void) {
    Limits l = limits_default();
    _cleanup_(diag_done) Diag d = {0};
    RuleSetOptions o = {.limits = &l, .min_priority = PRIORITY_DEBUG};
    Loaded r = {.set = rule_set_new(&o)};
    int added = rule_set_add(r.set, str_from(rules), "r.yaml", &d);
    int finished = rule_set_finish(r.set, &d);
    _cleanup_free_ char *text = diag_text(&d);
    CHECK_MSG(added == 0 && finished == 0, "%s", text);
    r.rules = rule_set_rules(r.set, &r.n);
    return r;
}

/* Names of the rules that match, with "!" where a limit ended it. */
static void match(const RuleMatcher *m, Evaluator *e, const char *object, bool first, const char *want) {
    _cleanup_(arena_done) Arena a = {0};
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    Limits l = limits_default();
    Node *n = NULL;
    RuleMatch found[20];
    CHECK_INT(json_parse(str_from(object), "o", &l, &a, NULL, &n), 0);
    Subject s = {.source = source_by_name(STR("syscall")), .ops = &recorded_ops, .object = n};
    size_t k = rule_matcher_match(m, &s, e, first, found, ARRAY_SIZE(found));
    for (size_t i = 0; i < k; i++)
        buf_printf(&b, "%.*s%s ", STR_FMT(found[i].rule->name), found[i].limited ? "!" : "");
    CHECK_MSG(str_eqz(buf_view(&b), want), "%.100s: \"%s\", expected \"%s\"", object, b.p ? b.p : "", want);
}

TEST(matches) {
    Loaded r = load();
    _cleanup_(evaluator_freep) Evaluator *e = evaluator_new();
    char slow[3100] = "{\"evt.type\": \"connect\", \"proc.name\": \"";
    memset(slow + strlen(slow), 'a', 3000);
    snprintf(slow + 3030, 20, "\"}");
    for (int kinds = 0; kinds < 2; kinds++) {
        _cleanup_(rule_matcher_freep) RuleMatcher *m = rule_matcher_new(r.rules, r.n, source_by_name(STR("syscall")), kinds ? "evt.type" : NULL);
        match(m, e, "{\"evt.type\": \"openat\", \"fd.num\": 3, \"fd.name\": \"/etc/x\"}", false, "a d ");
        match(m, e, "{\"evt.type\": \"openat\", \"fd.num\": 3, \"fd.name\": \"/etc/x\"}", true, "a ");
        match(m, e, "{\"evt.type\": \"openat\", \"fd.num\": -1, \"proc.name\": \"sh\"}", false, "b c e ");
        match(m, e, "{\"evt.type\": \"open\", \"fd.num\": 3, \"proc.name\": \"x\", \"proc.aname\": [\"cron\"]}", false, "d e ");
        match(m, e, "{\"evt.type\": \"execve\", \"proc.name\": \"sh\"}", false, "b ");
        match(m, e, "{\"evt.type\": \"execve\", \"proc.name\": \"sh\", \"proc.aname\": [\"a\", \"cron\"]}", false, "b d ");
        match(m, e, "{\"evt.type\": \"other\", \"proc.name\": \"sh\"}", false, "b c ");
        match(m, e, "{\"proc.name\": \"sh\"}", false, "b ");
        match(m, e, "{\"evt.type\": \"openat2\", \"proc.name\": \"sh\"}", false, "b c e ");
        match(m, e, slow, false, "slow! after ");
        match(m, e, "{\"evt.type\": \"connect\", \"proc.name\": \"b\"}", false, "slow after ");
    }
    _cleanup_(rule_matcher_freep) RuleMatcher *m = rule_matcher_new(r.rules, r.n, source_by_name(STR("syscall")), "evt.type");
    CHECK_INT(rule_matcher_candidates(m, STR("execve")), 3);
    CHECK_INT(rule_matcher_candidates(m, STR("connect")), 5);
    CHECK_INT(rule_matcher_candidates(m, STR("read")), 3);
    rule_set_free(r.set);
}

TEST_MAIN()
