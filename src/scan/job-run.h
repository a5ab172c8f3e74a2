/* SPDX-License-Identifier: Apache-2.0 */
/* Running one layer job: the worker, its rings and the thread that feeds it. */
#pragma once

#include "base/ring.h"
#include "base/worker.h"
#include "scan/layer-job.h"

typedef struct JobRun {
    Worker worker;
    Ring in, out;      /* out.shared is NULL when there is none */
    JobState *state;
    int state_fd;
} JobRun;

/* Makes rings and state and spawns the worker. `temp_dir` is where large files go while they are looked at, as fs_temp(): into memory where none can be made. args->temp is
 * set by it. */
int job_run_start(JobRun *run, const JobArgs *args, const char *temp_dir, Error *err);
/* Reads the worker's answer to its end into *ret (appending), then waits. Returns the job's result; the rings are aborted so that
 * other threads wake up. Nothing the worker says is trusted: frames that are malformed or over the limits end it with -EBADMSG. */
int job_run_gather(JobRun *run, const Limits *limits, LayerFacts *ret, Error *err);
/* After a crash: the entry it was at, into *ret_path (free it); 0 when it had not begun one. */
uint64_t job_run_crash_site(const JobRun *run, char **ret_path);
void job_run_done(JobRun *run);
