/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "check/input.h"

#define KUBE_SOURCES "k8s workload container env mount volume service_account service ingress network_policy role permission binding namespace credential secret_use k8s_secret"

/* CheckInput.read of manifests that another program made: there are no places in the file that it made them of, so that the template is named (helm says it in comments). */
int kubernetes_read_rendered(const CheckFile *f, CheckEach each, void *userdata);
/* CheckInput.fix of manifests. */
bool kubernetes_fix(const CheckFile *f, const CheckSubject *s, const Node *fix, CheckEdits *ret);
/* The same of Compose files, for what a service can say. */
bool compose_fix(const CheckFile *f, const CheckSubject *s, const Node *fix, CheckEdits *ret);
