/* SPDX-License-Identifier: Apache-2.0 */
#include "check/run.h"
#include "policy/shipped.h"

static bool has_default(void) {
    for (const EmbeddedText *t = shipped_sets; t->name; t++)
        if (str_ends(str_from(t->name), STR(CHECK_POLICY ".yaml")))
            return true;
    return false;
}

static int worse(int a, int b) {
    return a < 0 ? a : b;
}

int check_policy(const CheckOptions *o, Policy **ret, Diag *d) {
    const RuleSetOptions options = {.as_of = o->as_of};
    Policy *p = *ret = policy_new(&options);
    bool nothing = !o->policy_name.p && o->n_rules == 0, chosen = nothing && has_default();
    int r = 0;
    if (nothing && !chosen)
        for (const EmbeddedText *t = shipped_rules; t->name; t++)
            r = worse(r, policy_add(p, embedded_text(t), t->name, true, d));
    else
        r = policy_add_shipped(p, d);
    for (size_t i = 0; i < o->n_rules; i++)
        r = worse(r, policy_add(p, o->rules[i].text, o->rules[i].name, true, d));
    return r < 0 ? r : policy_choose(p, chosen ? STR(CHECK_POLICY) : o->policy_name, d);
}
