/* SPDX-License-Identifier: Apache-2.0 */
/* Rules files (Falco's format with our keys, docs/policy-language.md) and the set that several of them make together: lists and macros put in, overrides
 * and exceptions applied, conditions checked against the fields of their source. */
#pragma once

#include "base/time.h"
#include "model/severity.h"
#include "parse/node.h"
#include "policy/ast.h"
#include "policy/source.h"

typedef enum Priority { PRIORITY_EMERGENCY, PRIORITY_ALERT, PRIORITY_CRITICAL, PRIORITY_ERROR, PRIORITY_WARNING, PRIORITY_NOTICE, PRIORITY_INFORMATIONAL, PRIORITY_DEBUG, PRIORITY_N_ } Priority;
const char *priority_name(Priority p);   /* "Warning", as Falco prints it */
/* Any case; "info", too. -EINVAL. */
int priority_parse(Str s, Priority *ret);
/* What a priority is on the scale of findings: emergency to critical are CRITICAL, error HIGH, warning MEDIUM, notice LOW, the others NEGLIGIBLE. */
Severity priority_severity(Priority p);

typedef enum RuleAction { RULE_WARN, RULE_DENY, RULE_ALLOW, RULE_ALERT, RULE_ACTION_N_ } RuleAction;
const char *rule_action_name(RuleAction a); /* "warn" */
int rule_action_parse(Str s, RuleAction *ret);
typedef enum OnError { ON_ERROR_WARN, ON_ERROR_DENY, ON_ERROR_ALLOW, ON_ERROR_N_ } OnError;

/* What a rule brings along so that it is tested and explained: an object of its source, as YAML or as text. */
typedef struct RuleExample {
    Str name;               /* empty when it has none */
    bool fires;             /* of `fires:` or of `quiet:` */
    const Node *object;     /* as in the file; what it means is the source's */
    AstPlace place;
} RuleExample;

/* An exception of a rule, for lists of them; what it excepts is in the condition already. */
typedef struct RuleException {
    Str name, reason, owner;
    Str until;              /* as written: a date or a fact; empty: it does not end */
    bool expired;           /* at RuleSetOptions.as_of: it is not in the condition any more */
    size_t n_values;
    const char *file;
    AstPlace place;
    AstNode *ended_by;      /* what it would except, had not the fact that ends it come true; NULL: no fact does */
    struct Program *ended;  /* the same, compiled */
} RuleException;

typedef struct StrArray {
    const Str *p;
    size_t n;
} StrArray;

typedef struct Rule {
    Str name, desc, output;
    Priority priority;
    const Source *source;
    bool enabled;
    Str why, remediation, owner, sla;
    StrArray tags, controls;
    StrArray covered_by;      /* rules that say what this one says, and more: where one of them is found at the same place, this one is part of that finding */
    RuleAction action;
    OnError on_error;
    bool capture;             /* Falco's: record events when it fires … */
    int64_t capture_duration; /* … for so many milliseconds; 0: not said */
    const AstNode *condition; /* lists, macros and exceptions put in */
    Str written;              /* the condition as written, for explain */
    const RuleExample *examples;
    size_t n_examples;
    const struct RuleWindow *window; /* window.h; NULL: it fires by one event */
    const Node *fix;          /* a map of what to change where it fires; NULL: people have to. What it means is the source's */
    RuleException *exceptions;
    size_t n_exceptions;
    const char *file;
    const char *first_file;   /* of the rule of this name that it, or one before it, replaced; the same as `file` when there was none */
    AstPlace place;           /* of its name */
    struct Program *program;  /* program.h; NULL until compiled */
    const struct OutputText *shown; /* `output`, taken apart; NULL until compiled */
} Rule;

typedef struct RuleSet RuleSet;

typedef struct RuleSetOptions {
    const Limits *limits;     /* NULL: the defaults */
    Priority min_priority;    /* less urgent ones are not loaded; 0: all are */
    bool first_match;         /* rule_matching: first: of rules that others hide is warned … */
    const char *source;       /* … if they have this source; NULL: a source that rules of one's own have, or any when there are none */
    bool lint;                /* policy sets: warnings about rules that a set makes deny */
    int64_t as_of;            /* exceptions that are past then stop working; 0 or TIME_NONE: they all work */
} RuleSetOptions;

RuleSet *rule_set_new(const RuleSetOptions *o);
void rule_set_free(RuleSet *s);
DEFINE_CLEANUP(RuleSet, rule_set_free, rule_set_freep);

/* Takes in one rules file. `text` must outlive the set. Errors and warnings go to `d`, all of the file; -EINVAL when there were errors, -E2BIG over a limit
 * (said in `d`, too). */
int rule_set_add(RuleSet *s, Str text, const char *file, Diag *d);
/* After the last file, once: puts macros and lists in, checks types, lints, compiles. */
int rule_set_finish(RuleSet *s, Diag *d);
/* After rule_set_finish(): in the order of their files; *ret_n of them; disabled ones as well. */
Rule *const *rule_set_rules(const RuleSet *s, size_t *ret_n);
const Rule *rule_set_find(const RuleSet *s, Str name);
/* What was taken in, for messages. */
typedef struct RuleSetCounts {
    size_t rules, macros, lists;
    size_t redefined;         /* definitions that a later one replaced */
} RuleSetCounts;
RuleSetCounts rule_set_counts(const RuleSet *s);
/* Remembers the text of a file that is no rules file, for rule_set_diag_text(); both must outlive the set. */
void rule_set_remember(RuleSet *s, Str text, const char *file);
/* diag_text() with the line of the file and a caret below each item whose file the set has; a fresh string. */
char *rule_set_diag_text(const RuleSet *s, const Diag *d);
