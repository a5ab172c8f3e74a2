/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/str.h"

/* Ordered: a larger value is worse. */
typedef enum Severity {
    SEVERITY_UNKNOWN,
    SEVERITY_NEGLIGIBLE,
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL,
    SEVERITY_N_,
} Severity;

/* "CRITICAL" …; never NULL. */
const char *severity_name(Severity s);
/* Any case, and the words vendors use (important -> HIGH, moderate -> MEDIUM, unimportant/negligible/none …). -EINVAL. */
int severity_parse(Str s, Severity *ret);
