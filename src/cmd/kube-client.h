/* SPDX-License-Identifier: Apache-2.0 */
/* The option rows of commands that speak to a cluster. */
#pragma once

#include "cmd/command.h"
#include "kube/client.h"

/* --kubeconfig, --context */
extern const Option kube_client_options[];

/* The client that the options ask for: 0, or an exit code with the message printed. */
int kube_client_from(Cli *cli, KubeClient **ret);
