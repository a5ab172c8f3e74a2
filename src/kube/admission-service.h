/* SPDX-License-Identifier: Apache-2.0 */
/* Admission over HTTP: the routes that the API server, the kubelet and Prometheus ask for, and what is counted of them. */
#pragma once

#include "base/line-log.h"
#include "kube/admission.h"
#include "kube/audit-service.h"
#include "net/http-server.h"

typedef struct AdmissionService AdmissionService;

typedef struct AdmissionServiceOptions {
    unsigned threads;        /* that call at the same time */
    bool asks;               /* images that nobody knows are remembered for admission_service_asked() */
} AdmissionServiceOptions;

AdmissionService *admission_service_new(const AdmissionServiceOptions *o);
void admission_service_free(AdmissionService *s);
DEFINE_CLEANUP(AdmissionService, admission_service_free, admission_service_freep);

/* Replaces what reviews are judged by from now on; `done` is called with `owner` when the last review is over that began with it. Thread-safe, as is what follows. Before it
 * serves, for the first time. */
void admission_service_config(AdmissionService *s, const AdmissionConfig *c, void *owner, void (*done)(void *owner));
/* The same for what is known of images; takes it over. */
void admission_service_images(AdmissionService *s, ImageFacts *f);
/* Could the store of those facts not be read the last time? For /metrics. */
void admission_service_images_failed(AdmissionService *s, bool failed);
/* An image that a review asked for found no place in the queue. For /metrics. */
void admission_service_unqueued(AdmissionService *s);
/* Calls `each` with every image that reviews wanted a scan of since the last time. */
void admission_service_asked(AdmissionService *s, void (*each)(void *userdata, Str reference), void *userdata);

/* For HttpServerOptions, with the service as its userdata; those that take audit events only when AdmissionWatched.audit is there. */
const HttpRoute *admission_routes(bool audit);

/* What /metrics tells of beside decisions, and the log of decisions. All outlive the service's last answer; NULL: there is none. */
typedef struct AdmissionWatched {
    HttpServer *http;
    TlsServer *tls;
    LineLog *log;
    AuditService *audit;
    const _Atomic int64_t *bundles_asked; /* when registries were asked last for the policy bundles in use, in seconds since 1970 */
} AdmissionWatched;
/* Before it serves. */
void admission_service_watch(AdmissionService *s, const AdmissionWatched *w);
/* For AuditServiceOptions, with the service as the owner of the rules. */
void admission_service_rules(void *service, void (*use)(void *userdata, const Policy *policy, const PolicyContext *context), void *userdata);
/* More lines for /metrics, in place of those before; NULL: none. Taken over. Thread-safe. */
void admission_service_metrics_add(AdmissionService *s, char *text);
/* What /readyz says. */
void admission_service_ready(AdmissionService *s, bool ready);
