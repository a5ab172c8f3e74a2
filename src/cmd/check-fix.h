/* SPDX-License-Identifier: Apache-2.0 */
/* plimsoll check --fix and --diff. */
#pragma once

#include "check/run.h"
#include "cmd/command.h"

/* Edits the files whose findings carry edits, a few rounds where one edit makes room for another; the items are what is found then. 0, or EXIT_INCOMPLETE where a file could not be
 * written, which is said; the others are. */
int check_fix_files(const CheckOptions *o, CheckItem *items, size_t n, Arena *a);
/* Prints what that would change as a unified diff: 0 or an exit code with the message printed. */
int check_fix_show(Cli *cli, const CheckOptions *o, const CheckItem *items, size_t n, Arena *a);
