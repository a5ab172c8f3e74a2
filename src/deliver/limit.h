/* SPDX-License-Identifier: Apache-2.0 */
/* AlertLimit: holds back what comes too often, by rule and container, and counts it. Time is a monotonic clock: steps of the time of day change nothing. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct LimitOptions {
    uint64_t most;           /* alerts of one rule in one container ... */
    uint64_t seconds;        /* ... in so many seconds; 0: no limit */
    uint64_t group;          /* alerts with the same text are one in so many seconds; 0: they are not */
} LimitOptions;

typedef struct HeldBack {
    Str rule, container;
    int severity;
    uint64_t n, seconds;
    bool same;               /* they had the same text as the one that went out */
} HeldBack;

typedef struct AlertLimit AlertLimit;
AlertLimit *alert_limit_new(const LimitOptions *o);
void alert_limit_free(AlertLimit *l);
DEFINE_CLEANUP(AlertLimit, alert_limit_free, alert_limit_freep);
/* "N/SECONDS". -EINVAL. */
int alert_limit_parse(Str text, uint64_t *ret_most, uint64_t *ret_seconds, Error *err);

/* May it go out now (nanoseconds)? `text`: what makes two alerts the same. When too many keys are remembered nothing more is held back. */
bool alert_limit_pass(AlertLimit *l, Str rule, Str container, int severity, Str text, int64_t now);
/* Hands out what was held back and whose time is over; `all`: of everything. The next moment to call it; INT64_MAX: none. */
int64_t alert_limit_flush(AlertLimit *l, int64_t now, bool all, void (*each)(void *userdata, const HeldBack *h), void *userdata);
/* When alert_limit_flush() is to be called next; INT64_MAX: no time runs. */
int64_t alert_limit_due(const AlertLimit *l);
uint64_t alert_limit_held(const AlertLimit *l);
