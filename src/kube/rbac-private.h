/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/buf.h"
#include "kube/rbac.h"

/* The number that a key of three has; a new key gets `next`. With RBAC_NONE as `next` nothing is made, and RBAC_NONE answered for what is not there. */
uint32_t rbac_index(Rbac *r, Map *map, uint32_t a, uint32_t b, uint32_t c, uint32_t next);
/* The namespace, made when it is new; only looked up when the Rbac is finished. */
RbacNamespace *rbac_namespace(Rbac *r, RbacId name);
/* Gives aggregated ClusterRoles the rules of those that their selectors choose, beside what stands in them: the controller writes them there, in files they are empty, and what a file has in them may come
 * from a cluster, without all that it aggregates. The order of roles does not matter. */
void rbac_aggregate(Rbac *r);
