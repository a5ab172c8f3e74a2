/* SPDX-License-Identifier: Apache-2.0 */
/* RuleMatcher: all rules of one source on one subject, many times a second. For each value of the field that tells kinds apart (evt.type) it keeps the rules that can
 * hold at all, with their checks of that field decided beforehand. What several rules ask of a subject is asked once. Nothing is allocated while it matches. */
#pragma once

#include "policy/program.h"

typedef struct RuleMatcher RuleMatcher;

/* Of `rules` (compiled together, in one rule set) those of `source` that are enabled, in their order. `kind`: the field that tells kinds apart, one value at most; NULL:
 * none. The rules outlive it. */
RuleMatcher *rule_matcher_new(Rule *const *rules, size_t n, const Source *source, const char *kind);
void rule_matcher_free(RuleMatcher *m);
DEFINE_CLEANUP(RuleMatcher, rule_matcher_free, rule_matcher_freep);

typedef struct RuleMatch {
    const Rule *rule;
    bool limited;  /* a limit ended its evaluation: what that means is up to the rule's on-error */
} RuleMatch;

/* The rules that hold, in order; at most `max` of them, or one when `first`. */
size_t rule_matcher_match(const RuleMatcher *m, const Subject *s, Evaluator *e, bool first, RuleMatch *ret, size_t max);
/* How many rules are looked at for a subject of that kind. */
size_t rule_matcher_candidates(const RuleMatcher *m, Str kind);
/* One of them; they are in the order of the rules. */
const Rule *rule_matcher_candidate(const RuleMatcher *m, Str kind, size_t i);
