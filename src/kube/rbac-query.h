/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a finished Rbac, answered as the API server's authoriser does. */
#pragma once

#include "base/error.h"
#include "kube/rbac.h"

/* What somebody wants to do. */
typedef struct RbacRequest {
    RbacId verb, group;
    RbacId resource;         /* with its subresource: "pods/exec" */
    RbacId any;              /* what stands for that subresource of every resource: of "pods/exec" it is "*" "/exec"; RBAC_NONE without a subresource */
    RbacId name;             /* RBAC_EMPTY: of none (create, list, deletecollection …), which rules with resourceNames never allow */
    RbacId namespace;        /* RBAC_EMPTY: of the whole cluster */
    Str url;                 /* a path that is no resource; then the others but the verb mean nothing. p is NULL: a resource */
} RbacRequest;

/* Empty parts are absent ones. */
RbacRequest rbac_request(Rbac *r, Str verb, Str group, Str resource, Str subresource, Str name, Str namespace);
RbacRequest rbac_url_request(Rbac *r, Str verb, Str url);

bool rbac_rule_allows(const Rbac *r, const RbacRule *rule, const RbacRequest *q);
/* The first rule of the role that allows it; NULL: none. */
const RbacRule *rbac_role_allows(const Rbac *r, const RbacRole *role, const RbacRequest *q);

/* Somebody with the groups that the API server adds: system:authenticated or system:unauthenticated, and those of service accounts. */
enum { RBAC_IDENTITY_MAX = 64 };
typedef struct RbacIdentity {
    uint32_t p[RBAC_IDENTITY_MAX];  /* principals: itself first */
    size_t n;
    bool masters;            /* in system:masters, whom the API server asks no authoriser about */
} RbacIdentity;
RbacIdentity rbac_identity(Rbac *r, uint32_t principal, const Str *groups, size_t n_groups);

typedef struct RbacGrant {
    uint32_t binding;        /* RBAC_NONE: system:masters */
    uint32_t principal;      /* whom it names: itself or a group */
    const RbacRule *rule;    /* NULL: system:masters */
} RbacGrant;
/* Is it allowed? By the first binding that says so: those of the cluster, then those of the request's namespace. `ret` may be NULL. */
bool rbac_allowed(const Rbac *r, const RbacIdentity *who, const RbacRequest *q, RbacGrant *ret);

/* Bindings of a principal in a namespace (not RBAC_EMPTY): a part of its list. */
const uint32_t *rbac_bindings_in(const Rbac *r, const RbacPrincipal *p, RbacId namespace, uint32_t *ret_n);

/* Every grant of a request: called for each binding whose role allows it, in the order of reading. Without a namespace those of all namespaces are in. */
void rbac_who_can(const Rbac *r, const RbacRequest *q, void (*each)(void *userdata, const RbacBinding *b, const RbacRule *rule), void *userdata);

/* A resource as people write it: "pods", "po", "pod", "deployments.apps", "pods/exec", "secrets/NAME", "/metrics". */
typedef struct RbacWanted {
    Str group, resource, subresource, name, url;
    bool known;              /* one of Kubernetes' own */
    bool namespaced;         /* where it is known */
} RbacWanted;
/* -EINVAL with a message. What follows "/" is a subresource where the resource has one of that name, else the name of one object. */
int rbac_wanted(Str s, RbacWanted *ret, Error *err);

/* Kubernetes' own resources: rbac-resource.list.h. */
typedef struct RbacResource {
    const char *group, *name, *others, *subresources;
    bool namespaced;
} RbacResource;
const RbacResource *rbac_resources(size_t *ret_n);
