/* SPDX-License-Identifier: Apache-2.0 */
/* Confined workers: hostile bytes are parsed in a process that can do nothing but compute on what it was given.
 *
 * worker_init() forks a zygote before the program has threads; each job is a fresh fork of it, so that a job starts
 * from clean memory and costs a millisecond. A job has: its arguments, the descriptors passed to it, and a pipe to
 * answer through. It has no network, no file opening, no new processes (seccomp always; rlimits; Landlock where the
 * kernel has it). */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct WorkerIo {
    Str args;          /* as passed */
    const int *fds;    /* as passed: files to read or shared memory to map (mmap of these is allowed before and after) */
    size_t n_fds;
    int out;           /* write results here (fs_write_all, or worker_write) */
} WorkerIo;

/* Runs in the worker. Returns 0 or a negative errno, which worker_wait()/worker_call() hand to the caller. A message for the
 * caller: worker_fail(). Function pointers stay valid across the fork. */
typedef int (*WorkerFn)(const WorkerIo *io);

typedef struct WorkerLimits {
    uint64_t memory;     /* bytes of address space; 0: 1 GiB */
    unsigned cpu_s;      /* seconds of CPU; 0: 3600 */
    uint64_t output;     /* bytes the job may answer; 0: 1 GiB */
    uint64_t file;       /* size up to which it may write to files that it is passed; 0: not at all */
    unsigned threads;    /* that the job has beside its own, up to WORKER_THREADS_MAX: worker_thread() */
} WorkerLimits;

/* To be called first in main(), before any thread. Idempotent. */
int worker_init(Error *err);
/* Stops the zygote. */
void worker_exit(void);
/* What confines workers here: "seccomp,landlock,rlimit" (static text). Valid after worker_init(). */
const char *worker_confinement(void);

/* Runs fn in a confined worker and hands its output to `chunk` as it comes (chunk may return a negative errno to
 * stop). Returns fn's result; -EBADMSG when the worker crashed or was killed (err: "worker died of signal 11 …"), -E2BIG when it
 * answered more than allowed. Thread-safe. `chunk` may be NULL when no output is expected. */
int worker_call(WorkerFn fn, Str args, const int *fds, size_t n_fds, const WorkerLimits *limits,
                int (*chunk)(void *userdata, Str bytes), void *userdata, Error *err);

/* The same in two steps, for jobs that work beside their caller. */
typedef struct Worker {
    pid_t pid;
    int out;             /* read end of the answer; owned: worker_wait() closes it */
    int control;         /* for the library */
    bool crashed;        /* set by worker_wait(): it was killed or ended without an answer */
} Worker;
int worker_spawn(WorkerFn fn, Str args, const int *fds, size_t n_fds, const WorkerLimits *limits, Worker *ret, Error *err);
/* Waits for its end: fn's result; -EBADMSG and w->crashed when it was killed. */
int worker_wait(Worker *w, Error *err);
/* Kills and reaps it. */
void worker_kill(Worker *w);

enum { WORKER_THREADS_MAX = 2 };
typedef struct WorkerThread WorkerThread;
/* In a worker: lets one of its further threads run fn, which may be done once with each. NULL when none is left: the caller does the work itself. A job may end while they
 * run. */
WorkerThread *worker_thread(void (*fn)(void *userdata), void *userdata);
/* Waits until its fn has returned; to be called once. */
void worker_thread_wait(WorkerThread *t);

/* In the worker: sets the message that comes with a negative result, and returns `code`. */
int worker_fail(const WorkerIo *io, int code, const char *fmt, ...) _printf_(3, 4);
