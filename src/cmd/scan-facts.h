/* SPDX-License-Identifier: Apache-2.0 */
/* `plimsoll scan --facts`: what the scan came to is remembered for the admission webhook. */
#pragma once

#include "cmd/command.h"
#include "model/report.h"

extern const Option scan_facts_options[];

/* Before anything is read: is there a verdict to remember? 0 or an exit code with the message printed. */
int scan_facts_check(const Cli *cli, bool judged);
/* After the report, when everything was looked at (or not: EXIT_INCOMPLETE): the exit code of the whole. */
int scan_facts_put(const Cli *cli, const Report *r, int exit_code);
