/* SPDX-License-Identifier: Apache-2.0 */
/* What `plimsoll admit` was asked for. */
#pragma once

#include "cmd/command.h"
#include "kube/admission.h"

extern const Option admit_options[];

/* Fills in modes, namespaces, who may break the glass, time and fail mode; the policy is left alone. Strings live as long as the Cli, lists in the arena. 0 or an exit
 * code with the message printed. */
int admit_config(Cli *cli, Arena *a, AdmissionConfig *ret);
/* Is the kind ("pin", "defaults") among the values of --mutate? */
bool admit_mutates(Cli *cli, const char *kind);
/* The number of seconds of an option; options are checked already. */
unsigned admit_seconds(const Cli *cli, const char *name);
