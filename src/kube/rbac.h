/* SPDX-License-Identifier: Apache-2.0 */
/* Who may do what in a cluster: roles, bindings and what else decides about access, interned so that 100,000 bindings are looked through in milliseconds. The meaning is that of
 * the RBAC authoriser of the API server (k8s.io/kubernetes plugin/pkg/auth/authorizer/rbac, pkg/apis/rbac/v1 evaluation helpers; https://kubernetes.io/docs/reference/access-authn-authz/rbac/).
 *
 * What decides outside of RBAC is not in here: other authorisers (Node, Webhook, ABAC), authenticators (who is in which group), admission. */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"
#include "kube/object.h"

/* A text as a number: equal texts have equal numbers. RBAC_EMPTY is "", RBAC_ALL is "*". */
typedef uint32_t RbacId;
enum { RBAC_EMPTY = 0, RBAC_ALL = 1 };
enum { RBAC_NONE = UINT32_MAX }; /* an index that leads nowhere */

typedef struct RbacIds {
    const RbacId *p;
    uint32_t n;
} RbacIds;

/* Where an object was read. */
typedef struct RbacPlace {
    const char *file;
    uint32_t line, col;
} RbacPlace;

/* One item of "rules". */
typedef struct RbacRule {
    RbacIds verbs, groups, resources, names, urls;
} RbacRule;

typedef struct RbacRole {
    RbacId name, namespace;  /* RBAC_EMPTY: a ClusterRole */
    bool aggregated;         /* its rules are those of the ClusterRoles that its selectors choose, beside what stands in it */
    const RbacRule *rules;   /* after rbac_finish() with those that it aggregates */
    uint32_t n_rules;
    uint32_t same;           /* after rbac_finish(): the first role that has these very rules; mostly itself. Aggregated roles that choose each other share theirs, and there may be thousands */
    const struct RbacSelector *selectors; /* of an aggregated one: what one of them chooses is in it */
    uint32_t n_selectors;
    RbacIds label_keys, label_values; /* of a ClusterRole */
    RbacPlace place;
} RbacRole;

/* A requirement on labels, of matchLabels or matchExpressions. */
typedef enum RbacOperator { RBAC_IN, RBAC_NOT_IN, RBAC_EXISTS, RBAC_NOT_EXISTS, RBAC_NEVER } RbacOperator;
typedef struct RbacRequirement {
    RbacOperator operator;   /* RBAC_NEVER: it is none that Kubernetes knows */
    RbacId key;
    RbacIds values;
} RbacRequirement;

typedef struct RbacSelector {
    const RbacRequirement *p; /* all of them hold; none: it chooses everything */
    uint32_t n;
} RbacSelector;

typedef enum RbacKind { RBAC_USER, RBAC_GROUP, RBAC_ACCOUNT, RBAC_KIND_N_ } RbacKind;
const char *rbac_kind_name(RbacKind k); /* "User", "Group", "ServiceAccount" */

/* Somebody that bindings name, or a service account that is there. A User whose name is that of a service account is that account. */
typedef struct RbacPrincipal {
    RbacKind kind;
    RbacId name, namespace;  /* namespace: of a service account */
    bool seen;               /* RBAC_ACCOUNT: the object was read */
    bool no_token;           /* of a service account: automountServiceAccountToken is false */
    RbacPlace place;         /* of it */
    const uint32_t *bindings; /* after rbac_finish(): indexes, those of the whole cluster first, then by namespace */
    uint32_t n_bindings, n_cluster;
} RbacPrincipal;

typedef struct RbacBinding {
    RbacId name, namespace;  /* RBAC_EMPTY: a ClusterRoleBinding */
    RbacId role_name;
    bool role_cluster;       /* it refers to a ClusterRole */
    bool builtin;            /* the API server made it: label kubernetes.io/bootstrapping, and a name that only such have */
    uint32_t role;           /* after rbac_finish(): index; RBAC_NONE when that role was not seen */
    const uint32_t *subjects; /* principals */
    uint32_t n_subjects;
    RbacPlace place;
} RbacBinding;

typedef struct RbacNamespace {
    RbacId name;
    RbacId enforce;          /* pod-security.kubernetes.io/enforce; RBAC_EMPTY: none */
    bool seen;
} RbacNamespace;

/* Whatever runs pods. */
typedef struct RbacWorkload {
    RbacId kind, name, namespace;
    uint32_t account;        /* principal */
    bool token_set, token;   /* what the pod itself says of mounting the account's token */
    bool host;               /* a container of it is privileged or has the file system or processes of its node */
    RbacPlace place;
} RbacWorkload;

/* A Secret, without its values. */
typedef struct RbacSecret {
    RbacId name, namespace, type;
    uint32_t account;        /* principal whose token it holds; RBAC_NONE */
    RbacPlace place;
} RbacSecret;

typedef struct Rbac {
    Arena *arena;            /* of the caller */
    Map ids;                 /* text -> id + 1 */
    Vec(Str) texts;
    Map principal_of, role_of, binding_of, namespace_of;
    Vec(RbacRole) roles;
    Vec(RbacBinding) bindings;
    Vec(RbacPrincipal) principals;
    Vec(RbacNamespace) namespaces;
    Vec(RbacWorkload) workloads;
    Vec(RbacSecret) secrets;
    size_t n_limited;        /* after rbac_finish(): aggregated roles whose rules were over a limit: they have only what stands in them */
    bool live;               /* read from an API server: what is not there does not exist, and aggregated roles hold what counts */
} Rbac;

/* Free with rbac_done(); the arena stays the caller's. */
Rbac rbac_new(Arena *a);
void rbac_done(Rbac *r);
/* Takes in an object, of which nothing is needed afterwards; those that say nothing about access are passed over. */
void rbac_add(Rbac *r, const KubeObject *o);
/* After the last object, once. */
void rbac_finish(Rbac *r);

RbacId rbac_id(Rbac *r, Str s);
Str rbac_text(const Rbac *r, RbacId id);
static inline bool rbac_ids_have(RbacIds ids, RbacId id) {
    for (uint32_t i = 0; i < ids.n; i++)
        if (ids.p[i] == id)
            return true;
    return false;
}
/* The principal, made when it is new. */
uint32_t rbac_principal(Rbac *r, RbacKind kind, Str namespace, Str name);
/* "system:serviceaccount:NS:NAME", "NS/NAME" (a service account), "group:NAME", "user:NAME", else a user. -EINVAL when it is none of these. */
int rbac_principal_parse(Rbac *r, Str s, uint32_t *ret);
/* As messages have it: "ServiceAccount ns/name", "Group x". */
void rbac_principal_text(const Rbac *r, uint32_t principal, Buf *out);
/* "ClusterRole x", "Role ns/x". */
void rbac_role_text(const Rbac *r, RbacId namespace, RbacId name, Buf *out);
