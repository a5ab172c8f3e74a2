/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/admission-service.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/time.h"
#include "kube/admission-metrics.h"
#include "policy/program.h"

/* Memory for one review: the tree of the largest body with room. Most take a few hundred kilobytes. */
enum { REVIEW_BYTES = 96 << 20 };

/* What one review needs; reused, for it is large. */
typedef struct Desk {
    Evaluator *evaluator;
    AdmissionDecision decision;
    struct Desk *next;
} Desk;

struct AdmissionService {
    AdmissionServiceOptions o;
    pthread_mutex_t lock;    /* of `free` */
    Desk *free;
    AdmissionMetrics metrics;
    HttpServer *http;
    TlsServer *tls;
    LineLog *log;            /* of decisions; NULL: none */
    _Atomic bool ready;
};

static Desk *desk_new(void) {
    Desk *d = xcalloc(1, sizeof(*d));
    d->evaluator = evaluator_new();
    return d;
}

static Desk *desk_take(AdmissionService *s) {
    pthread_mutex_lock(&s->lock);
    Desk *d = s->free;
    if (d)
        s->free = d->next;
    pthread_mutex_unlock(&s->lock);
    return d ? d : desk_new();
}

static void desk_back(AdmissionService *s, Desk *d) {
    pthread_mutex_lock(&s->lock);
    d->next = s->free;
    s->free = d;
    pthread_mutex_unlock(&s->lock);
}

AdmissionService *admission_service_new(const AdmissionServiceOptions *o) {
    AdmissionService *s = xcalloc(1, sizeof(*s));
    s->o = *o;
    pthread_mutex_init(&s->lock, NULL);
    for (unsigned i = 0; i < o->threads; i++)
        desk_back(s, desk_new());
    return s;
}

void admission_service_free(AdmissionService *s) {
    for (Desk *d = s->free, *next; d; d = next) {
        next = d->next;
        evaluator_free(d->evaluator);
        free(d);
    }
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void admission_service_watch(AdmissionService *s, HttpServer *http, TlsServer *tls, LineLog *log) {
    s->http = http;
    s->tls = tls;
    s->log = log;
}

void admission_service_ready(AdmissionService *s, bool ready) {
    s->ready = ready;
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t) t.tv_sec * 1000000000 + t.tv_nsec;
}

/* A review that is none. Whose uid is known is answered as the fail mode says; else only the status is left to say it, and the API server's failurePolicy decides. */
static void malformed(AdmissionService *s, const AdmissionReview *q, const Diag *d, int r, Desk *desk, HttpAnswer *a) {
    AdmissionDecision *x = &desk->decision;
    _cleanup_free_ char *text = d->items.n ? diag_item_text(&d->items.p[0]) : xstrdup("the review cannot be read");
    metrics_malformed(&s->metrics);
    if (!q->uid.n) {
        a->status = r == -E2BIG ? 413 : 400;
        buf_printf(&a->body, "%s\n", text);
        return;
    }
    *x = (AdmissionDecision) {.allowed = s->o.config->fail_open, .verdict = RULE_ALLOW, .error = str_from(text)};
    a->content_type = "application/json";
    admission_answer(s->o.config, q, x, &a->body);
}

static void review(AdmissionService *s, const HttpServed *q, Desk *desk, HttpAnswer *a) {
    _cleanup_(arena_done) Arena arena = {.max = REVIEW_BYTES};
    _cleanup_(diag_done) Diag d = {0};
    AdmissionReview r;
    int x = admission_read(q->body, &arena, &d, &r);
    if (x < 0) {
        malformed(s, &r, &d, x, desk, a);
        return;
    }
    admission_decide(s->o.config, &r, q->began, desk->evaluator, &arena, &desk->decision);
    a->content_type = "application/json";
    admission_answer(s->o.config, &r, &desk->decision, &a->body);
    int64_t took = now_ns() - q->began;
    metrics_decided(&s->metrics, &desk->decision, took);
    if (s->log) {
        _cleanup_(buf_done) Buf line = buf_new(1 << 20);
        admission_record(s->o.config, &r, &desk->decision, time_now(), took, &line);
        line_log_add(s->log, buf_view(&line));
    }
}

static void serve_validate(void *userdata, const HttpServed *q, HttpAnswer *a) {
    AdmissionService *s = userdata;
    Str type = q->content_type, rest;
    str_cut(type, ';', &type, &rest);
    if (!str_ieq(str_trim(type), STR("application/json"))) {
        a->status = 415;
        buf_putz(&a->body, "expected Content-Type application/json\n");
        return;
    }
    Desk *desk = desk_take(s);
    metrics_begin(&s->metrics);
    review(s, q, desk, a);
    metrics_end(&s->metrics);
    desk_back(s, desk);
}

static void serve_healthz(void *userdata, const HttpServed *q, HttpAnswer *a) {
    buf_putz(&a->body, "ok\n");
}

static void serve_readyz(void *userdata, const HttpServed *q, HttpAnswer *a) {
    AdmissionService *s = userdata;
    const char *why = !s->ready ? "not ready: starting, or about to end\n" : s->tls && tls_server_expires(s->tls) < time(NULL) ? "not ready: the certificate has expired\n" : NULL;
    a->status = why ? 503 : 200;
    buf_putz(&a->body, why ? why : "ok\n");
}

static void serve_metrics(void *userdata, const HttpServed *q, HttpAnswer *a) {
    AdmissionService *s = userdata;
    a->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_write(&s->metrics, &a->body);
    if (s->log)
        metrics_counter(&a->body, "plimsoll_admission_log_dropped_total", "Lines of the decision log that were lost because nobody read it fast enough", line_log_dropped(s->log));
    if (s->tls)
        metrics_gauge(&a->body, "plimsoll_admission_certificate_expires_seconds", "When the server's certificate ends, in seconds since 1970", tls_server_expires(s->tls));
    if (!s->http)
        return;
    HttpServerCounts c = http_server_counts(s->http);
    metrics_gauge(&a->body, "plimsoll_http_connections", "Open connections", (int64_t) c.connections);
    metrics_gauge(&a->body, "plimsoll_http_requests_in_flight", "Requests being read or answered", (int64_t) c.requests);
    metrics_counter(&a->body, "plimsoll_http_connections_total", "Connections so far", c.accepted);
    metrics_counter(&a->body, "plimsoll_http_connections_cut_total", "Connections cut off for their slowness", c.cut);
    metrics_counter(&a->body, "plimsoll_http_refused_total", "Requests that were refused before they were looked at: path, size, certificate, too many at once", c.refused);
}

const HttpRoute admission_routes[] = {
    {"POST", "/validate", HTTP_CLIENT, ADMISSION_BODY_MAX, serve_validate, "Admission reviews"},
    {"GET", "/healthz", HTTP_ANYONE, 0, serve_healthz, "Is the process alive?"},
    {"GET", "/readyz", HTTP_ANYONE, 0, serve_readyz, "Can it answer reviews?"},
    {"GET", "/metrics", HTTP_ANYONE, 0, serve_metrics, "Counters in Prometheus' text format"},
    {0},
};
