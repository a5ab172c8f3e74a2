/* SPDX-License-Identifier: Apache-2.0 */
/* Which rights audit logs show in use: every different request that was allowed. Logs are read in confined workers. */
#pragma once

#include "check/walk.h"

/* A request of somebody. Texts are in the arena of the whole. */
typedef struct AuditRequest {
    Str user, groups;        /* groups one a line */
    Str verb, group, resource, subresource, namespace, name;
    Str url;                 /* a path that is no resource; empty: a resource */
} AuditRequest;

typedef struct AuditUsage {
    Arena arena;
    Vec(AuditRequest) requests;
    uint64_t events;
    int64_t first_s, last_s; /* times of events; TIME_NONE without any */
    Vec(CheckMiss) missed;   /* what could not be read; texts are in the arena */
} AuditUsage;

/* 0, or a failure of ours. "-" is standard input. */
int audit_usage_read(const char *const *paths, size_t n, AuditUsage *ret, Error *err);
void audit_usage_done(AuditUsage *u);
