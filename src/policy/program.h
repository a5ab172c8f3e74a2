/* SPDX-License-Identifier: Apache-2.0 */
/* Program: a condition compiled to bytecode, and its evaluation. Bounded in cost, without allocation. */
#pragma once

#include "policy/rules.h"

typedef struct Program Program;

/* Checks a condition (names, types, literals, patterns; macros and lists are put in already) against the fields of its source, and compiles it. -EINVAL with every mistake
 * there is in `d`. The program lives in the arena and points into the condition's texts. */
int program_compile(const Source *source, const AstNode *condition, const Limits *limits, Arena *a, Diag *d, Program **ret);

/* Several conditions: what they share is made once, and a mistake in a macro is told once. The programs live in the arena, longer than the compiler. */
typedef struct Compiler Compiler;
Compiler *compiler_new(const Limits *limits, Arena *a);
void compiler_free(Compiler *c);
DEFINE_CLEANUP(Compiler, compiler_free, compiler_freep);
int compiler_compile(Compiler *c, const Source *source, const AstNode *condition, Diag *d, Program **ret);

/* What evaluations need besides program and subject: one per thread, reused. */
typedef struct Evaluator Evaluator;
Evaluator *evaluator_new(void);
void evaluator_free(Evaluator *e);
DEFINE_CLEANUP(Evaluator, evaluator_free, evaluator_freep);
/* From now on all subjects belong to one document, which stays as it is and where it is: what a condition asks about all children of a parent is asked once for that parent, not once for each
 * of its children. The evaluator is good for no other document then. */
void evaluator_one_document(Evaluator *e);
/* Its memory, for values that are asked for beside an evaluation; good until the next one. */
Scratch *evaluator_scratch(Evaluator *e);

/* From this moment on (nanoseconds of CLOCK_MONOTONIC; 0: never) conditions are at a limit: what is not decided by then is for their rules' `on-error`. */
void evaluator_until(Evaluator *e, int64_t moment);

/* 1: holds, 0: does not, -E2BIG: a limit ended it (steps, a pattern, memory), which the rule's `on-error` decides about. */
int program_evaluate(const Program *p, const Subject *s, Evaluator *e);

/* A check that made a condition hold: without it, it would not. */
typedef struct Cause {
    const Subject *subject;  /* whose field it asks for: the condition's, one of its parents, or a child that a quantifier found */
    const FieldRef *field;
    unsigned up;             /* it is this many parents up */
    Value item;              /* of several values of the field the one that decided; VALUE_NONE else */
} Cause;

/* The causes of a condition that holds, in the order in which it names them, until `each` answers true. None when it does not hold. `c` ends with the call. */
void program_causes(const Program *p, const Subject *s, Evaluator *e, bool (*each)(void *userdata, const Cause *c), void *userdata);

/* The output of a rule with its %field, %field[arg] and %transformer(field) of the subject; absent ones as "<NA>", control characters as spaces. Appends to `out`. */
void rule_output(const Rule *r, const Subject *s, Evaluator *e, Buf *out);
/* The output taken apart, so that this is not done each time that the rule fires; in the arena. NULL when that is full. */
const struct OutputText *output_compile(const Source *source, Str format, const Limits *limits, Arena *a);
void output_text(const Source *source, Str format, const Subject *s, Evaluator *e, Buf *out);
/* Each field and transformer of an output, once, in order of appearance: its text without "%", its value, and the value as text (STR_NULL: absent), good until `each` returns. */
void output_each(const Source *source, Str format, const Subject *s, Evaluator *e, void (*each)(void *userdata, Str name, const Value *value, Str shown), void *userdata);
/* Fields that an output names and that the source has not: -EINVAL with messages. A "%" before something else is a percent sign. */
int output_check(const Source *source, const AstText *format, Diag *d);

/* The condition as a tree, one part a line, each with the value of its field and whether it holds; of quantifiers, each child. */
void condition_explain(const AstNode *condition, const Subject *s, Evaluator *e, Buf *out);
