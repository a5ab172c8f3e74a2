/* SPDX-License-Identifier: Apache-2.0 */
/* Program: a condition compiled to bytecode, and its evaluation. Bounded in cost, without allocation. */
#pragma once

#include "policy/rules.h"

typedef struct Program Program;

/* `condition` was checked already. -EINVAL with messages when it costs more than the limits allow. */
int program_compile(const Source *source, const AstNode *condition, Arena *a, Diag *d, Program **ret);

/* What evaluations need besides program and subject: one per thread, reused. */
typedef struct Evaluator Evaluator;
Evaluator *evaluator_new(const Limits *l);
void evaluator_free(Evaluator *e);
DEFINE_CLEANUP(Evaluator, evaluator_free, evaluator_freep);

/* 1: holds, 0: does not, -E2BIG: a limit ended it (steps, a pattern, memory), which the rule's `on-error` decides about. */
int program_evaluate(const Program *p, const Subject *s, Evaluator *e);

/* The output of a rule with its %fields of the subject; absent ones as "<NA>". Appends to `out`. */
void rule_output(const Rule *r, const Subject *s, Evaluator *e, Buf *out);

/* The condition as a tree, one part a line, each with the value of its field and whether it holds. */
void condition_explain(const AstNode *condition, const Subject *s, Evaluator *e, Buf *out);
