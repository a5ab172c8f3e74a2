/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/admission-metrics.h"

static const struct {
    int64_t ns;
    const char *le;
} buckets[METRIC_BUCKETS] = {
    {50000, "0.00005"}, {100000, "0.0001"}, {250000, "0.00025"}, {500000, "0.0005"}, {1000000, "0.001"}, {2500000, "0.0025"},
    {5000000, "0.005"}, {10000000, "0.01"}, {50000000, "0.05"}, {100000000, "0.1"}, {500000000, "0.5"}, {1000000000, "1"},
};

void metrics_begin(AdmissionMetrics *m) {
    m->in_flight++;
}

void metrics_end(AdmissionMetrics *m) {
    m->in_flight--;
}

void metrics_malformed(AdmissionMetrics *m) {
    m->malformed++;
}

void metrics_decided(AdmissionMetrics *m, const AdmissionDecision *d, int64_t took) {
    size_t i = 0;
    while (i < METRIC_BUCKETS && took > buckets[i].ns)
        i++;
    m->buckets[i]++;
    m->nanoseconds += (uint64_t) MAX(took, (int64_t) 0);
    if (d->skipped)
        m->skipped++;
    else
        m->decisions[d->verdict][d->mode]++;
    m->changed += d->patch.n > 0;
    m->refused += !d->allowed;
    m->unjudged += d->error.n > 0;
    m->undecided += d->late > 0;
    m->broken += d->broken.n > 0;
}

static void write_histogram(AdmissionMetrics *m, Buf *out) {
    static const char name[] = "plimsoll_admission_duration_seconds";
    uint64_t n = 0;
    metrics_head(out, name, "Time from the last byte of a review to its answer", "histogram");
    for (size_t i = 0; i < METRIC_BUCKETS; i++)
        buf_printf(out, "%s_bucket{le=\"%s\"} %llu\n", name, buckets[i].le, (unsigned long long) (n += m->buckets[i]));
    n += m->buckets[METRIC_BUCKETS];
    uint64_t ns = m->nanoseconds;
    buf_printf(out, "%s_bucket{le=\"+Inf\"} %llu\n%s_sum %llu.%09llu\n%s_count %llu\n", name, (unsigned long long) n, name, (unsigned long long) (ns / 1000000000),
               (unsigned long long) (ns % 1000000000), name, (unsigned long long) n);
}

void metrics_write(AdmissionMetrics *m, Buf *out) {
    static const RuleAction verdicts[] = {RULE_ALLOW, RULE_WARN, RULE_DENY};
    metrics_head(out, "plimsoll_admission_decisions_total", "Reviews by what rules said of them, and the mode of their namespace", "counter");
    for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
        for (AdmissionMode mode = 0; mode < ADMISSION_MODE_N_; mode++)
            buf_printf(out, "plimsoll_admission_decisions_total{verdict=\"%s\",mode=\"%s\"} %llu\n", rule_action_name(verdicts[i]), admission_mode_name(mode),
                       (unsigned long long) m->decisions[verdicts[i]][mode]);
    metrics_counter(out, "plimsoll_admission_refused_total", "Requests that were refused", m->refused);
    metrics_counter(out, "plimsoll_admission_changed_total", "Objects that were changed", m->changed);
    metrics_counter(out, "plimsoll_admission_skipped_total", "Requests that were not looked at: exempt namespaces, leases, deletions", m->skipped);
    metrics_counter(out, "plimsoll_admission_malformed_total", "Requests that were no admission review", m->malformed);
    metrics_counter(out, "plimsoll_admission_unjudged_total", "Objects that could not be judged", m->unjudged);
    metrics_counter(out, "plimsoll_admission_undecided_total", "Reviews with rules that were not decided within time or limits", m->undecided);
    metrics_counter(out, "plimsoll_admission_break_glass_total", "Requests that were let in by breaking the glass", m->broken);
    metrics_gauge(out, "plimsoll_admission_in_flight", "Reviews being judged", m->in_flight);
    write_histogram(m, out);
}
