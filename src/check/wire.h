/* SPDX-License-Identifier: Apache-2.0 */
/* What goes to the workers of `plimsoll check` and comes back. */
#pragma once

#include "base/wire.h"
#include "check/run.h"

typedef struct CheckJob CheckJob;

/* What a worker is given: options, rules, files. */
void check_job_begin(Buf *b, const CheckOptions *o, size_t n_files);
/* In the worker: where it all will run. Strings point into what is read. */
void check_job_context(WireReader *r, Arena *a, PolicyContext *ret);
void check_job_file(Buf *b, const CheckInput *input, const char *path, Str text);
/* One file's results, with its length in front. */
void check_frame_encode(Buf *b, const CheckItem *item, const Policy *policy);
/* The first whole frame of `bytes`: its length; 0 when there is none yet; -EBADMSG. Strings are copied to the arena. */
ssize_t check_frame_decode(Str bytes, const Policy *policy, const Limits *limits, Arena *a, CheckItem *item);
/* The worker (base/worker.h). */
struct WorkerIo;
int check_job(const struct WorkerIo *io);
