/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of ast_parse() share: parse.c has conditions, parse-term.c what stands left and right of operators. */
#pragma once

#include "policy/lex.h"

enum { PARSE_DEPTH_MAX = 100 };

typedef struct Parser {
    Lexer x;
    Arena *arena;
    Diag *diag;
    const char *file;
    uint32_t *nodes;     /* left */
    unsigned depth;
    bool failed, stopped; /* stopped: a limit was passed, there is nothing more to say */
} Parser;

void parser_fail(Parser *p, const char *at, const char *message);
/* The last message. */
void parser_stop(Parser *p, const char *message);
/* "expected …, found …" */
void parser_expected(Parser *p, const char *what);
/* To the next "and", "or" or ")" that belongs to the group at hand. */
void parser_resync(Parser *p);
/* Behind the ")" of a list or of arguments that failed; -EINVAL. */
int parser_leave_bracket(Parser *p);
/* Zeroed memory of one part; NULL over the limits. */
void *parser_make(Parser *p, size_t n);
AstNode *parser_node(Parser *p, AstKind kind, const char *at);
AstTerm *parser_term(Parser *p, TermKind kind, const char *at);

/* Each NULL or -EINVAL with a message; NULL with nothing taken where it does not begin. */
AstTerm *parse_field(Parser *p);
/* Takes "tolower("; TRANSFORM_N_ when there is none. */
AstTransform parse_transformer_name(Parser *p);
/* The rest of it; `at`: where it began. */
AstTerm *parse_transformer(Parser *p, AstTransform kind, const char *at);
/* val(field) or a transformer on the right side. */
AstTerm *parse_right(Parser *p);
AstItem *parse_value(Parser *p, const char *what);
/* "(a, b)" or the name of a list. */
int parse_list(Parser *p, AstNode *n);
AstNode *parse_condition(Parser *p);
