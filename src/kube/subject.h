/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects: objects as rules see them. */
#pragma once

#include "kube/workload.h"
#include "policy/source.h"

extern const SubjectOps kube_k8s_ops, kube_workload_ops, kube_container_ops, kube_env_ops, kube_mount_ops, kube_volume_ops, kube_service_account_ops, kube_service_ops,
    kube_ingress_ops, kube_network_policy_ops, kube_role_ops, kube_permission_ops, kube_binding_ops, kube_namespace_ops,
    kube_admission_ops;

/* Calls `each` for every subject of the object, parents first: the object itself (k8s), what its kind is (workload, role …), volumes, containers, their environment and
 * mounts, permissions. `at` is the value in the file that it is. The subjects live in the arena. A negative answer ends it and is returned; -E2BIG when the arena is full. */
int kube_each_subject(const KubeObject *o, Arena *a, int (*each)(void *userdata, const Subject *s, const Node *at), void *userdata);
