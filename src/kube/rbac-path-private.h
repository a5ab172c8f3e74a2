/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kube/rbac-path.h"


/* A state that was reached, and how. */
typedef struct Reached {
    RbacState state;
    uint32_t from;           /* RBAC_NONE: the start */
    RbacStep step;
} Reached;

typedef struct Search {
    Rbac *rbac;
    Vec(Reached) reached;    /* in the order of their finding: a queue */
    Map seen;
    Vec(uint32_t) accounts;  /* service accounts that are there, by namespace and name */
    bool *matters;           /* per role: it has a right that a step needs */
    uint32_t *first;         /* per number of a namespace: the first of its accounts in the list */
    size_t n_first;
    Map swept;               /* namespaces all of whose accounts were reached */
    bool swept_all;
    Map groups;              /* whose namespaces were looked at */
    RbacPath *paths;
    uint32_t at;             /* being looked at */
    RbacIdentity who;        /* of it */
    Vec(RbacId) namespaces;  /* where it has bindings */
    RbacEvidence evidence[RBAC_EVIDENCE_MAX];
    size_t n_evidence;
} Search;

/* May the state at hand do it? The right is put behind the evidence of the step being tried. `name` RBAC_EMPTY: to any object. */
bool search_can(Search *s, const char *verb, const char *group, const char *resource, RbacId name, RbacId namespace);
/* One of several verbs, separated by spaces. */
bool search_can_any(Search *s, const char *verbs, const char *group, const char *resource, RbacId name, RbacId namespace);
/* Begins the evidence of a step anew. */
static inline void search_try(Search *s) {
    s->n_evidence = 0;
}
/* The step, with the evidence gathered, leads to a state or to a target. */
void search_to(Search *s, RbacStepKind kind, RbacState to);
void search_principal(Search *s, RbacStepKind kind, uint32_t principal);
void search_target(Search *s, RbacStepKind kind, RbacTarget target);
/* All accounts of the namespace; RBAC_EMPTY: of all. */
void search_accounts(Search *s, RbacStepKind kind, RbacId namespace);
/* Has it the verb, or one of the resources, in any rule at all? Most have not, and need no look at every role and account. */
bool search_has_verb(const Search *s, const char *verb);
bool search_has_resource(const Search *s, const char *a, const char *b);
const Reached *search_at(const Search *s);

/* rbac-path-roles.c: rights that give rights. */
void steps_roles(Search *s);
/* rbac-path-pods.c: what runs. */
void steps_pods(Search *s);
/* rbac-path-identity.c: becoming somebody else. */
void steps_identity(Search *s);
