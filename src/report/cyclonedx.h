/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the CycloneDX writer. */
#pragma once

#include "model/report.h"
#include "parse/json-write.h"

/* One {name, value} of a "properties" list. */
void cyclonedx_property(JsonWriter *w, const char *name, Str value);
/* The format has room for 1,024 characters. */
static inline Str cyclonedx_version(Str version) {
    return str_head(version, 1024);
}
/* cyclonedx-vulnerabilities.c: the "vulnerabilities" list. */
void cyclonedx_vulnerabilities(JsonWriter *w, const Report *r);
