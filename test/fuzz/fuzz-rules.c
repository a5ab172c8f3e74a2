/* SPDX-License-Identifier: Apache-2.0 */
/* Rules files and policy sets: what is refused has a reason, what is taken has a program; a second file of the same bytes redefines everything. */
#include <stdlib.h>

#include "policy/set.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void one(Str text, bool first_match) {
    Limits limits = limits_default();
    limits.document_nodes = 5000;
    limits.condition_nodes = 2000;
    RuleSetOptions o = {.limits = &limits, .first_match = first_match, .as_of = 1};
    RuleSet *s = rule_set_new(&o);
    Diag d = {0};
    int a = rule_set_add(s, text, "a.yaml", &d), b = rule_set_add(s, text, "b.yaml", &d), r = rule_set_finish(s, &d);
    if ((a < 0 || b < 0 || r < 0) != (d.errors > 0))
        abort();
    size_t count;
    Rule *const *rules = rule_set_rules(s, &count);
    for (size_t i = 0; i < count; i++)
        if (!rules[i]->program || !rules[i]->source || !rules[i]->condition)
            abort();
    free(rule_set_diag_text(s, &d));
    diag_done(&d);
    rule_set_free(s);
}

static void set(Str text) {
    static const char rules[] = "- {rule: a, desc: d, output: o, priority: warning, source: image, condition: image.root = true, tags: [x]}\n"
                                "- {rule: b, desc: d, output: o, priority: notice, source: vulnerability, condition: vuln.kev = true, tags: [x]}\n";
    Limits limits = limits_default();
    limits.document_nodes = 5000;
    RuleSetOptions o = {.limits = &limits, .as_of = 1};
    Policy *p = policy_new(&o);
    Diag d = {0};
    if (policy_add(p, str_from(rules), "rules.yaml", POLICY_SHIPPED, &d) < 0)
        abort();
    int r = policy_add(p, text, "set.yaml", POLICY_OWN, &d);
    if (r == 0)
        r = policy_choose(p, STR_NULL, &d);
    if ((r < 0) != (d.errors > 0))
        abort();
    diag_done(&d);
    policy_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    Str text = str_n((const char *) p, n);
    one(text, false);
    one(text, true);
    set(text);
    return 0;
}
