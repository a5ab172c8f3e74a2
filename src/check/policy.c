/* SPDX-License-Identifier: Apache-2.0 */
#include "check/run.h"

int check_policy(const CheckOptions *o, Policy **ret, Diag *d) {
    const RuleSetOptions options = {.as_of = o->as_of};
    return policy_make(&options, o->rules, o->n_rules, o->policy_name, ret, d);
}
