/* SPDX-License-Identifier: Apache-2.0 */
/* Policy sets: which rules hold where, how strictly, and what is excepted (docs/policy-sets.md). A set extends others and may only tighten what they say, unless it
 * names an approved exception. */
#pragma once

#include "base/map.h"
#include "policy/program.h"

/* Where something holds: patterns of shell; what is empty restricts nothing. */
typedef struct PolicyScope {
    StrArray clusters, namespaces, images, environments;
    StrArray labels;          /* "key=value", "key" */
} PolicyScope;

/* What is being judged, as far as it was told; what is not known is empty, and matches no pattern. Subjects themselves are asked for their namespace, image and labels. */
typedef struct PolicyContext {
    Str cluster, namespace, image, environment;
    StrArray labels;          /* "key=value" */
} PolicyContext;

typedef struct PolicyException {
    Str name, reason, owner, approved_by, until;
    Str set;                  /* that has it */
    PolicyScope scope;
    StrArray rules, tags;     /* that it is about; none of either: all */
    Str written;              /* its condition; empty: none */
    bool expired;             /* at as_of: it holds no more */
    const char *file;
    AstPlace place;
    struct AstNode *condition; /* NULL: none */
    struct AstNode *ended_by; /* what it would except, had not the fact that ends it come true; NULL: no fact does */
} PolicyException;

typedef struct PolicyRule {
    const Rule *rule;
    RuleAction action;
    Priority priority;
    Str set;                  /* that chose it, or changed it last */
    const char *file;         /* where */
    AstPlace place;
    const PolicyScope *scope;
    const PolicyException *loosened; /* the approved exception that made it weaker than an extended set has it; NULL */
    const struct ExceptionUse *uses; /* exceptions that are about it */
    size_t n_uses;
    size_t next;              /* 1 + index of a later entry of the same rule, whose scope is narrower; 0: none */
} PolicyRule;

typedef struct ExceptionUse {
    const PolicyException *exception;
    const Program *program;   /* its condition for the rule's source; NULL: it has none */
    const Program *ended;     /* PolicyException.ended_by for the rule's source; NULL: it has none */
} ExceptionUse;

/* Texts of sets and rules, and what one of the sets comes to. */
typedef struct Policy Policy;
Policy *policy_new(const RuleSetOptions *o);
void policy_free(Policy *p);
DEFINE_CLEANUP(Policy, policy_free, policy_freep);

typedef enum PolicyRole {
    POLICY_SHIPPED,           /* it comes with the program: sets may choose of it */
    POLICY_OWN,               /* its only set, or all its rules, hold where no set is named */
    POLICY_ADDED,             /* its rules hold besides whatever is chosen */
} PolicyRole;

/* A rules file (a YAML list) or a set (a map). `text` must outlive the policy. -EINVAL with messages. */
int policy_add(Policy *p, Str text, const char *file, PolicyRole role, Diag *d);
/* Everything in rules/. */
int policy_add_shipped(Policy *p, Diag *d);
/* Is it a set (a YAML map), no rules file (a list)? */
bool policy_is_set(Str text);
/* "NAME@VERSION" of the own sets, separated by "|". */
void policy_own_names(const Policy *p, Buf *out);
/* After all texts: "NAME" or "NAME@VERSION"; empty: the only own set or, without one, all own rules with their own actions. Rules that were added come on top, as strict as the
 * set or they themselves have it, whichever is worse. -EINVAL with messages, -ENOENT (said, too) when there is no such set. */
int policy_choose(Policy *p, Str name, Diag *d);

/* The set where nobody says which: everything is shown, and what is wrong beyond doubt is denied. */
#define POLICY_DEFAULT "production"

typedef struct PolicyText {
    const char *name;         /* of the file, for messages */
    Str text;
    PolicyRole role;
} PolicyText;

/* All of it at once: what comes with the program, then these texts; then the set of this name. Without a name (NULL p) the own texts decide, and without any of those
 * POLICY_DEFAULT. *ret is always set, and knows the lines that messages are about. -EINVAL with messages. */
int policy_make(const RuleSetOptions *o, const PolicyText *texts, size_t n, Str name, Policy **ret, Diag *d);

/* RuleSetOptions.as_of that it was made with. */
int64_t policy_as_of(const Policy *p);
const RuleSet *policy_rule_set(const Policy *p);
Str policy_name(const Policy *p);    /* "production@2"; after policy_choose() */
/* The version that a set of versions of `of` ("kubernetes") was asked for, its minor number: 25 for "@v1.25". false when no set of the policy has such versions. */
bool policy_version_of(const Policy *p, const char *of, unsigned *ret_minor);
/* What holds, in the order of the rules' files. */
const PolicyRule *policy_rules(const Policy *p, size_t *ret_n);
/* All exceptions of the set and of those it extends. */
const PolicyException *const *policy_exceptions(const Policy *p, size_t *ret_n);
/* Names of all sets, with versions, separated by "|": for messages and completion. */
void policy_set_names(const Policy *p, Buf *out);

typedef struct PolicyHit {
    const PolicyRule *rule;
    const Subject *subject;
    RuleAction action;                /* what comes of it */
    bool limited;                     /* it is not known whether the rule holds: a limit ended the evaluation */
    const PolicyException *exception; /* it is excepted by this; NULL: it counts */
    const PolicyException *ended;     /* it would be excepted by this, had not a fact ended it; NULL */
    const RuleException *ended_own;   /* the same of the rule's own exceptions; NULL */
} PolicyHit;

/* Exceptions that facts have ended, for what they would have excepted. */
typedef struct PolicyEnded {
    Map seen;                 /* by exception, with its own keys; in the order in which they were met */
} PolicyEnded;
static inline PolicyEnded policy_ended(void) {
    return (PolicyEnded) {.seen = {.own_keys = true}};
}
void policy_ended_take(PolicyEnded *e, const PolicyHit *h);
/* A warning for each, as for those that a date has ended. */
void policy_ended_say(const PolicyEnded *e, Diag *d);
void policy_ended_done(PolicyEnded *e);

/* Is there a rule about this source, among those that were chosen? */
bool policy_asks(const Policy *p, Str source);
/* Puts the rules of the subject's source to it; `hit` is called for each that holds. */
void policy_evaluate(const Policy *p, const Subject *s, const PolicyContext *c, Evaluator *e, void (*hit)(void *userdata, const PolicyHit *h), void *userdata);
/* For those who find out by themselves that a rule holds for a subject (RuleMatcher): what the policy says of it there. `at` is the place of the rule's first entry among
 * policy_rules(). NULL: no scope of its entries holds, or an exception does. */
const PolicyRule *policy_judge(const Policy *p, size_t at, const Subject *s, const PolicyContext *c, Evaluator *e);
/* The worse of two actions: allow, warn and alert, deny. */
RuleAction policy_worse(RuleAction a, RuleAction b);
