/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a condition. Private to ast_parse(): parse.c. */
#pragma once

#include "policy/ast.h"

typedef struct Lexer {
    const AstText *text;
    const char *p, *end;
    /* The last place asked for: its line of the text and where that begins. */
    size_t line;
    const char *line_start;
} Lexer;

Lexer lexer(const AstText *text);
AstPlace lex_place(Lexer *x, const char *at);

static inline bool lex_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
}
/* Skips blanks; whether there were any. */
bool lex_blank(Lexer *x);
/* Takes exactly these bytes. */
bool lex_take(Lexer *x, const char *z);
/* "and", "or": only before a blank, "(" or the end. */
bool lex_at_keyword(const Lexer *x, const char *z);
/* [a-zA-Z][a-zA-Z0-9_]*; empty when there is none. */
Str lex_identifier(Lexer *x);
/* Two or more identifiers with dots between; empty, and nothing taken, when there is none. */
Str lex_field(Lexer *x);
/* [^()"'[:space:]=,]+ */
Str lex_bare(Lexer *x);
/* [^]["'[:space:]]+ */
Str lex_bare_arg(Lexer *x);
Str lex_number(Lexer *x);
/* From its quote to behind the one that ends it, as written; empty when there is none, *ret_open when it does not end. */
Str lex_quoted(Lexer *x, bool *ret_open);
/* What stands here, for messages: up to a blank or a bracket. */
Str lex_found(const Lexer *x);

/* Without quotes and escapes. NULL, or what is wrong, with the place of the escape in *ret_at. */
const char *lex_unescape(Str quoted, Arena *a, Str *ret, const char **ret_at);
