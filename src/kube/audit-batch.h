/* SPDX-License-Identifier: Apache-2.0 */
/* Batches of audit events, as the webhook back end of an API server sends them (an EventList of audit.k8s.io), and the alerts that rules raise of them. */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "kube/audit.h"
#include "policy/set.h"

/* The API server cuts batches at 10 MiB where --audit-webhook-truncate-enabled is given; there is room around it. */
enum { AUDIT_BATCH_BYTES = 12 << 20 };

typedef struct AuditBatch {
    const Policy *policy;
    const PolicyContext *context;
    Evaluator *evaluator;
    AuditMemory *memory;
    /* A rule holds. Everything ends with the call. */
    void (*alert)(void *userdata, const AuditEvent *e, const PolicyHit *h, Str output);
    /* An event cannot be read; the others are. */
    void (*bad)(void *userdata, Str why);
    void *userdata;
} AuditBatch;

/* Puts rules to all events of the list in their order, one at a time in memory. *ret_events (may be NULL): how many there were, good and bad. -EBADMSG: it is no such list, or ends in the middle:
 * what came before counts. */
int audit_batch(const AuditBatch *b, Str body, size_t *ret_events, Error *err);

/* The alert as a line of JSON, without its newline. */
void audit_alert_record(const Policy *policy, const AuditEvent *e, const PolicyHit *h, Str output, Buf *out);
