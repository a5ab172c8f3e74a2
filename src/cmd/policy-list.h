/* SPDX-License-Identifier: Apache-2.0 */
/* What the two forms of plimsoll policy list share. */
#pragma once

#include "cmd/policy.h"

/* Do --source, --phase, --tag and --control ask for this rule? */
bool policy_list_wanted(Cli *cli, const Rule *r);
/* EXIT_USAGE, with a message, where --tag or --control name what none of the rules has. */
int policy_list_known(Cli *cli, const Rule *const *rules, size_t n);
/* A name and what is said of it, behind the longest name; on a terminal of `width` columns (0: none) that is too narrow for both below one another. `rest_width`: what the widest `rest` takes. */
void policy_list_row(Buf *out, unsigned width, unsigned indent, Str name, unsigned longest, unsigned rest_width, Str rest);
/* With --policy. 0 or an exit code with the message printed. */
int policy_list_set(Cli *cli, bool json);
