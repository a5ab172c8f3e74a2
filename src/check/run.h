/* SPDX-License-Identifier: Apache-2.0 */
/* `plimsoll check`: files in, what rules say of their subjects out. Files are read and rules evaluated in confined workers; nothing of what these answer is trusted. */
#pragma once

#include "base/error.h"
#include "check/input.h"
#include "policy/set.h"
#include "secret/engine.h"

typedef struct CheckOptions {
    const PolicyText *rules;  /* of one's own, beside those that come with the program */
    size_t n_rules;
    Str policy_name;          /* as policy_make() takes it */
    const Policy *policy;     /* made of these: check_policy() */
    const PolicyContext *context; /* where it all will run, as far as that was told; NULL: nothing was */
    int64_t as_of;            /* when exceptions end */
    const Limits *limits;
    unsigned workers;         /* at the same time; 0: one per processor */
    bool fixes;               /* edits are wanted */
} CheckOptions;

enum { CHECK_COVERED = 4 }; /* what one finding may have taken in; more stand for themselves */

/* A rule that fired. */
typedef struct CheckHit {
    const PolicyRule *rule;
    RuleAction action;        /* what comes of it */
    const PolicyException *exception; /* it is excepted by this; NULL: it counts */
    CheckPlace place;
    Str path;                 /* CheckSubject.path */
    Str subject, output;      /* CheckSubject.name; the rule's output */
    bool limited;             /* the condition could not be decided within the limits: the rule's on-error says that it counts */
    const CheckEdit *edits;   /* in the order of their places; none: there is no safe fix */
    size_t n_edits;
    /* What other rules say here, which are covered by its own: part of this finding. */
    struct CheckCovered {
        const PolicyRule *rule;
        RuleAction action;
        Str output;
    } covers[CHECK_COVERED];
    size_t n_covers;
} CheckHit;

typedef struct CheckError {
    DiagLevel level;
    uint32_t line, col;
    Str message;
} CheckError;

/* One file: in by the caller, out by check_files(). */
typedef struct CheckItem {
    char *path;               /* as shown; owned by the caller */
    const CheckInput *input;
    Str text;                 /* what a pipe said, which can be read only once, or what a cluster has; owned by the caller; NULL p: the file at `path` is read */
    size_t bytes;             /* read */
    int status;               /* 0; -EINVAL: it is wrong, and `hits` are what could be understood of it; -E2BIG: over a limit; others: it could not be read, or a worker died on it */
    const CheckHit *hits;     /* in the order of subjects, then of rules */
    size_t n_hits;
    const CheckError *errors; /* why it failed, and warnings */
    size_t n_errors;
    char digest[65];          /* SHA-256 of what was read, in hex */
} CheckItem;

enum { CHECK_FILE_BYTES = 32 << 20 };
/* Of a file of that kind; NULL: not known yet. */
static inline size_t check_max_bytes(const CheckInput *input) {
    return input && input->max_bytes ? input->max_bytes : CHECK_FILE_BYTES;
}

/* The policy that the options ask for; `rules` must outlive it. -EINVAL with messages, whose lines *ret, which is always set, knows. */
int check_policy(const CheckOptions *o, Policy **ret, Diag *d);
/* Reads and checks the items. Results lie in `a`. 0, or a failure of ours. */
int check_files(const CheckOptions *o, CheckItem *items, size_t n, Arena *a, Error *err);
/* In this process, for tests: one text. `context` NULL: nothing is told. `secrets`: NULL: they are not looked for. */
int check_text(const Policy *policy, const PolicyContext *context, const CheckInput *input, const char *path, Str text, const Limits *limits, bool fixes, SecretEngine *secrets, Arena *a, CheckItem *ret);
/* In this process, of subjects that `give` makes of what is at hand already, each with its place and path: hits of ret, whose path is set. 0, or -E2BIG. */
int check_subjects(const Policy *policy, const PolicyContext *context, int (*give)(void *state, CheckEach each, void *userdata), void *state, Arena *a, CheckItem *ret);
