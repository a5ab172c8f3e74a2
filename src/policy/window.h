/* SPDX-License-Identifier: Apache-2.0 */
/* Windows: rules that fire by several events within a time, not by one. `threshold` counts events (or different values in them), `sequence` wants steps in their order;
 * both by a key (a container, a process …). Memory is bounded: keys that were not seen for the longest time make room, first those of whoever has more than an equal share, and are
 * counted. */
#pragma once

#include "policy/program.h"

enum { WINDOW_COUNT_MAX = 1000, WINDOW_STEPS_MAX = 8, WINDOW_BY_MAX = 4 /* WINDOW_TERMS_MAX of the loader */ };
#define WINDOW_SPAN_MAX ((uint64_t) 24 * 3600 * 1000000000)

/* A value of an event: a field or a transformer, ready to be asked. */
typedef struct WindowTerm WindowTerm;
/* Of a text that is one such term. It lives in the arena. -EINVAL with a message at its place. */
int window_term(const Source *source, const AstText *text, const Limits *limits, Arena *a, Diag *d, const WindowTerm **ret);

typedef struct WindowStep {
    const AstNode *condition;
    const Program *program;  /* of a sequence; NULL in a threshold: the rule's own condition counts */
    const WindowTerm *by[WINDOW_BY_MAX];
    size_t n_by;             /* the same in all steps */
} WindowStep;

typedef struct RuleWindow {
    uint64_t id;             /* of name and setting: a rule that is read again goes on where it was */
    uint64_t span;           /* nanoseconds */
    uint32_t count;          /* threshold; 0: a sequence */
    const WindowTerm *distinct; /* values of this are counted; NULL: events are */
    WindowStep step[WINDOW_STEPS_MAX];
    size_t n_steps;          /* 1 for a threshold */
} RuleWindow;

typedef struct WindowCounts {
    size_t keys, bytes;      /* that are remembered now */
    uint64_t evicted;        /* keys that made room for others before their time was over */
} WindowCounts;

typedef struct Windows Windows;
/* The caller frees it; at most about `max_bytes` of memory. */
Windows *windows_new(size_t max_bytes);
void windows_free(Windows *w);
DEFINE_CLEANUP(Windows, windows_free, windows_freep);
/* An event at `time` (nanoseconds of any clock that does not go back) for which the rule's condition holds. Does the rule fire by it? It then begins anew for this key. An
 * event that lacks a value of the key does not count. `owner`: a number for whose event it is (a container), to whose share a new key counts. */
bool windows_add(Windows *w, const RuleWindow *r, uint64_t owner, const Subject *s, uint64_t time, Evaluator *e);
void windows_counts(const Windows *w, WindowCounts *ret);
