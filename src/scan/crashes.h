/* SPDX-License-Identifier: Apache-2.0 */
/* Crashes: the entries of one layer or tree that workers died on. A job that crashed is run again without them. */
#pragma once

#include "scan/job-run.h"

enum { CRASHES_MAX = 5 }; /* entries left out before the layer is given up */

typedef struct Crashes {
    uint64_t site[CRASHES_MAX]; /* ordinals, ascending: JobArgs.skip */
    char *path[CRASHES_MAX];
    size_t n;
    bool early;                 /* one died before it had begun an entry */
} Crashes;

/* After a job that failed: true when its worker crashed and the job is worth running again. */
bool crashes_take(Crashes *c, const JobRun *run);
/* Adds a PROBLEM_CRASH fact for each entry that was left out. */
void crashes_report(const Crashes *c, LayerFacts *l);
void crashes_done(Crashes *c);
