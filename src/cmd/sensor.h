/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `plimsoll sensor` share. */
#pragma once

#include "cmd/policy.h"
#include "runtime/sensor.h"

/* Rules of the command line, as they are now. */
typedef struct SensorLoaded {
    PolicyChosen policy;
    Vec(Rule) chosen;        /* its rules with the priorities that it gives them, one for each of its entries */
    Vec(Rule *) enabled;     /* those of them that the sensor works with: the first entry of each rule */
    SensorRules *rules;      /* NULL: handed to the sensor */
} SensorLoaded;

/* 0, or an exit code with the messages printed. */
int sensor_load(Cli *cli, SensorLoaded **ret);
void sensor_loaded_free(SensorLoaded *l);

/* Reads rules again in a thread of its own, so that events go on being read. */
typedef struct SensorReload SensorReload;
int sensor_reload_new(Cli *cli, SensorReload **ret, Error *err);
/* Begins, or begins again when it is under way. */
void sensor_reload_begin(SensorReload *r);
/* Becomes readable when rules were read. */
int sensor_reload_fd(const SensorReload *r);
/* What was read, which the caller frees; NULL: they are faulty, which was said. */
SensorLoaded *sensor_reload_take(SensorReload *r);
void sensor_reload_free(SensorReload *r);
DEFINE_CLEANUP(SensorReload, sensor_reload_free, sensor_reload_freep);

/* Watches until it is told to stop: an exit code. */
int sensor_watch(Cli *cli, SensorOptions *o);
