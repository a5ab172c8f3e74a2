/* SPDX-License-Identifier: Apache-2.0 */
/* The sensor: events of the kernel, rules on them, alerts. One thread; it returns when it is told to stop. */
#pragma once

#include "policy/matcher.h"
#include "runtime/alert.h"
#include "runtime/loader.h"

typedef struct SensorOptions {
    Rule *const *rules;       /* of all sources; those of source syscall count */
    size_t n_rules;
    bool first_match;
    bool strict_falco;        /* files have one name, Falco's */
    AlertFormat format;
    uint32_t ring_bytes;      /* 0: as built */
    /* A line for people about what goes on: "armed", hooks that are missing. */
    void (*say)(void *userdata, const char *text);
    /* One alert with its "\n"; a negative result ends the sensor. */
    int (*alert)(void *userdata, Str line);
    void *userdata;
    int stop;                 /* a descriptor that becomes readable when it is to stop */
} SensorOptions;

typedef struct SensorTotals {
    uint64_t events, alerts, unknown; /* taken from the rings; lines written; that were no events of ours */
    uint64_t limited;         /* evaluations that a limit ended */
    LoaderCounts kernel;
} SensorTotals;

/* Is the sensor in this build? */
bool sensor_built(void);
/* Attaches, says "armed", and runs until `stop`. 0, or -errno with `err`. Totals are set in any case. */
int sensor_run(const SensorOptions *o, SensorTotals *ret, Error *err);
