/* SPDX-License-Identifier: Apache-2.0 */
/* Compose files (compose-spec.io, with the keys of Swarm): each service becomes a workload of kind ComposeService with one container, so that every rule on workloads
 * and containers holds for it. What Docker does by default is filled in: its own seccomp profile, no service account. */
#pragma once

/* The key of a ComposeService that holds the service as it is written: k8s.obj["compose.build"]. */
#define COMPOSE_SERVICE "compose"

#include "kube/object.h"

/* A map with services and without apiVersion. */
bool compose_looks(const Node *document);
/* Takes in the services. Errors as kube_world_add(); -EINVAL when there were any. */
int compose_add(KubeWorld *w, Node *document, const char *file, Diag *d);
