/* SPDX-License-Identifier: Apache-2.0 */
/* The sensor's own rules: what tries to hide from it and what it could not see. They are always there, beside those that are loaded, and their alerts look the same. */
#pragma once

#include "base/error.h"
#include "policy/matcher.h"

typedef struct OwnRules OwnRules;
/* 0, or -errno with `err`; the caller frees *ret. */
int own_rules_new(OwnRules **ret, Error *err);
void own_rules_free(OwnRules *o);
DEFINE_CLEANUP(OwnRules, own_rules_free, own_rules_freep);
/* The rules that hold, as rule_matcher_match(); *ret_evaluator is for their outputs. */
size_t own_rules_match(const OwnRules *o, const Subject *s, Evaluator **ret_evaluator, RuleMatch *ret, size_t max);
