/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll check --cluster: the cluster that the options name, once or again and again. */
#pragma once

#include "check/walk.h"
#include "cmd/command.h"

/* Option.check of --every: 90s, 10m, 1h. */
int check_cluster_duration(Str value, Error *err);
/* Reads and judges the cluster: 0 with its name in *ret_name (the caller frees), or an exit code with the message printed. */
int check_cluster_look(Cli *cli, const CheckOptions *o, CheckWalk *w, Arena *a, char **ret_name);
/* Calls `once` every --every until SIGTERM or SIGINT: then 0; or EXIT_USAGE when the first time gives that. */
int check_cluster_again(Cli *cli, int (*once)(Cli *cli));
