/* SPDX-License-Identifier: Apache-2.0 */
/* Names and types of a condition. Private to this room: operand.c, check.c, compile.c. */
#pragma once

#include <stdarg.h>
#include <stdio.h>

#include "policy/code.h"

enum { QUANTIFIER_DEPTH_MAX = 4 };

typedef struct Checker {
    Pool *pool;
    const Source *source;
    const char *file;
    unsigned depth;      /* of quantifiers */
} Checker;

/* Always -EINVAL. */
int check_fail(Checker *c, AstPlace place, const char *fmt, ...) _printf_(3, 4);
const char *check_type_name(FieldType type);
int check_operand(Checker *c, const AstTerm *t, Operand *ret);
/* The test of an AST_CHECK, shared with others of the same source and text. */
int check_test(Checker *c, const AstNode *n, const Test **ret);
int compile_condition(Pool *pool, const Source *source, const AstNode *n, unsigned depth, Program **ret);
