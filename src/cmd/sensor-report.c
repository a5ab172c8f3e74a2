/* SPDX-License-Identifier: Apache-2.0 */
/* What a running sensor says of itself, as JSON and as metrics. */
#include "base/metrics.h"
#include "base/time.h"
#include "cmd/sensor.h"
#include "parse/json-write.h"
#include "plimsoll-version.h"
#include "runtime/kind.h"

/* What cannot be seen, by the hook that would see it. */
static const struct {
    const char *hook, *text;
} unseen[] = {
#define UNSEEN(hook, text) {hook, text},
#include "runtime/coverage.list.h"
#undef UNSEEN
};

/* Programs do not run inside of each other on one processor. */
#define LEFT_OUT "programs that the kernel left out"

static void json_time(JsonWriter *w, const char *key, int64_t t) {
    char date[TIME_TEXT_MAX];
    json_strz(w, key, time_format(t, date));
}

static bool is_missing(const LoaderHook *hooks, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(hooks[i].name, name) == 0)
            return !hooks[i].attached;
    return true;
}

static void write_hooks(JsonWriter *w, const SensorView *v, bool unfiltered) {
    LoaderHook hooks[SENSOR_HOOKS_MAX];
    size_t n = sensor_hooks(v->sensor, hooks, ARRAY_SIZE(hooks));
    json_list(w, "hooks");
    for (size_t i = 0; i < n; i++) {
        json_map(w, NULL);
        json_strz(w, "name", hooks[i].name);
        if (hooks[i].as)
            json_strz(w, "as", hooks[i].as);
        json_bool(w, "attached", hooks[i].attached);
        json_end(w);
    }
    json_end(w);
    json_list(w, "not_seen");
    for (size_t i = 0; i < ARRAY_SIZE(unseen); i++)
        if (!unseen[i].hook || is_missing(hooks, n, unseen[i].hook))
            json_strz(w, NULL, unseen[i].text);
    json_end(w);
    json_bool(w, "names_in_kernel", !unfiltered);
}

static void write_losses(JsonWriter *w, const SensorTotals *t) {
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    json_list(w, "losses");
    for (size_t c = 0; c < WIRE_CAUSES; c++)
        for (size_t i = 0; i < n; i++)
            if (t->kernel.lost[c][i]) {
                json_map(w, NULL);
                json_strz(w, "cause", loader_cause((enum WireCause) c));
                json_strz(w, "kind", kinds[i].name);
                json_u64(w, "events", t->kernel.lost[c][i]);
                json_end(w);
            }
    const struct {
        const char *cause;
        uint64_t n;
    } others[] = {{LEFT_OUT, t->kernel.missed}, {"not readable", t->unknown}};
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        if (others[i].n) {
            json_map(w, NULL);
            json_strz(w, "cause", others[i].cause);
            json_strz(w, "kind", "any");
            json_u64(w, "events", others[i].n);
            json_end(w);
        }
    json_end(w);
}

typedef struct Sums {
    uint64_t sent, settled, lost;
} Sums;

static Sums sums_of(const SensorTotals *t) {
    Sums s = {.lost = t->kernel.missed + t->unknown + t->unread};
    for (size_t i = 0; i < WIRE_KINDS; i++) {
        s.sent += t->kernel.seen[i];
        s.settled += t->kernel.settled[i];
        for (size_t c = 0; c < WIRE_CAUSES; c++)
            s.lost += t->kernel.lost[c][i];
    }
    return s;
}

static void write_outputs(JsonWriter *w, const Deliver *d) {
    json_list(w, "outputs");
    for (size_t i = 0; i < deliver_count(d); i++) {
        DeliverState s;
        deliver_state(d, i, &s);
        json_map(w, NULL);
        json_strz(w, "name", s.name);
        json_strz(w, "kind", s.kind);
        json_str_opt(w, "target", str_from(s.target));
        json_bool(w, "works", s.since == 0);
        if (s.since) {
            json_strz(w, "problem", s.problem);
            json_time(w, "problem_since", s.since);
        }
        json_u64(w, "sent", s.sent);
        json_u64(w, "waiting", s.waiting);
        json_u64(w, "lost", s.lost);
        json_u64(w, "refused", s.refused);
        json_u64(w, "failures", s.failures);
        if (s.spool_max) {
            json_u64(w, "spool_bytes", s.spool_bytes);
            json_u64(w, "spool_max", s.spool_max);
        }
        json_end(w);
    }
    json_end(w);
}

void sensor_report_json(const SensorView *v, Buf *out) {
    SensorTotals t;
    sensor_totals(v->sensor, &t);
    const Sums sums = sums_of(&t);
    JsonWriter w = json_writer(out, true);
    json_map(&w, NULL);
    json_strz(&w, "version", PLIMSOLL_VERSION);
    json_i64(&w, "pid", getpid());
    json_time(&w, "since", v->since);
    json_map(&w, "rules");
    json_u64(&w, "loaded", v->n_rules);
    json_u64(&w, "never_fire", v->n_never);
    json_time(&w, "since", v->rules_since);
    json_u64(&w, "failed_reloads", v->failed_reloads);
    json_end(&w);
    write_hooks(&w, v, t.kernel.unfiltered);
    json_map(&w, "events");
    json_u64(&w, "looked_at", sums.sent + sums.settled);
    json_u64(&w, "settled_in_kernel", sums.settled);
    json_u64(&w, "sent", sums.sent);
    json_u64(&w, "received", t.events);
    json_u64(&w, "lost", sums.lost);
    json_u64(&w, "over_limits", t.limited);
    json_u64(&w, "windows_forgotten", t.forgotten);
    json_u64(&w, "loss_counters", t.loss_counters);
    json_u64(&w, "loss_counters_max", WIRE_LOSSES);
    json_end(&w);
    write_losses(&w, &t);
    json_map(&w, "executions");
    json_u64(&w, "remembered", t.executions);
    json_u64(&w, "forgotten", t.executions_forgotten);
    json_end(&w);
    json_map(&w, "domains");
    json_u64(&w, "names", t.domains.names);
    json_u64(&w, "known", t.domains.known);
    json_u64(&w, "restarts", t.domains.restarts);
    json_bool(&w, "looked_up", !t.domains.dead);
    json_end(&w);
    json_map(&w, "alerts");
    json_u64(&w, "raised", t.alerts);
    json_u64(&w, "held_back", v->held);
    json_end(&w);
    write_outputs(&w, v->deliver);
    json_end(&w);
    buf_putc(out, '\n');
}

static void per_output(Buf *out, const Deliver *d, const char *name, const char *help, const char *type, uint64_t (*get)(const DeliverState *s)) {
    metrics_head(out, name, help, type);
    for (size_t i = 0; i < deliver_count(d); i++) {
        DeliverState s;
        deliver_state(d, i, &s);
        buf_printf(out, "%s{output=\"", name);
        metrics_label(out, str_from(s.name));
        buf_printf(out, "\"} %llu\n", (unsigned long long) get(&s));
    }
}

static uint64_t sent(const DeliverState *s) {
    return s->sent;
}
static uint64_t lost(const DeliverState *s) {
    return s->lost;
}
static uint64_t refused(const DeliverState *s) {
    return s->refused;
}
static uint64_t waiting(const DeliverState *s) {
    return s->waiting;
}
static uint64_t works(const DeliverState *s) {
    return s->since == 0;
}

static void losses_by_cause(Buf *out, const SensorTotals *t) {
    static const char name[] = "plimsoll_sensor_events_lost_total";
    size_t n;
    const Kind *kinds = sensor_kinds(&n);
    metrics_head(out, name, "Events that were made and did not arrive", "counter");
    for (size_t c = 0; c < WIRE_CAUSES; c++)
        for (size_t i = 0; i < n; i++)
            if (t->kernel.lost[c][i])
                buf_printf(out, "%s{cause=\"%s\",kind=\"%s\"} %llu\n", name, loader_cause((enum WireCause) c), kinds[i].name, (unsigned long long) t->kernel.lost[c][i]);
    buf_printf(out, "%s{cause=\"" LEFT_OUT "\",kind=\"any\"} %llu\n%s{cause=\"not readable\",kind=\"any\"} %llu\n", name, (unsigned long long) t->kernel.missed, name,
               (unsigned long long) t->unknown);
}

void sensor_report_metrics(const SensorView *v, Buf *out) {
    SensorTotals t;
    sensor_totals(v->sensor, &t);
    const Sums sums = sums_of(&t);
    LoaderHook hooks[SENSOR_HOOKS_MAX];
    size_t n = sensor_hooks(v->sensor, hooks, ARRAY_SIZE(hooks));
    metrics_gauge(out, "plimsoll_sensor_start_time_seconds", "When the sensor was started", v->since);
    metrics_gauge(out, "plimsoll_sensor_rules", "Rules on system calls that are loaded", (int64_t) v->n_rules);
    metrics_gauge(out, "plimsoll_sensor_rules_time_seconds", "When these rules were read", v->rules_since);
    metrics_counter(out, "plimsoll_sensor_rules_failed_total", "Times that rules could not be read anew", v->failed_reloads);
    metrics_head(out, "plimsoll_sensor_hook_attached", "Hooks in the kernel: 1 is attached", "gauge");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "plimsoll_sensor_hook_attached{hook=\"%s\"} %d\n", hooks[i].name, hooks[i].attached);
    metrics_counter(out, "plimsoll_sensor_calls_settled_total", "Calls of which the kernel found out that no rule is about them", sums.settled);
    metrics_counter(out, "plimsoll_sensor_events_total", "Events that the kernel sent", sums.sent);
    losses_by_cause(out, &t);
    metrics_counter(out, "plimsoll_sensor_alerts_total", "Rules that fired", t.alerts);
    metrics_counter(out, "plimsoll_sensor_alerts_held_back_total", "Alerts that a limit or grouping held back", v->held);
    metrics_counter(out, "plimsoll_sensor_evaluations_limited_total", "Evaluations of rules that a limit ended", t.limited);
    metrics_counter(out, "plimsoll_sensor_domain_lookup_restarts_total", "Times that the process which looks up the domain names of rules ended and was begun anew", t.domains.restarts);
    metrics_gauge(out, "plimsoll_sensor_domain_lookup_works", "1: domain names of rules are looked up", !t.domains.dead);
    metrics_counter(out, "plimsoll_sensor_windows_forgotten_total", "Keys of thresholds and sequences that made room for others", t.forgotten);
    metrics_gauge(out, "plimsoll_sensor_executions", "Executions that are remembered: of those that processes run, and of those that ended a moment ago", (int64_t) t.executions);
    metrics_counter(out, "plimsoll_sensor_executions_forgotten_total", "Executions that made room for others though a process may still have run them", t.executions_forgotten);
    metrics_gauge(out, "plimsoll_sensor_loss_counters", "Losses that are told apart, by container, kind and cause", (int64_t) t.loss_counters);
    per_output(out, v->deliver, "plimsoll_alerts_sent_total", "Alerts that the receiver has", "counter", sent);
    per_output(out, v->deliver, "plimsoll_alerts_lost_total", "Alerts that did not reach the receiver", "counter", lost);
    per_output(out, v->deliver, "plimsoll_alerts_refused_total", "Alerts that the receiver did not want", "counter", refused);
    per_output(out, v->deliver, "plimsoll_alerts_waiting", "Alerts that wait in the queue and in the spool", "gauge", waiting);
    per_output(out, v->deliver, "plimsoll_output_works", "1: the last attempt succeeded", "gauge", works);
}
