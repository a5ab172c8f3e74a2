/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `plimsoll sensor` share. */
#pragma once

#include "cmd/cli.h"
#include "cmd/policy.h"
#include "deliver/deliver.h"
#include "runtime/sensor.h"

/* Rules of the command line, as they are now. */
typedef struct SensorLoaded {
    PolicyChosen policy;
    Vec(Rule) chosen;        /* its rules with the priorities that it gives them, one for each of its entries */
    Vec(Rule *) enabled;     /* those of them that the sensor works with: the first entry of each rule */
    SensorRules *rules;      /* NULL: handed to the sensor */
    int64_t since;           /* when they were read */
    size_t n_rules, n_never; /* of source syscall; those of them that can never fire */
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

/* --status-socket */
extern const Option sensor_socket_options[];

/* Watches until it is told to stop: an exit code. */
int sensor_watch(Cli *cli, SensorOptions *o);
/* Gives up what an armed sensor does not need: in two steps, for threads inherit the first one. */
int sensor_confine_self(Error *err);
int sensor_confine_threads(Error *err);

/* What the status is made of. */
typedef struct SensorView {
    const Sensor *sensor;
    const Deliver *deliver;
    int64_t since, rules_since; /* seconds since 1970 */
    uint64_t n_rules, n_never, failed_reloads, held;
} SensorView;

enum { SENSOR_HOOKS_MAX = 64 };

void sensor_report_json(const SensorView *v, Buf *out);
void sensor_report_metrics(const SensorView *v, Buf *out);

typedef struct SensorSocket {
    int fd, lock;
    char *path;
} SensorSocket;
/* Is it short enough for a socket? -EINVAL. */
int sensor_socket_check(Str path, Error *err);
/* Listens at `path`, whose directory is made. -EBUSY: another sensor does; -EEXIST: something else stands there. ret->fd and ret->lock are -1 before, and closed by sensor_socket_close() in any case. */
int sensor_socket_open(const char *path, SensorSocket *ret, Error *err);
/* Tells whoever has connected; to be called when `fd` is readable. */
void sensor_socket_answer(const SensorSocket *s, Str text);
void sensor_socket_close(SensorSocket *s);
/* The answer of the sensor that listens there. -ENOENT, -ECONNREFUSED: there is none. */
int sensor_socket_ask(const char *path, Buf *ret, Error *err);

/* /metrics for Prometheus. */
typedef struct SensorMetrics SensorMetrics;
int sensor_metrics_open(const char *address, SensorMetrics **ret, Error *err);
int sensor_metrics_start(SensorMetrics *m, Error *err);
unsigned sensor_metrics_port(const SensorMetrics *m);
/* Becomes readable when somebody asks: sensor_metrics_answer() is to be called. */
int sensor_metrics_fd(const SensorMetrics *m);
void sensor_metrics_answer(SensorMetrics *m, const SensorView *v);
void sensor_metrics_free(SensorMetrics *m);
