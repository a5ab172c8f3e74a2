/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll check --fix and --diff. */
#pragma once

#include "check/run.h"
#include "cmd/command.h"

/* Edits the files whose findings carry edits and checks them anew, a few times where one edit makes room for another. 0, or an exit code with the message printed. */
int check_fix_files(const CheckOptions *o, CheckItem *items, size_t n, Arena *a);
/* Prints what that would change as a unified diff: 0 or an exit code with the message printed. */
int check_fix_show(Cli *cli, const CheckItem *items, size_t n);
