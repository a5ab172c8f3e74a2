/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/audit-service.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"
#include "base/time.h"
#include "kube/admission-metrics.h"
#include "parse/json-write.h"

/* Batches that wait; users of whom is known what they did, 2 KiB each. */
enum { WAITING_MAX = 24 << 20, USERS_MAX = 10000, RECORD_MAX = 2 << 20 };

typedef struct Waiting {
    struct Waiting *next;
    size_t n;
    char body[];
} Waiting;

struct AuditService {
    AuditServiceOptions o;
    pthread_t thread;
    pthread_mutex_t lock;    /* of all up to `ending` */
    pthread_cond_t more;
    Waiting *first, **last;
    size_t waiting;          /* bytes */
    bool ending;
    /* Of the thread. */
    Evaluator *evaluator;
    AuditMemory memory;
    const Policy *policy;    /* while a batch is judged */
    _Atomic uint64_t batches, events, bad_batches, bad_events, deferred, forgotten, alerts[PRIORITY_N_];
};

static void say_bad(AuditService *s, Str why) {
    char when[TIME_TEXT_MAX];
    if (!s->o.log)
        return;
    _cleanup_(buf_done) Buf line = buf_new(RECORD_MAX);
    JsonWriter w = json_writer(&line, false);
    json_map(&w, NULL);
    json_strz(&w, "time", time_format(time_now(), when));
    json_str(&w, "error", why);
    json_end(&w);
    line_log_add(s->o.log, buf_view(&line));
}

static void alert(void *userdata, const AuditEvent *e, const PolicyHit *h, Str output) {
    AuditService *s = userdata;
    s->alerts[h->rule->priority] += !h->exception;
    if (!s->o.log)
        return;
    _cleanup_(buf_done) Buf line = buf_new(RECORD_MAX);
    audit_alert_record(s->policy, e, h, output, &line);
    line_log_add(s->o.log, buf_view(&line));
}

static void bad(void *userdata, Str why) {
    AuditService *s = userdata;
    s->bad_events++;
    say_bad(s, why);
}

typedef struct Judging {
    AuditService *service;
    Str body;
} Judging;

static void judge(void *userdata, const Policy *policy, const PolicyContext *context) {
    _cleanup_error_ Error err = {0};
    const Judging *j = userdata;
    AuditService *s = j->service;
    size_t events = 0;
    s->policy = policy;
    const AuditBatch b = {.policy = policy, .context = context, .evaluator = s->evaluator, .memory = &s->memory, .alert = alert, .bad = bad, .userdata = s};
    int r = audit_batch(&b, j->body, &events, &err);
    s->batches++;
    s->events += events;
    s->forgotten = s->memory.forgotten;
    if (r < 0) {
        s->bad_batches++;
        say_bad(s, str_from(error_text(&err, r)));
    }
}

static void *work(void *p) {
    AuditService *s = p;
    pthread_mutex_lock(&s->lock);
    while (!s->ending || s->first) {
        Waiting *w = s->first;
        if (!w) {
            pthread_cond_wait(&s->more, &s->lock);
            continue;
        }
        s->first = w->next;
        if (!s->first)
            s->last = &s->first;
        pthread_mutex_unlock(&s->lock);
        Judging j = {s, str_n(w->body, w->n)};
        s->o.rules(s->o.owner, judge, &j);
        pthread_mutex_lock(&s->lock);
        s->waiting -= w->n;
        free(w);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

static void done(AuditService *s) {
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->more);
    evaluator_free(s->evaluator);
    audit_memory_done(&s->memory);
    free(s);
}

int audit_service_start(const AuditServiceOptions *o, AuditService **ret, Error *err) {
    AuditService *s = xcalloc(1, sizeof(*s));
    s->o = *o;
    s->last = &s->first;
    s->evaluator = evaluator_new();
    s->memory.max = USERS_MAX;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    int r = -pthread_create(&s->thread, NULL, work, s);
    if (r < 0) {
        done(s);
        return error_errno(err, r, "starting the thread of audit events");
    }
    *ret = s;
    return 0;
}

void audit_service_stop(AuditService *s) {
    pthread_mutex_lock(&s->lock);
    s->ending = true;
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    done(s);
}

static bool put(AuditService *s, Str body) {
    pthread_mutex_lock(&s->lock);
    bool fits = s->waiting + body.n <= WAITING_MAX;
    if (fits)
        s->waiting += body.n;
    pthread_mutex_unlock(&s->lock);
    if (!fits)
        return false;
    Waiting *w = xmalloc(sizeof(*w) + body.n);
    w->next = NULL;
    w->n = body.n;
    memcpy(w->body, body.p, body.n);
    pthread_mutex_lock(&s->lock);
    *s->last = w;
    s->last = &w->next;
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->lock);
    return true;
}

void audit_service_serve(AuditService *s, const HttpServed *q, HttpAnswer *a) {
    if (!http_takes_json(q, a))
        return;
    if (!str_starts(str_trim(q->body), STR("{"))) {
        a->status = 400;
        s->bad_batches++;
        buf_putz(&a->body, "expected an EventList of audit.k8s.io\n");
    } else if (!put(s, q->body)) {
        a->status = 429;
        s->deferred++;
        buf_putz(&a->body, "too many events wait: come again\n");
    }
}

void audit_service_metrics(AuditService *s, Buf *out) {
    pthread_mutex_lock(&s->lock);
    size_t waiting = s->waiting;
    pthread_mutex_unlock(&s->lock);
    metrics_head(out, "plimsoll_audit_alerts_total", "Alerts of audit events by the priority of their rule, without those that are excepted", "counter");
    for (Priority p = 0; p < PRIORITY_N_; p++)
        buf_printf(out, "plimsoll_audit_alerts_total{priority=\"%s\"} %llu\n", priority_name(p), (unsigned long long) s->alerts[p]);
    metrics_counter(out, "plimsoll_audit_batches_total", "Batches of audit events that were looked at", s->batches);
    metrics_counter(out, "plimsoll_audit_events_total", "Audit events that were looked at", s->events);
    metrics_counter(out, "plimsoll_audit_bad_batches_total", "Batches that were no list of events, or not to their end", s->bad_batches);
    metrics_counter(out, "plimsoll_audit_bad_events_total", "Events that could not be read", s->bad_events);
    metrics_counter(out, "plimsoll_audit_deferred_total", "Batches that were told to come again, for too many were waiting", s->deferred);
    metrics_counter(out, "plimsoll_audit_uncounted_total", "Events of users of whom nothing is counted, for there were too many of them", s->forgotten);
    metrics_gauge(out, "plimsoll_audit_waiting_bytes", "Bytes of the batches that wait", (int64_t) waiting);
    if (s->o.log) {
        metrics_counter(out, "plimsoll_audit_log_dropped_total", "Lines of the log of alerts that were lost: nobody read it fast enough, or it could not be written for too long", line_log_dropped(s->o.log));
        metrics_gauge(out, "plimsoll_audit_log_failed", "1 while the log of alerts cannot be written: lines wait in memory", line_log_failed(s->o.log) < 0);
    }
}
