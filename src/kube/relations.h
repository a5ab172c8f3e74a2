/* SPDX-License-Identifier: Apache-2.0 */
/* What objects of one world say about each other. */
#pragma once

#include "kube/workload.h"

/* Places in the values of field workload.exposure. */
typedef enum KubeExposure { EXPOSED_NONE, EXPOSED_INTERNAL, EXPOSED_NODE_PORT, EXPOSED_INGRESS, EXPOSED_LOAD_BALANCER, EXPOSED_HOST } KubeExposure;
const char *kube_exposure_name(KubeExposure e);

KubeExposure kube_exposure(const KubeWorkload *w);
bool kube_service_chooses(const KubeObject *service, const KubeWorkload *w);
/* What a network policy limits, by its policyTypes or what it has rules for. */
bool kube_policy_limits(const KubeObject *policy, bool egress);
/* Does it choose all pods, and allow none of that direction? */
bool kube_policy_denies(const KubeObject *policy, bool egress);
/* Is there a policy for the workload's pods? */
bool kube_policy_for(const KubeWorkload *w, bool egress);
/* Does the pod, else its service account, ask for the token? */
bool kube_token_mounted(const KubeWorkload *w);
/* Does the binding speak of the service account, by name or by one of the groups that all of them are in? */
bool kube_binds(const KubeObject *binding, Str account, Str namespace);
/* Hosts and service names of an ingress or route; `each` may be called with the same one again. */
void kube_ingress_services(const KubeObject *ingress, void (*each)(void *userdata, Str service), void *userdata);
