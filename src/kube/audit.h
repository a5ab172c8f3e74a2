/* SPDX-License-Identifier: Apache-2.0 */
/* Audit log of a Kubernetes API server (audit.k8s.io/v1, https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/): a line of JSON for each event, as the log back end writes it, or
 * an EventList, as the webhook back end sends it. */
#pragma once

#include "base/map.h"
#include "parse/node.h"
#include "policy/source.h"

/* What is remembered of each user between events: the last few of each kind. Of addresses that cannot log in there are fewer: anybody has as many as there are. */
enum { AUDIT_REMEMBERED = 64, AUDIT_WINDOW_S = 300, AUDIT_USERS_MAX = 100 * 1000, AUDIT_ADDRESSES_MAX = 1000 };
/* Requests that have begun to be answered (watches, commands in pods) and may end hours later. One that is forgotten for another is told of twice. */
enum { AUDIT_BEGUN = 1 << 16 };

typedef struct AuditMemory {
    Map users;               /* name -> what they did: those only who did something that is counted */
    Map addresses;           /* the same of connections without a user: what a login was refused to */
    uint64_t *begun;         /* AUDIT_BEGUN requests, each at the place that its number says; NULL: none yet */
    size_t max;              /* users; 0: AUDIT_USERS_MAX */
    int64_t swept_s;         /* when those whose time is over were let go, by the time of events */
    uint64_t forgotten;      /* events of users that came when it was full: they are not counted */
} AuditMemory;
void audit_memory_done(AuditMemory *m);

typedef struct AuditEvent {
    const Node *root;
    int64_t time_ns;         /* INT64_MIN: unknown */
    int64_t secrets_read, refused;
    bool truncated;
    bool repeated;           /* the request was met before, at its stage ResponseStarted */
} AuditEvent;

/* Is the text, or its beginning, of such a log? */
bool audit_looks(Str head);
/* What rules are put to. `m` learns of the event; NULL: nothing is counted. */
AuditEvent audit_event(const Node *root, AuditMemory *m);
extern const SubjectOps audit_event_ops;

/* Calls `each` for all events of a log in their order, with the line that they stand in (1 of a list in one piece). Events and trees end with the call. Lines that cannot be read are said in `d`,
 * the last one as cut off when it has no end, and the others are read: -EINVAL then; -E2BIG over a limit; a negative answer of `each` ends it. */
int audit_read(Str text, const char *file, const Limits *limits, Diag *d, int (*each)(void *userdata, const AuditEvent *e, uint32_t line), void *userdata);
