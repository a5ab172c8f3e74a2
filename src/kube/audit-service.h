/* SPDX-License-Identifier: Apache-2.0 */
/* The receiver of an API server's audit events: batches wait in a bounded queue, a thread of its own puts rules to them, so that answers of admission wait for none. */
#pragma once

#include "base/line-log.h"
#include "kube/audit-batch.h"
#include "net/http-server.h"

typedef struct AuditService AuditService;

typedef struct AuditServiceOptions {
    /* Calls `use` with the rules that hold now. */
    void (*rules)(void *owner, void (*use)(void *userdata, const Policy *policy, const PolicyContext *context), void *userdata);
    void *owner;
    LineLog *log;            /* of alerts; NULL: they are only counted */
} AuditServiceOptions;

/* Starts the thread. */
int audit_service_start(const AuditServiceOptions *o, AuditService **ret, Error *err);
/* Judges what waits, and ends; nobody may call it any more. */
void audit_service_stop(AuditService *s);

/* A batch, by HTTP: 200 once it is in the queue, 429 while that is full: the API server comes again. Thread-safe, as is what follows. */
void audit_service_serve(AuditService *s, const HttpServed *q, HttpAnswer *a);
/* For /metrics. */
void audit_service_metrics(AuditService *s, Buf *out);
