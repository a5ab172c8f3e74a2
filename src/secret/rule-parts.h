/* SPDX-License-Identifier: Apache-2.0 */
/* What the two readers of rules share. Only for src/secret. */
#pragma once

#include "parse/node.h"
#include "secret/rule.h"

typedef struct RuleReader {
    SecretSet *set;
    const char *name;
    const Limits *limits;
    Diag *diag;
    size_t bad;           /* errors said so far */
} RuleReader;

enum { SECRET_PATTERN_BYTES = 8192, SECRET_BACK_MAX = 256 };

/* Says an error at the node's place. */
void rule_error(RuleReader *r, const Node *at, const char *fmt, ...) _printf_(3, 4);
/* A copy of a string's text in the set's arena; an error for anything else ("expected a string, found …"), which gives STR_NULL. */
Str rule_text(RuleReader *r, const Node *n);
/* A list of strings; NULL gives the empty list. */
StrList rule_texts(RuleReader *r, const Node *n);
/* A regex that compiles as PCRE2; an error with the offset where it does not. */
Str rule_regex(RuleReader *r, const Node *n);
StrList rule_regexes(RuleReader *r, const Node *n);
double rule_number(RuleReader *r, const Node *n, double max);
bool rule_flag(RuleReader *r, const Node *n);
/* Says every key of `map` that is not in the NULL-ended list. */
void rule_known_keys(RuleReader *r, const Node *map, const char *const *known);
StrList rule_lower(RuleReader *r, StrList l);
/* Compiles as the scanner will, to see whether it does. `groups` (may be NULL): how many groups it has. False: said at `at`. */
bool rule_compiles(RuleReader *r, const Node *at, Str pattern, uint32_t *ret_groups);
