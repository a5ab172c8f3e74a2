/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics as text for Prometheus (text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/). */
#pragma once

#include "base/buf.h"

/* What stands before the samples of a metric. `type`: "counter", "gauge", "histogram". */
void metrics_head(Buf *out, const char *name, const char *help, const char *type);
void metrics_counter(Buf *out, const char *name, const char *help, uint64_t value);
void metrics_gauge(Buf *out, const char *name, const char *help, int64_t value);
/* A value between the quotes of a label. */
void metrics_label(Buf *out, Str value);
