/* SPDX-License-Identifier: Apache-2.0 */
/* What a condition becomes between the check and the evaluation. Private to this room.
 *
 * A Test is one comparison whose names are resolved and whose literals are values. A Program is a list of instructions, one test each, with the places to go
 * on at when it holds and when it does not: "and", "or" and "not" are nothing but those places. */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "parse/pattern.h"
#include "policy/match.h"
#include "policy/program.h"

typedef struct Run Run;
typedef struct Operand Operand;
typedef struct Constant Constant;
typedef struct Test Test;

/* How several values of the left side count. */
typedef enum ValueMode {
    MODE_LIST, /* `in`: all of them; `!=`: none is equal; others: any */
    MODE_ENDS, /* the same, but `in`: any */
    MODE_ANY,  /* any, whatever the operator */
} ValueMode;

typedef enum OperandKind { OPERAND_FIELD, OPERAND_TRANSFORM, OPERAND_LITERAL, OPERAND_GROUP, OPERAND_ANY, OPERAND_ALL, OPERAND_COUNT } OperandKind;

struct Operand {
    OperandKind kind;
    FieldType type;
    FieldUnit unit;
    bool multiple;         /* may have several values */
    ValueMode mode;
    const char *values;    /* Field.values */
    uint32_t field_id;     /* OPERAND_FIELD: among those that share a Pool */
    FieldRef ref;          /* OPERAND_FIELD and quantifiers */
    AstTransform transform;
    const Operand *args;   /* OPERAND_TRANSFORM, OPERAND_GROUP */
    size_t n_args;
    Str selector;          /* getopt(…)[x]; STR_NULL without */
    Value literal;
    const Source *child;   /* quantifiers */
    const Program *program; /* of the child; NULL: holds for each */
};

/* The right side of a comparison, made ready. */
struct Constant {
    Value value;
    const StrSet *set;     /* in, intersects with texts */
    const PathTrie *trie;  /* pmatch */
    const Pattern *pattern;
    const char *values;    /* order of < and > */
    bool exact;            /* = and !=: the value itself, no part or pattern */
};

/* One value against one constant. The value is of the type that the check has seen to. */
typedef bool (*Compare)(Run *run, const Value *left, const Constant *right);

struct Test {
    Compare compare;       /* NULL: exists */
    bool negate;           /* != */
    bool all;              /* `in` of a list */
    ValueMode mode;
    AstModifier modifier;
    Operand left;
    const Operand *right;  /* val() or a transformer; NULL: constants */
    const Constant *constants;
    size_t n_constants;    /* one but for modifiers */
    uint32_t id;           /* among those that share a Pool */
};

enum { PC_HOLDS = -1, PC_FAILS = -2 };

typedef struct Instruction {
    const Test *test;
    int32_t yes, no;       /* lower than its own place, or PC_… */
} Instruction;

struct Program {
    const Source *source;
    const Instruction *code;
    int32_t n, entry;
    uint32_t n_tests, n_fields; /* of the Pool, when it was made: all ids in it are lower */
};

/* Tests by their source and text: those that several conditions share are made, and can be evaluated, once. */
typedef struct Pool {
    Map tests;
    Map failed;           /* places of checks whose mistakes were told */
    Arena *arena;
    const Limits *limits;
    Diag *diag;
    Map fields;           /* source, up, name and argument -> number + 1 */
    uint32_t n;           /* tests made */
} Pool;

/* literal.c: what a literal means for an operand of that type. NULL with *ret, or what is wrong with it. */
const char *literal_parse(const Operand *o, Str text, Arena *a, Value *ret);

/* compare.c: NULL when the operator is not for that type. */
Compare compare_for(AstOp op, FieldType type, const char *values, bool dynamic);

struct Run {
    Evaluator *e;
    const Subject *subject;
    bool memo;             /* results of tests and values of fields are kept in the evaluator: one subject, many programs of one Pool */
};

/* evaluate.c */
Value operand_value(Run *run, const Operand *o);
bool run_program(Run *run, const Program *p);
bool test_holds(Run *run, const Test *t);
/* Of several values of the left side the first one by which the test came out like this; VALUE_NONE where there is one value only. */
Value test_item(Run *run, const Test *t, bool yes);
/* transform.c: of an OPERAND_TRANSFORM. */
Value transform_value(Run *run, const Operand *o);
/* Numbers, addresses and so on as text, in scratch memory. */
Str value_text(Scratch *s, const Value *v);
