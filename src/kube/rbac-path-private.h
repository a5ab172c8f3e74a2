/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "kube/rbac-path.h"


/* Kinds of rights that steps begin with. */
typedef enum Right {
    RIGHT_EVERYTHING = 1 << 0,
    RIGHT_START = 1 << 1,
    RIGHT_RUN = 1 << 2,
    RIGHT_SECRETS = 1 << 3,
    RIGHT_TOKEN = 1 << 4,
    RIGHT_IMPERSONATE = 1 << 5,
    RIGHT_ESCALATE = 1 << 6,
    RIGHT_BIND = 1 << 7,
    RIGHT_CHANGE_BINDING = 1 << 8,
    RIGHT_APPROVE = 1 << 9,
    RIGHT_KUBELET = 1 << 10,
    RIGHT_WEBHOOK = 1 << 11,
    RIGHT_NAMED = 1 << 12,   /* one of them for objects by name only */
    RIGHT_HELPS = 1 << 13,   /* no step begins with it, but one may need it */
} Right;

/* A state that was reached, and how. */
typedef struct Reached {
    RbacState state;
    uint32_t from;           /* RBAC_NONE: the start */
    RbacStep step;
    uint32_t needs[RBAC_EVIDENCE_MAX]; /* states whose rights the step takes besides: one for each evidence; RBAC_NONE: that of `from` */
} Reached;

/* Somebody who got roles on the way: what they allow together, and with what was there before, one and the same request may need. */
typedef struct Owner {
    uint32_t principal;
    size_t tried;            /* so many roles were tried together */
} Owner;

/* Roles of one owner that are tried together. */
enum { TOGETHER_MAX = 256 };

typedef struct Search {
    Rbac *rbac;
    Vec(Reached) reached;    /* in the order of their finding: a queue */
    Map seen;
    Vec(uint32_t) accounts;  /* service accounts that are there, by namespace and name */
    unsigned *rights;        /* per role: what of it steps need (Right) */
    unsigned has, wide;      /* of the state at hand: anywhere, in the whole cluster */
    uint32_t *order, *first_workload; /* workloads by namespace; per number of a namespace the place of its first one, of n_first + 1 */
    Vec(uint32_t) token_secrets; /* Secrets that hold a token */
    Vec(uint32_t) people;    /* users and groups that bindings name */
    uint32_t *first;         /* per number of a namespace: the first of its accounts in the list */
    size_t n_first;
    Map swept;               /* namespaces all of whose accounts were reached */
    bool swept_all;
    Map groups;              /* whose namespaces were looked at */
    RbacPath *paths;
    uint32_t at;             /* being looked at */
    Vec(uint32_t) gained;    /* states that are roles */
    Vec(Owner) owners;
    uint32_t mine[TOGETHER_MAX]; /* of the owner at hand, when roles are tried together; n_mine 0: the state at hand is alone */
    size_t n_mine;
    uint32_t needs[RBAC_EVIDENCE_MAX]; /* beside `evidence` */
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
const Reached *search_at(const Search *s);

/* rbac-path-roles.c: rights that give rights. */
void steps_roles(Search *s);
/* rbac-path-pods.c: what runs. */
void steps_pods(Search *s);
/* rbac-path-identity.c: becoming somebody else. */
void steps_identity(Search *s);
