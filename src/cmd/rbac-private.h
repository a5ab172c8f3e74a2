/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/rbac.h"

/* The objects of the cluster that --kubeconfig and --context name: 0, or an exit code with the message printed. */
int rbac_live(Cli *cli, GatherEach take, void *userdata, Gathered *ret);
