/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of rules: the examples beside each rule, and files of cases. */
#pragma once

#include "policy/program.h"
#include "policy/reader.h"

typedef struct ExampleCounts {
    size_t rules;          /* that have examples */
    size_t bare;           /* rules without any */
    size_t examples;
    size_t failed;
} ExampleCounts;

/* Does the rule fire on an object? 1 or 0: on any of the subjects in it; -EINVAL with messages when it cannot be read, -E2BIG when a limit ended the
 * evaluation. */
int rule_fires(const Rule *rule, const ObjectReader *const *readers, const Node *object, const char *file, Evaluator *e, Diag *d);
/* Runs the rule's examples; what goes wrong is an error in `d`, at the example. */
int rule_test(const Rule *rule, const ObjectReader *const *readers, Evaluator *e, Diag *d, ExampleCounts *counts);
/* A file of cases: a list of `{rule: NAME, fires: [OBJECT], quiet: [OBJECT]}`. `text` must outlive the call. */
int case_file_test(const RuleSet *set, const ObjectReader *const *readers, Str text, const char *file, Evaluator *e, Diag *d, ExampleCounts *counts);
