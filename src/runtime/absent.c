/* SPDX-License-Identifier: Apache-2.0 */
/* In place of the sensor where it is not built: -Dsensor=disabled, or what it needs was not there. */
#include "runtime/sensor.h"

bool sensor_built(void) {
    return false;
}

int sensor_run(const SensorOptions *o, SensorTotals *ret, Error *err) {
    *ret = (SensorTotals) {0};
    return error_set(err, -EOPNOTSUPP, "this program was built without the sensor");
}

const char *loader_cause(enum WireCause cause) {
    return "unknown";
}
