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

/* What reviews share until something else takes its place. */
typedef struct Held {
    const void *p;
    void *owner;
    void (*done)(void *owner);
    size_t users;            /* and one for being the present one */
} Held;

/* Images that want a scan: what is not fetched in time is dropped, for the next review asks again. */
enum { ASKED_MAX = 1000 };

struct AdmissionService {
    AdmissionServiceOptions o;
    pthread_mutex_t lock;    /* of all up to `metrics` */
    Desk *free;
    Held *config, *images;
    Map asked;
    char *more_metrics;      /* NULL: none */
    AdmissionMetrics metrics;
    HttpServer *http;
    TlsServer *tls;
    LineLog *log;            /* of decisions; NULL: none */
    AuditService *audit;     /* NULL: none */
    const _Atomic int64_t *bundles_asked; /* NULL: there are none */
    _Atomic bool ready, images_failed;
    _Atomic uint64_t unqueued;
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

static Held *held_new(const void *p, void *owner, void (*done)(void *owner)) {
    Held *h = xcalloc(1, sizeof(*h));
    *h = (Held) {p, owner, done, 1};
    return h;
}

/* NULL stays NULL. Both under the lock. */
static Held *held_use(Held *h) {
    if (h)
        h->users++;
    return h;
}

static Held *held_leave(Held *h) {
    return h && --h->users == 0 ? h : NULL;
}

/* What held_leave() gave. */
static void held_done(Held *h) {
    if (h && h->done)
        h->done(h->owner);
    free(h);
}

static void replace(AdmissionService *s, Held **place, Held *fresh) {
    pthread_mutex_lock(&s->lock);
    Held *old = held_leave(*place);
    *place = fresh;
    pthread_mutex_unlock(&s->lock);
    held_done(old);
}

void admission_service_config(AdmissionService *s, const AdmissionConfig *c, void *owner, void (*done)(void *owner)) {
    replace(s, &s->config, held_new(c, owner, done));
}

static void images_done(void *f) {
    image_facts_free(f);
}

void admission_service_images(AdmissionService *s, ImageFacts *f) {
    replace(s, &s->images, held_new(f, f, images_done));
}

void admission_service_images_failed(AdmissionService *s, bool failed) {
    s->images_failed = failed;
}

static void ask(void *userdata, Str reference) {
    AdmissionService *s = userdata;
    bool fresh;
    pthread_mutex_lock(&s->lock);
    if (s->asked.n < ASKED_MAX)
        map_slot(&s->asked, reference, &fresh);
    else
        s->unqueued += !map_get(&s->asked, reference);
    pthread_mutex_unlock(&s->lock);
}

void admission_service_unqueued(AdmissionService *s) {
    s->unqueued++;
}

void admission_service_asked(AdmissionService *s, void (*each)(void *userdata, Str reference), void *userdata) {
    pthread_mutex_lock(&s->lock);
    Map asked = s->asked;
    s->asked = (Map) {.own_keys = true};
    pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < asked.n; i++)
        each(userdata, asked.entries[i].key);
    map_done(&asked);
}

AdmissionService *admission_service_new(const AdmissionServiceOptions *o) {
    AdmissionService *s = xcalloc(1, sizeof(*s));
    s->o = *o;
    s->asked.own_keys = true;
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
    held_done(held_leave(s->config));
    held_done(held_leave(s->images));
    map_done(&s->asked);
    free(s->more_metrics);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

void admission_service_watch(AdmissionService *s, const AdmissionWatched *w) {
    s->http = w->http;
    s->tls = w->tls;
    s->log = w->log;
    s->audit = w->audit;
    s->bundles_asked = w->bundles_asked;
}

void admission_service_metrics_add(AdmissionService *s, char *text) {
    pthread_mutex_lock(&s->lock);
    char *old = s->more_metrics;
    s->more_metrics = text;
    pthread_mutex_unlock(&s->lock);
    free(old);
}

void admission_service_ready(AdmissionService *s, bool ready) {
    s->ready = ready;
}

/* A review that is none. Whose uid is known is answered as the fail mode says; else only the status is left to say it, and the API server's failurePolicy decides. */
static void malformed(const AdmissionConfig *c, const AdmissionReview *q, const Diag *d, int r, AdmissionDecision *x, HttpAnswer *a) {
    _cleanup_free_ char *text = d->items.n ? diag_item_text(&d->items.p[0]) : xstrdup("the review cannot be read");
    if (!q->uid.n) {
        a->status = r == -E2BIG ? 413 : 400;
        buf_printf(&a->body, "%s\n", text);
        return;
    }
    *x = (AdmissionDecision) {.allowed = c->fail_open, .verdict = RULE_ALLOW, .error = str_from(text)};
    a->content_type = "application/json";
    admission_answer(c, q, x, &a->body);
}

typedef void (*Decide)(const AdmissionConfig *c, const AdmissionReview *q, const AdmissionMoment *m, Evaluator *e, Arena *a, AdmissionDecision *ret);

static void review(AdmissionService *s, const AdmissionConfig *c, const ImageFacts *images, const HttpServed *q, Decide decide, Desk *desk, HttpAnswer *a) {
    _cleanup_(arena_done) Arena arena = {.max = REVIEW_BYTES};
    _cleanup_(diag_done) Diag d = {0};
    AdmissionDecision *x = &desk->decision;
    AdmissionReview r;
    int rc = admission_read(q->body, &arena, &d, &r);
    if (rc < 0) {
        metrics_malformed(&s->metrics);
        malformed(c, &r, &d, rc, x, a);
        return;
    }
    const AdmissionMoment m = {.began = q->began, .now = time_now(), .images = images, .ask = s->o.asks ? ask : NULL, .userdata = s};
    decide(c, &r, &m, desk->evaluator, &arena, x);
    a->content_type = "application/json";
    admission_answer(c, &r, x, &a->body);
    int64_t took = time_steady_ns() - q->began;
    metrics_decided(&s->metrics, x, took);
    if (s->log) {
        _cleanup_(buf_done) Buf line = buf_new(1 << 20);
        admission_record(c, &r, x, m.now, took, &line);
        line_log_add(s->log, buf_view(&line));
    }
}

static Held *held_config(AdmissionService *s) {
    pthread_mutex_lock(&s->lock);
    Held *h = held_use(s->config);
    pthread_mutex_unlock(&s->lock);
    return h;
}

static void held_back(AdmissionService *s, Held *h) {
    pthread_mutex_lock(&s->lock);
    h = held_leave(h);
    pthread_mutex_unlock(&s->lock);
    held_done(h);
}

void admission_service_rules(void *service, void (*use)(void *userdata, const Policy *policy, const PolicyContext *context), void *userdata) {
    AdmissionService *s = service;
    Held *h = held_config(s);
    const AdmissionConfig *c = h->p;
    use(userdata, c->policy, &c->context);
    held_back(s, h);
}

static void serve_review(AdmissionService *s, const HttpServed *q, Decide decide, HttpAnswer *a) {
    if (!http_takes_json(q, a))
        return;
    pthread_mutex_lock(&s->lock);
    Held *config = held_use(s->config), *images = held_use(s->images);
    pthread_mutex_unlock(&s->lock);
    Desk *desk = desk_take(s);
    metrics_begin(&s->metrics);
    review(s, config->p, images ? images->p : NULL, q, decide, desk, a);
    metrics_end(&s->metrics);
    desk_back(s, desk);
    pthread_mutex_lock(&s->lock);
    config = held_leave(config);
    images = held_leave(images);
    pthread_mutex_unlock(&s->lock);
    held_done(config);
    held_done(images);
}

static void serve_validate(void *userdata, const HttpServed *q, HttpAnswer *a) {
    serve_review(userdata, q, admission_decide, a);
}

static void serve_mutate(void *userdata, const HttpServed *q, HttpAnswer *a) {
    serve_review(userdata, q, admission_mutate, a);
}

static void serve_audit(void *userdata, const HttpServed *q, HttpAnswer *a) {
    audit_service_serve(((AdmissionService *) userdata)->audit, q, a);
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

static void http_metrics(HttpServer *h, Buf *out) {
    HttpServerCounts c = http_server_counts(h);
    metrics_gauge(out, "plimsoll_http_connections", "Open connections", (int64_t) c.connections);
    metrics_gauge(out, "plimsoll_http_requests_in_flight", "Requests being read or answered", (int64_t) c.requests);
    metrics_counter(out, "plimsoll_http_connections_total", "Connections so far", c.accepted);
    metrics_counter(out, "plimsoll_http_connections_cut_total", "Connections cut off for their slowness", c.cut);
    metrics_counter(out, "plimsoll_http_refused_total", "Requests that were refused before they were looked at: path, size, certificate, too many at once", c.refused);
}

static void serve_metrics(void *userdata, const HttpServed *q, HttpAnswer *a) {
    AdmissionService *s = userdata;
    a->content_type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_write(&s->metrics, &a->body);
    pthread_mutex_lock(&s->lock);
    int64_t rules_read = ((const AdmissionConfig *) s->config->p)->rules_read;
    size_t tags, images = image_facts_count(s->images ? s->images->p : NULL, &tags);
    pthread_mutex_unlock(&s->lock);
    metrics_gauge(&a->body, "plimsoll_admission_rules_read_seconds", "When the rules in use were read, in seconds since 1970", rules_read);
    if (s->bundles_asked)
        metrics_gauge(&a->body, "plimsoll_admission_bundle_asked_seconds", "When a registry answered last what the policy bundle in use is, of several the oldest, in seconds since 1970", *s->bundles_asked);
    metrics_gauge(&a->body, "plimsoll_admission_images", "Images that scans have settled", (int64_t) images);
    metrics_gauge(&a->body, "plimsoll_admission_facts_failed", "1 while the fact store cannot be read: what was read before stays in use", s->images_failed);
    metrics_gauge(&a->body, "plimsoll_admission_tags", "Tags that are known to lead to an image", (int64_t) tags);
    if (s->o.asks)
        metrics_counter(&a->body, "plimsoll_admission_unqueued_total", "Images that were to be scanned and found no place in the queue of the fact store: it is full, locked or broken, or its disk is full", s->unqueued);
    if (s->log) {
        metrics_counter(&a->body, "plimsoll_admission_log_dropped_total", "Lines of the decision log that were lost: nobody read it fast enough, or it could not be written for too long", line_log_dropped(s->log));
        metrics_gauge(&a->body, "plimsoll_admission_log_failed", "1 while the decision log cannot be written: lines wait in memory", line_log_failed(s->log) < 0);
    }
    if (s->tls)
        metrics_gauge(&a->body, "plimsoll_admission_certificate_expires_seconds", "When the server's certificate ends, in seconds since 1970", tls_server_expires(s->tls));
    if (s->audit)
        audit_service_metrics(s->audit, &a->body);
    if (s->http)
        http_metrics(s->http, &a->body);
    pthread_mutex_lock(&s->lock);
    buf_putz(&a->body, s->more_metrics ? s->more_metrics : "");
    pthread_mutex_unlock(&s->lock);
}

static const HttpRoute routes[] = {
    {"POST", "/audit", HTTP_CLIENT, AUDIT_BATCH_BYTES, (size_t) 2 * AUDIT_BATCH_BYTES, serve_audit, "Audit events: what do rules say of them?"},
    {"POST", "/validate", HTTP_CLIENT, ADMISSION_BODY_MAX, 0, serve_validate, "Admission reviews: may it enter?"},
    {"POST", "/mutate", HTTP_CLIENT, ADMISSION_BODY_MAX, 0, serve_mutate, "Admission reviews: how is it to be changed?"},
    {"GET", "/healthz", HTTP_ANYONE, 0, 0, serve_healthz, "Is the process alive?"},
    {"GET", "/readyz", HTTP_ANYONE, 0, 0, serve_readyz, "Can it answer reviews?"},
    {"GET", "/metrics", HTTP_ANYONE, 0, 0, serve_metrics, "Counters in Prometheus' text format"},
    {0},
};

const HttpRoute *admission_routes(bool audit) {
    return audit ? routes : routes + 1;
}
