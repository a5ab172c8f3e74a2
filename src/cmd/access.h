/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of plimsoll access share. */
#pragma once

#include "cmd/policy.h"
#include "cmd/rbac.h"
#include "cmd/scan-run.h"
#include "kube/access.h"

/* Puts the rules of the policy to a finished map that keeps heads, and writes the report: an exit code. */
int access_judge(Cli *cli, const ScanRequest *q, const PolicyChosen *policy, const RbacInput *in, const Access *map);
