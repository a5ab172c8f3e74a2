/* SPDX-License-Identifier: Apache-2.0 */
/* What is risky in bindings: rbac-risk.list.h. */
#pragma once

#include "kube/rbac-query.h"
#include "model/severity.h"

typedef struct RbacRisk {
    const char *id, *title;
    Severity cluster, namespaced;
    const char *rights;
    bool named;
    const char *controls, *why, *remediation;
} RbacRisk;

enum {
    RBAC_RISKS = 0
#define RISK(...) +1
#include "kube/rbac-risk.list.h"
#undef RISK
}; /* so many there are */
const RbacRisk *rbac_risks(size_t *ret_n);

typedef struct RbacRiskHit {
    const RbacRisk *risk;
    const RbacBinding *binding;
    const RbacRule *rule;     /* that gives the last of the rights */
    Severity severity;        /* that of the whole cluster also in kube-system, where the control plane runs */
} RbacRiskHit;

/* For each binding, in the order of reading, its risks in that of the table. Those of the API server's own bindings are left out unless `builtin` is set, and counted. Who may do everything is
 * said to have no other risk. */
void rbac_find_risks(Rbac *r, bool builtin, void (*each)(void *userdata, const RbacRiskHit *hit), void *userdata, size_t *ret_builtin);
