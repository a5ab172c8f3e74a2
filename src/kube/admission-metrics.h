/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted of decisions, and its text for Prometheus (text format 0.0.4, https://prometheus.io/docs/instrumenting/exposition_formats/). */
#pragma once

#include <stdatomic.h>

#include "base/metrics.h"
#include "kube/admission.h"

enum { METRIC_BUCKETS = 12 };

typedef struct AdmissionMetrics {
    _Atomic uint64_t decisions[RULE_ACTION_N_][ADMISSION_MODE_N_]; /* by verdict and mode */
    _Atomic uint64_t refused, skipped, changed, malformed, unjudged, undecided, broken;
    _Atomic uint64_t buckets[METRIC_BUCKETS + 1], nanoseconds;
    _Atomic int64_t in_flight;
} AdmissionMetrics;

void metrics_begin(AdmissionMetrics *m);
void metrics_end(AdmissionMetrics *m);
void metrics_malformed(AdmissionMetrics *m);
/* `took` in nanoseconds. */
void metrics_decided(AdmissionMetrics *m, const AdmissionDecision *d, int64_t took);
void metrics_write(AdmissionMetrics *m, Buf *out);
