/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the sensor share: it takes events (sensor.c), evaluates rules on them (sensor-evaluate.c), and tells of what it noticed itself (sensor-own.c). */
#pragma once

#include <limits.h>
#include <time.h>

#include "base/vec.h"
#include "policy/window.h"
#include "runtime/alias.h"
#include "runtime/domains.h"
#include "runtime/late.h"
#include "runtime/loss.h"
#include "runtime/own.h"
#include "runtime/sensor.h"

enum { MATCHES_MAX = 1024, OTHER_NAMES = 2, ASKED_MAX = 64 };

/* An evaluator remembers what it found out for a matcher: they live and die together. */
struct SensorRules {
    const Source *source;
    RuleMatcher *matcher;
    RuleMatcher *ordered;    /* sequences: they go by the order of events */
    bool asked_in_order[WIRE_KINDS]; /* are any of `ordered` about the kind? */
    PushDown *down;
    Evaluator *evaluator;
    bool windows;            /* some of `matcher` fire by several events */
    SensorJudge *judge;      /* NULL: every rule that holds makes an alert */
    void *userdata;
    StrArray domains;        /* that they compare with */
};

/* What io_uring was asked to open or connect to, by the address of the request. */
typedef struct Asked {
    uint64_t request;
    WireAddress to;
    size_t n;
    char name[256];
} Asked;

struct Sensor {
    SensorOptions o;
    Asked asked[ASKED_MAX];  /* by hash of the request */
    OwnRules *own;
    Aliases *aliases;
    Event *told;             /* what the sensor says itself */
    Losses losses;
    uint64_t named_losses;   /* of those, the ones whose container is known */
    uint64_t past_losses;    /* and those of containers that are forgotten */
    Vec(WireLoss) past;      /* that are about to be */
    bool behind;             /* there may be more in the rings */
    bool ends_unknown;       /* this kernel does not say which executions processes run */
    DomainsState names;      /* as it was told last */
    const char *blind;       /* what loader_check() said last */
    uint64_t gone, gone_told; /* files that were gone, since that was said; when that was */
    SensorRules *rules;
    Loader *loader;
    Tables tables;
    Event *event, *later;
    LateEvents *late;        /* for rules->ordered */
    Buf text, json;
    RuleMatch *match;
    Windows *windows;
    char hostname[HOST_NAME_MAX + 1];
    SensorTotals totals;
    uint64_t until;          /* since_boot(): what is read later is counted only; 0: it has all the time */
    int failed;              /* what alert() said */
};

/* Nanoseconds of the clock that events carry: CLOCK_BOOTTIME. */
static inline uint64_t since_boot(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (uint64_t) t.tv_sec * 1000000000 + (uint64_t) t.tv_nsec;
}

/* The rules that hold for an event, each once, and what they have to say. `matcher` is one of those of s->rules. */
void sensor_evaluate(Sensor *s, const RuleMatcher *matcher, Event *e);
/* Sequences on an event of the rings, whose bytes are `bytes`: at once, or for executions once everything older was seen. */
void sensor_evaluate_in_order(Sensor *s, Event *e, Str bytes);
/* Sequences on the executions that are older than `before`. */
void sensor_evaluate_late(Sensor *s, uint64_t before);
/* The kinds of events that rules are about; ret[WIRE_KINDS]. */
void sensor_rules_kinds(const SensorRules *r, bool *ret);
/* How many rules are about a kind. */
size_t sensor_rules_about(const SensorRules *r, const char *kind);

/* The descriptor that the call of `of` returned was closed by another thread: an alert, once a second at most. */
void sensor_tell_gone(Sensor *s, const Event *of);
/* What was lost since it was last said. */
void sensor_tell_losses(Sensor *s);
/* The process that looks up domain names ended: said once for each time. */
void sensor_tell_names(Sensor *s);
/* Somebody made the programs blind: `what`. */
void sensor_tell_blind(Sensor *s, const char *what);
