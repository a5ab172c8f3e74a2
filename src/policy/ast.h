/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of a condition, as written: names are not resolved, macros not yet put in. Grammar: Falco's (falcosecurity/libs 0.25.4,
 * userspace/libsinsp/filter/parser.h), described in docs/policy-language.md. Lives in an Arena with its texts. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/limits.h"

typedef enum AstKind {
    AST_AND, AST_OR,  /* n children, in order */
    AST_NOT,          /* one child */
    AST_MACRO,        /* `name`: an identifier on its own */
    AST_CHECK,        /* left op right */
} AstKind;

typedef enum AstOp {
    OP_EXISTS,
    OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
    OP_CONTAINS, OP_ICONTAINS, OP_BCONTAINS, OP_STARTSWITH, OP_BSTARTSWITH, OP_ENDSWITH,
    OP_GLOB, OP_IGLOB, OP_REGEX,
    OP_IN, OP_INTERSECTS, OP_PMATCH,
    OP_N_,
} AstOp;

/* `fd.name startswith anyof (/etc, /usr)`: any, all; `oneof`: exactly one. */
typedef enum AstModifier { MODIFIER_NONE, MODIFIER_ONEOF, MODIFIER_ANYOF, MODIFIER_ALLOF } AstModifier;

typedef enum AstTransform { TRANSFORM_TOLOWER, TRANSFORM_TOUPPER, TRANSFORM_B64, TRANSFORM_BASENAME, TRANSFORM_LEN, TRANSFORM_JOIN, TRANSFORM_CONCAT, TRANSFORM_GETOPT, TRANSFORM_N_ } AstTransform;

typedef struct AstPlace {
    uint32_t line, col;   /* in the rules file, from 1; col counts bytes */
} AstPlace;

typedef struct AstItem AstItem; /* a literal of a list */
struct AstItem {
    Str text;             /* unescaped */
    bool quoted;
    AstPlace place;
    AstItem *next;
};

typedef enum TermKind { TERM_FIELD, TERM_TRANSFORM, TERM_TEXT, TERM_NUMBER, TERM_LIST } TermKind;

typedef struct AstNode AstNode;

/* The left side, val() on the right, and arguments of transformers. */
typedef struct AstTerm AstTerm;
struct AstTerm {
    TermKind kind;
    AstPlace place;
    Str name;             /* TERM_FIELD: "proc.aname"; TERM_TEXT and TERM_NUMBER: the text */
    bool has_arg;
    Str arg;              /* of a field or of what a transformer gives, without brackets and quotes */
    AstPlace arg_place;
    AstTransform transform;
    AstTerm *args;        /* TERM_TRANSFORM, TERM_LIST: linked by next */
    Str child;            /* of X.any, X.all and X.count with an argument "CHILD: CONDITION": CHILD, a source; STR_NULL otherwise */
    AstNode *condition;   /* and what is behind the colon; NULL when nothing is */
    AstTerm *next;
};

struct AstNode {
    AstKind kind;
    const char *file;     /* where it was written: a macro's parts are not where the condition is. Items put in from lists count as written where the list is named */
    AstPlace place, end;  /* end: behind the last byte */
    AstNode *child, *last; /* AST_AND, AST_OR, AST_NOT */
    AstNode *next;
    Str name;             /* AST_MACRO */
    AstTerm *left;        /* AST_CHECK */
    AstOp op;
    AstModifier modifier;
    AstItem *items;       /* right side: one for most operators, any number for in, intersects, pmatch and modifiers */
    AstTerm *right;       /* val(…) or a transformer instead of items */
    Str list;             /* name of a list that is not put in yet; STR_NULL otherwise */
};

/* Where a text of conditions stands in its file: for each line of it, line and column of its first byte. A block scalar of YAML has each of its lines at a column of its own. */
typedef struct AstText {
    Str text;
    const char *file;
    const AstPlace *lines; /* one per line of `text` */
    size_t n_lines;
} AstText;

/* A condition. All that can be said at once goes to `d`; -EINVAL then. Depth up to 100 (Falco's), bytes and nodes by the limits. */
int ast_parse(const AstText *text, const Limits *limits, Arena *a, Diag *d, AstNode **ret);
/* A field or transformer at the start of the text, as outputs have behind "%": "proc.aname[2]", "tolower(proc.name)". -ENOENT when there is none, -EINVAL with messages.
 * *ret_n: how many bytes it takes, or took until it was wrong. `at`: where in the text. */
int ast_parse_term(const AstText *text, size_t at, const Limits *limits, Arena *a, Diag *d, AstTerm **ret, size_t *ret_n);
/* The condition in one line, with the fewest parentheses. */
void ast_print(const AstNode *n, Buf *out);
/* One term or one value of it, as ast_print writes them. */
void ast_print_term(const AstTerm *t, Buf *out);
void ast_print_text(Str text, bool quoted, Buf *out);
const char *ast_op_name(AstOp op);
const char *ast_transform_name(AstTransform t);
const char *ast_modifier_name(AstModifier m);
