/* SPDX-License-Identifier: Apache-2.0 */
/* The end of commands that report as plimsoll check does. */
#pragma once

#include "cmd/scan-run.h"

/* --format's values: formats that can show findings of rules. */
void check_report_formats(Buf *out);
/* Which findings are shown, and which count, as the options of the request say. An exit code. */
int check_report_choose(const ScanRequest *q, Report *r);
/* Writes it in that format; an exit code. */
int check_report_write(Cli *cli, const Format *format, const Report *r);
