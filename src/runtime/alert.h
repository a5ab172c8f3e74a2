/* SPDX-License-Identifier: Apache-2.0 */
/* One line for one rule that fired, as Falco writes it. */
#pragma once

#include "policy/program.h"
#include "runtime/event.h"

typedef enum AlertFormat { ALERT_TEXT, ALERT_JSON } AlertFormat;

/* Appends the line without a "\n". `hostname` is for JSON. */
void alert_write(AlertFormat format, const Rule *r, const Event *e, const Subject *s, Evaluator *v, Str hostname, Buf *out);
