/* SPDX-License-Identifier: Apache-2.0 */
/* From what somebody may do to what they can become: shortest ways to the whole cluster. Every step is one that the bindings at hand allow, and that needs nothing
 * but what was read; admission is not known, save for the Pod Security labels of namespaces. Sources: https://kubernetes.io/docs/concepts/security/rbac-good-practices/ (privilege
 * escalation risks), the checks of the API server on escalate, bind, impersonate and signers. */
#pragma once

#include "kube/rbac-query.h"

typedef enum RbacTarget { RBAC_TO_ADMIN, RBAC_TO_NODE, RBAC_TO_SECRETS, RBAC_TARGET_N_ } RbacTarget;
const char *rbac_target_name(RbacTarget t); /* "cluster-admin", "node", "secrets" */
const char *rbac_target_doc(RbacTarget t);

/* The kinds of steps: rbac-step.list.h. */
typedef enum RbacStepKind {
#define STEP(id, name, text) RBAC_STEP_##id,
#include "kube/rbac-step.list.h"
#undef STEP
    RBAC_STEP_N_,
} RbacStepKind;
const char *rbac_step_name(RbacStepKind k);
const char *rbac_step_text(RbacStepKind k);

/* A right that a step needs, and what gives it. */
typedef struct RbacEvidence {
    RbacRequest request;
    RbacGrant grant;         /* .binding RBAC_NONE: what the step before gave, or system:masters */
    uint32_t as;             /* the principal who sends that request, where it is another one than who takes the step; RBAC_NONE */
} RbacEvidence;

enum { RBAC_EVIDENCE_MAX = 4 };

/* Who one is on the way: somebody, or oneself with the rights of one more role. */
typedef struct RbacState {
    uint32_t principal;      /* RBAC_NONE: a role in `namespace` */
    uint32_t role;           /* RBAC_NONE: everything */
    RbacId namespace;        /* RBAC_EMPTY: in the whole cluster */
    uint32_t owner;          /* of a role: who got it */
} RbacState;

typedef struct RbacStep {
    RbacStepKind kind;
    RbacState from, to;      /* of the last step `to` is nobody (both RBAC_NONE) when it reaches what is no identity */
    RbacEvidence evidence[RBAC_EVIDENCE_MAX];
    size_t n_evidence;
} RbacStep;

typedef struct RbacPath {
    bool found;
    RbacStep *steps;         /* in the arena of the Rbac */
    size_t n;
} RbacPath;

/* Short paths from somebody to every target: breadth first, so that none of fewer steps of one identity after the other was passed over. Rights of all identities on the way count, where a step
 * has several requests. false: the search ended at a limit, and what was not found may still be there. */
bool rbac_paths(Rbac *r, uint32_t principal, RbacPath ret[static RBAC_TARGET_N_]);
