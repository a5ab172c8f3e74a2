/* SPDX-License-Identifier: Apache-2.0 */
/* What `plimsoll check` found as a Report. */
#pragma once

#include "check/walk.h"
#include "model/report.h"

/* Findings, gaps and coverage of the items and of what the walk missed; lists are sorted. Strings are copied: `w` may end, the policy may not. `names`: what was asked for. */
void check_report(const CheckWalk *w, const Policy *policy, const char *const *names, size_t n_names, int64_t as_of, const char *confinement, Report *r);
