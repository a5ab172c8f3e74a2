/* SPDX-License-Identifier: Apache-2.0 */
/* In place of the sensor where it is not built: -Dsensor=disabled, or what it needs was not there. */
#include "runtime/sensor.h"

bool sensor_built(void) {
    return false;
}

SensorRules *sensor_rules_new(Rule *const *rules, size_t n) {
    return NULL;
}

size_t sensor_rules_never(const SensorRules *r, Rule *const *rules, size_t n, bool *ret) {
    return 0;
}

void sensor_rules_free(SensorRules *r) {
}

static int absent(Error *err) {
    return error_set(err, -EOPNOTSUPP, "this program was built without the sensor");
}

int sensor_new(const SensorOptions *o, SensorRules *rules, Sensor **ret, Error *err) {
    return absent(err);
}

int sensor_arm(Sensor *s, const char **ret_missing, Error *err) {
    return absent(err);
}

int sensor_fd(const Sensor *s) {
    return -EOPNOTSUPP;
}

int sensor_consume(Sensor *s, Error *err) {
    return absent(err);
}

int sensor_finish(Sensor *s, Error *err) {
    return absent(err);
}

int sensor_set_rules(Sensor *s, SensorRules *rules, Error *err) {
    return absent(err);
}

size_t sensor_hooks(const Sensor *s, LoaderHook *ret, size_t max) {
    return 0;
}

void sensor_totals(const Sensor *s, SensorTotals *ret) {
    *ret = (SensorTotals) {0};
}

void sensor_free(Sensor *s) {
}

const char *loader_cause(enum WireCause cause) {
    return "unknown";
}
