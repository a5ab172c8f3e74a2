/* SPDX-License-Identifier: Apache-2.0 */
/* The sensor: events of the kernel, rules on them, alerts. It belongs to one thread, which waits for sensor_fd() and sensor_names_fd(), and calls sensor_consume(). */
#pragma once

#include "policy/matcher.h"
#include "runtime/alert.h"
#include "runtime/domains.h"
#include "runtime/loader.h"
#include "runtime/pushdown.h"

typedef struct Sensor Sensor;

/* A rule that fired. Everything in it is good until the callback returns. */
typedef struct SensorAlert {
    const Rule *rule;
    const Container *container; /* NULL: the host */
    int64_t time;               /* nanoseconds since 1970 */
    Str text, json;             /* lines without their "\n"; STR_NULL: not asked for */
} SensorAlert;

typedef struct SensorOptions {
    bool first_match;
    bool strict_falco;        /* files have one name, Falco's */
    bool no_push_down;        /* every event of a kind that a rule is about is sent, and the sensor alone decides */
    bool text, json;          /* how alerts are written */
    uint32_t ring_bytes;      /* 0: as built */
    /* A negative result ends the sensor. */
    int (*alert)(void *userdata, const SensorAlert *a);
    void *userdata;
} SensorOptions;

typedef struct SensorTotals {
    uint64_t events, alerts, unknown; /* taken from the rings; rules that fired; that were no events of ours */
    uint64_t unread;          /* that were left when its time was over at the end */
    uint64_t forgotten;       /* keys of thresholds and sequences that made room for others */
    size_t executions;        /* that are remembered */
    uint64_t executions_forgotten; /* for lack of room, though a process may still run them */
    uint64_t limited;         /* evaluations that a limit ended */
    size_t loss_counters;     /* losses that are told apart now, by container, kind and cause: at most WIRE_LOSSES */
    DomainsState domains;
    LoaderCounts kernel;
} SensorTotals;

/* Is the sensor in this build? */
bool sensor_built(void);

/* What rules are evaluated with; made in any thread. `rules` are of all sources, and outlive it; those of source syscall count. */
typedef struct SensorRules SensorRules;
SensorRules *sensor_rules_new(Rule *const *rules, size_t n);
/* What becomes of a rule that holds for an event, before it makes an alert: the rule to alert by (the same with another priority), or NULL for none. */
typedef const Rule *SensorJudge(void *userdata, const Rule *rule, const Subject *s, Evaluator *e);
void sensor_rules_set_judge(SensorRules *r, SensorJudge *judge, void *userdata);
/* Rules of source syscall that can never fire, since the sensor makes no event of the types that they ask for: ret[i] says so of rules[i], which are those that `r` was made of. Their number. */
size_t sensor_rules_never(const SensorRules *r, Rule *const *rules, size_t n, bool *ret);
void sensor_rules_free(SensorRules *r);
DEFINE_CLEANUP(SensorRules, sensor_rules_free, sensor_rules_freep);

/* Loads the programs into the kernel. Takes `rules` over in any case. */
int sensor_new(const SensorOptions *o, SensorRules *rules, Sensor **ret, Error *err);
/* Attaches: events are made from here on. Hooks that the kernel does not offer are in *ret_missing, a list of words ("" when all are there), which the sensor owns. */
int sensor_arm(Sensor *s, const char **ret_missing, Error *err);
/* Becomes readable when there are events. */
int sensor_fd(const Sensor *s);
/* Becomes readable when addresses of domain names have come: sensor_take_names(), before events are looked at. -1: there is nothing to wait for. */
int sensor_names_fd(const Sensor *s);
void sensor_take_names(Sensor *s);
/* What there was to read: nothing, some events, or so many that there may be more at once. */
enum { SENSOR_QUIET, SENSOR_SOME, SENSOR_MORE };
/* Evaluates the events there are, at most some thousand of them; returns one of these. */
int sensor_consume(Sensor *s, Error *err);
/* The last call: evaluates what is left, and says what was lost since it was last said. What it has no time for is counted. */
enum { SENSOR_FINISH_S = 3 };
int sensor_finish(Sensor *s, Error *err);
/* Other rules from here on: events that were made before are evaluated with the old ones, and none is lost. Takes them over. */
int sensor_set_rules(Sensor *s, SensorRules *rules, Error *err);
/* As loader_hooks(). */
size_t sensor_hooks(const Sensor *s, LoaderHook *ret, size_t max);
void sensor_totals(const Sensor *s, SensorTotals *ret);
void sensor_free(Sensor *s);
DEFINE_CLEANUP(Sensor, sensor_free, sensor_freep);
