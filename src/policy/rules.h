/* SPDX-License-Identifier: Apache-2.0 */
/* Rules files (Falco's format with our keys, docs/policy-language.md) and the set that several of them make together: lists and macros put in, overrides
 * and exceptions applied, conditions checked against the fields of their source. */
#pragma once

#include "model/severity.h"
#include "parse/node.h"
#include "policy/ast.h"
#include "policy/source.h"

typedef enum Priority { PRIORITY_EMERGENCY, PRIORITY_ALERT, PRIORITY_CRITICAL, PRIORITY_ERROR, PRIORITY_WARNING, PRIORITY_NOTICE, PRIORITY_INFORMATIONAL, PRIORITY_DEBUG, PRIORITY_N_ } Priority;
const char *priority_name(Priority p);   /* "Warning", as Falco prints it */

typedef enum RuleAction { RULE_WARN, RULE_DENY, RULE_ALLOW, RULE_ALERT } RuleAction;
typedef enum OnError { ON_ERROR_WARN, ON_ERROR_DENY, ON_ERROR_ALLOW } OnError;

/* What a rule brings along so that it is tested and explained: an object of its source, as YAML or as text. */
typedef struct RuleExample {
    Str name;
    bool fires;             /* of `fires:` or of `quiet:` */
    const Node *object;     /* as in the file; what it means is the source's */
    AstPlace place;
} RuleExample;

typedef struct Rule {
    Str name, desc, output;
    Priority priority;
    const Source *source;
    bool enabled;
    Str why, remediation, owner, sla;
    struct {
        const Str *p;
        size_t n;
    } tags, controls;
    RuleAction action;
    OnError on_error;
    const AstNode *condition; /* lists, macros and exceptions put in */
    AstNode *written;         /* as written, for explain */
    const RuleExample *examples;
    size_t n_examples;
    const char *file;
    AstPlace place;           /* of its name */
    struct Program *program;  /* program.h; NULL until compiled */
} Rule;

typedef struct RuleSet RuleSet;

typedef struct RuleSetOptions {
    const Limits *limits;
    Priority min_priority;    /* less urgent ones are not loaded */
    bool first_match;         /* rule_matching: first */
} RuleSetOptions;

RuleSet *rule_set_new(const RuleSetOptions *o);
void rule_set_free(RuleSet *s);
DEFINE_CLEANUP(RuleSet, rule_set_free, rule_set_freep);

/* Takes in one rules file. `text` must outlive the set. Errors and warnings go to `d`, all of the file; -EINVAL when there were errors. */
int rule_set_add(RuleSet *s, Str text, const char *file, Diag *d);
/* After the last file: puts macros and lists in, checks types, lints, compiles. */
int rule_set_finish(RuleSet *s, Diag *d);
/* In the order of their files; *ret_n of them; disabled ones as well. */
Rule *const *rule_set_rules(const RuleSet *s, size_t *ret_n);
const Rule *rule_set_find(const RuleSet *s, Str name);
