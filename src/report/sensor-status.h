/* SPDX-License-Identifier: Apache-2.0 */
/* What a running sensor answers, as text. */
#pragma once

#include "base/buf.h"
#include "parse/node.h"

/* `status` is the answer of the sensor (src/cmd/sensor-report.c); what is missing in it or of another type is 0 or empty. Lines are cut to `width` characters where they are of a table. */
void sensor_status_text(const Node *status, unsigned width, Buf *out);
