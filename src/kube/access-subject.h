/* SPDX-License-Identifier: Apache-2.0 */
/* The access map as subjects of rules: sources credential, secret_use and k8s_secret, each below the object (source k8s) that it came of. */
#pragma once

#include "kube/access.h"
#include "policy/set.h"

/* One of the map's parts, as the object of a Subject; the others are NULL. */
typedef struct AccessItem {
    const Access *map;
    const AccessCredential *credential;
    const AccessToken *token;
    const AccessWay *way;
    const AccessSecret *secret;
} AccessItem;

/* get-access.c: the fields of these. */
extern const SubjectOps access_credential_ops, access_use_ops, access_secret_ops;

/* What is handed out, with the place in the map's words, and the node that it stands at where objects stay. A negative answer ends it. */
typedef int (*AccessEach)(void *userdata, const Subject *s, const AccessItem *item, const Node *at);

/* Parts of an object of a world, below `k8s`, its Subject. Items live in `a`. */
int access_each_of(const Access *m, const KubeObject *o, const Subject *k8s, Arena *a, AccessEach each, void *userdata);
/* All parts of a finished map that keeps heads, in its order. Subjects and items live as long as the call. */
int access_each(const Access *m, AccessEach each, void *userdata);

/* Does a rule of the policy ask for any of this? */
bool access_wanted(const Policy *p);

/* The map of a world, made at the first call, when all objects are there. NULL: the arena is full. */
const Access *access_of_world(KubeWorld *w);
/* For kube_world_done(). */
void access_world_done(KubeWorld *w);
