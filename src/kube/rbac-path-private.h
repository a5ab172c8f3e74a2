/* SPDX-License-Identifier: Apache-2.0 */
/* The search for paths. What was reached is one set that only grows, and belongs to one attacker: he sends each request as whichever of the identities he likes. What a single request needs must be
 * rights of one identity, with the roles that it got on the way; steps of several requests are put together of parts, each of which some identity can do. */
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
    RIGHT_HELPS = 1 << 13,   /* no step begins with it alone, but one may need it */
} Right;

/* Of steps that several requests make: one request that somebody can send, for a namespace (RBAC_EMPTY: all of them, or what lives in none). */
typedef enum PartKind {
    PART_START,              /* pods, in whatever way */
    PART_VOLUME,             /* PersistentVolumes */
    PART_CLAIM,
    PART_RELABEL,
    PART_NEW_SECRET,
    PART_READ_SECRET,
    PART_REQUEST,            /* of a certificate */
    PART_APPROVE,
    PART_FETCH,
    PART_POLICY,             /* MutatingAdmissionPolicies */
    PART_POLICY_BINDING,
    PART_NEW_ROLE,           /* with rights that one has not got */
    PART_BIND_ROLE,          /* whatever it is called */
    PART_ESCALATE,           /* rights into a ClusterRole, by name or (RBAC_EMPTY) any */
    PART_ESCALATE_LOCAL,     /* into a Role */
    PART_N_,
} PartKind;

enum { PART_EVIDENCE = 2 };

typedef struct Part {
    PartKind kind;
    RbacId namespace, name;
    uint32_t at;             /* the state that can */
    RbacEvidence evidence[PART_EVIDENCE];
    uint32_t needs[PART_EVIDENCE]; /* as of Reached */
    size_t n;
} Part;

/* A state that was reached, and how. */
typedef struct Reached {
    RbacState state;
    uint32_t from;           /* RBAC_NONE: the start */
    RbacStep step;
    uint32_t needs[RBAC_EVIDENCE_MAX + 1]; /* states whose rights the step takes besides: one for each evidence, and one more; RBAC_NONE: that of `from` */
} Reached;

/* Somebody who got roles on the way: what they allow together, and with what was there before, one and the same request may need. */
typedef struct Owner {
    uint32_t principal;
    size_t tried;            /* so many roles were tried together */
} Owner;

/* Of one principal: a role that matters, and the first binding that gives it there. Those of the whole cluster first, then by namespace. */
typedef struct Held {
    uint32_t role, binding;
} Held;

typedef struct Holder {
    uint32_t first, n_cluster, n;
    unsigned wide;           /* rights of those of the whole cluster */
} Holder;

/* Numbers by a key: those of key k are order[first[k]] … order[first[k + 1]] - 1. */
typedef struct Index {
    uint32_t *first, *order;
    size_t n;                /* keys */
} Index;

enum {
    TOGETHER_MAX = 256,      /* roles of one owner that are tried together */
    REACHED_MAX = 500000,    /* states: 250 MB */
};
/* Rules that are asked whether they allow a request, those with names more often: some seconds. */
#define ASKED_MAX UINT64_C(200000000)

typedef struct Search {
    Rbac *rbac;
    Vec(Reached) reached;    /* in the order of their finding: a queue */
    uint32_t looked;         /* so many were looked at */
    Map seen;
    uint64_t asked;
    bool limited;            /* it ended at a limit: there may be more */
    /* rbac-path-index.c: what does not change. */
    size_t n_principals, n_texts;
    unsigned *rights;        /* per role: what of it steps need (Right) */
    uint32_t *cost;          /* per role: what a question to it costs */
    Vec(Held) held;
    Holder *holders;         /* per principal that bindings name */
    Vec(uint32_t) accounts;  /* service accounts that are there, by namespace and name */
    uint32_t *first_account; /* per number of a namespace: the first of its accounts in the list */
    Index workloads, bindings, bindings_of, roles; /* workloads, bindings and Roles by namespace; bindings by the name of their role */
    Vec(uint32_t) token_secrets; /* Secrets that hold a token */
    Vec(uint32_t) people;    /* users and groups that bindings name */
    /* What was done. */
    uint32_t *reached_as;    /* per principal: 1 + the first state that is it, or a member of it */
    bool *owned;             /* per number of a namespace: everything in it is allowed */
    Map swept;               /* namespaces all of whose accounts were reached */
    bool swept_all;
    Map groups;              /* those whose rights were looked at, with the kind of member */
    Vec(Part) parts;
    Map part_of, fired;
    size_t combined;         /* so many parts were tried with the others */
    size_t escalated;        /* … and with who holds the roles that they change */
    Vec(uint32_t) binders;   /* states that may bind roles */
    Vec(uint32_t) gained;    /* states that are roles */
    Vec(Owner) owners;
    RbacPath *paths;
    /* The state at hand. */
    uint32_t at;
    unsigned has, wide, own; /* its rights: anywhere; in the whole cluster; those that were not looked at with another member of its groups */
    RbacIdentity who;
    Vec(RbacId) namespaces;  /* where it has bindings */
    uint32_t mine[TOGETHER_MAX]; /* roles of its owner, when they are tried together; n_mine 0: it is alone */
    size_t n_mine;
    Vec(RbacId) names;       /* of resourceNames that may matter */
    /* The step that is tried. */
    RbacEvidence evidence[RBAC_EVIDENCE_MAX];
    uint32_t needs[RBAC_EVIDENCE_MAX + 1]; /* the last: besides all evidence */
    size_t n_evidence;
} Search;

/* May the state at hand do it? The right is put behind the evidence of the step being tried. `name` RBAC_EMPTY: to any object. */
bool search_can(Search *s, const char *verb, const char *group, const char *resource, RbacId name, RbacId namespace);
/* One of several verbs, separated by spaces. */
bool search_can_any(Search *s, const char *verbs, const char *group, const char *resource, RbacId name, RbacId namespace);
/* Begins the evidence of a step anew. */
static inline void search_try(Search *s) {
    s->n_evidence = 0;
    s->needs[RBAC_EVIDENCE_MAX] = RBAC_NONE;
}
/* The step, with the evidence gathered, leads to a state or to a target. */
void search_to(Search *s, RbacStepKind kind, RbacState to);
void search_principal(Search *s, RbacStepKind kind, uint32_t principal);
void search_target(Search *s, RbacStepKind kind, RbacTarget target);
/* All accounts of the namespace; RBAC_EMPTY: of all. */
void search_accounts(Search *s, RbacStepKind kind, RbacId namespace);
/* Every right in a namespace, or (RBAC_EMPTY) in the whole cluster. */
void search_everything(Search *s, RbacStepKind kind, RbacId namespace);
/* true when the key is new to the map. */
bool search_mark(Search *s, Map *map, uint32_t a, uint32_t b, uint32_t c);
/* Looks at a state anew, with all rights of its groups. */
void search_look_again(Search *s, uint32_t state);
/* Is everything in the namespace allowed already? */
static inline bool search_owns(const Search *s, RbacId namespace) {
    return namespace < s->n_texts && s->owned[namespace];
}
static inline const Reached *search_at(const Search *s) {
    return &s->reached.p[s->at];
}
/* … and is the state at hand another one than that which allows it? Then nothing in it is worth a look. */
static inline bool search_skips(const Search *s, RbacId namespace) {
    const RbacState *at = &s->reached.p[s->at].state;
    return search_owns(s, namespace) && !(at->principal == RBAC_NONE && at->role == RBAC_NONE && at->namespace == namespace);
}
/* Does it matter to look at these rights for the state at hand? */
static inline bool search_asks(const Search *s, unsigned rights) {
    return s->own & rights;
}

/* rbac-path-index.c */
void search_index(Search *s);
void search_index_done(Search *s);

/* rbac-path-parts.c: the evidence gathered is a part of a step. The first one of a kind, namespace and name is kept. */
void search_part(Search *s, PartKind kind, RbacId namespace, RbacId name);
/* Its number; RBAC_NONE. */
uint32_t search_part_find(const Search *s, PartKind kind, RbacId namespace, RbacId name);
/* Takes the evidence of parts, and of a further state (RBAC_NONE: of none), as that of the step being tried: the state at hand is the one of them that came last. */
void search_take(Search *s, const uint32_t *parts, size_t n, uint32_t also);
/* Steps that parts make together, which were not tried yet. */
void search_combine(Search *s);

/* rbac-path-roles.c: rights that give rights. */
void steps_roles(Search *s);
/* Who was reached holds roles that somebody may change: to be asked for each state that is looked at, whatever its rights are. */
void steps_escalated(Search *s);
/* rbac-path-pods.c: what runs. */
void steps_pods(Search *s);
/* Does nothing that was read refuse a privileged pod there? RBAC_EMPTY: anywhere. */
bool steps_is_open(const Search *s, RbacId namespace);
/* rbac-path-identity.c: becoming somebody else. */
void steps_identity(Search *s);
/* A certificate of any name, with the evidence gathered. */
void steps_certificates(Search *s);
