/* SPDX-License-Identifier: Apache-2.0 */
/* Rights that were used, from the audit log of an API server, beside those that bindings give. */
#pragma once

#include "kube/rbac-query.h"

/* One rule of a binding's role: which of its verbs, on which of its resources, were used. */
typedef struct RbacUsedRule {
    bool *used;              /* verb by verb, of each all resources (or paths) */
    uint32_t n_verbs, n_things;
} RbacUsedRule;

typedef struct RbacUsage {
    const Rbac *rbac;
    RbacUsedRule **of;       /* per binding: its role's rules; NULL: none was used */
    uint64_t requests;       /* different ones that were taken in */
    uint64_t ungranted;      /* allowed ones that no binding at hand allows: by another authoriser, by system:masters, or bindings have changed since */
} RbacUsage;

RbacUsage rbac_usage_new(const Rbac *r);
void rbac_usage_done(RbacUsage *u);
/* A request that was allowed. `groups`: as the log has them, without those that rbac_identity() adds. */
void rbac_usage_add(RbacUsage *u, Rbac *r, Str user, const Str *groups, size_t n_groups, const RbacRequest *q);
/* Was the right used: number of the rule, of its verb and of its resource or path? */
bool rbac_usage_used(const RbacUsage *u, uint32_t binding, uint32_t rule, uint32_t verb, uint32_t thing);
/* Was anything of the binding used? */
bool rbac_usage_binding(const RbacUsage *u, uint32_t binding);
