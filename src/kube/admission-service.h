/* SPDX-License-Identifier: Apache-2.0 */
/* Admission over HTTP: the routes that the API server, the kubelet and Prometheus ask for, and what is counted of them. */
#pragma once

#include "base/line-log.h"
#include "kube/admission.h"
#include "net/http-server.h"

typedef struct AdmissionService AdmissionService;

typedef struct AdmissionServiceOptions {
    const AdmissionConfig *config;
    unsigned threads;        /* that call at the same time */
} AdmissionServiceOptions;

AdmissionService *admission_service_new(const AdmissionServiceOptions *o);
void admission_service_free(AdmissionService *s);
DEFINE_CLEANUP(AdmissionService, admission_service_free, admission_service_freep);

/* For HttpServerOptions, with the service as its userdata. */
extern const HttpRoute admission_routes[];
/* Before it serves: what /metrics tells of beside decisions, and the log of decisions. All outlive the service's last answer; NULL: there is none. */
void admission_service_watch(AdmissionService *s, HttpServer *http, TlsServer *tls, LineLog *log);
/* What /readyz says. */
void admission_service_ready(AdmissionService *s, bool ready);
