/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/job-run.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/fs.h"
#include "scan/job-frames.h"

int job_run_start(JobRun *run, const JobArgs *a, const char *temp_dir, Error *err) {
    JobArgs own = *a, *args = &own;
    *run = (JobRun) {.in.fd = -1, .out.fd = -1, .state_fd = -1};
    run->state_fd = memfd_create("plimsoll-job", MFD_CLOEXEC);
    if (run->state_fd < 0 || ftruncate(run->state_fd, sizeof(JobState)) < 0)
        return error_errno(err, -errno, "making shared memory");
    run->state = mmap(NULL, sizeof(JobState), PROT_READ | PROT_WRITE, MAP_SHARED, run->state_fd, 0);
    if (run->state == MAP_FAILED) {
        run->state = NULL;
        return error_errno(err, -errno, "mapping shared memory");
    }
    int r = ring_create(args->in_size, &run->in, err);
    if (r == 0 && args->out_size)
        r = ring_create(args->out_size, &run->out, err);
    if (r < 0)
        return r;
    _cleanup_fd_ int temp = fs_temp(temp_dir, NULL);
    args->temp = temp >= 0;
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    job_args_encode(&b, args);
    int fds[JOB_FDS_MAX] = {[JOB_FD_STATE] = run->state_fd, [JOB_FD_IN] = run->in.fd};
    size_t n_fds = JOB_FD_MORE;
    if (args->out_size)
        fds[n_fds++] = run->out.fd;
    if (temp >= 0)
        fds[n_fds++] = temp;
    /* Twice the largest file (its content and what an analyzer makes of it) beside a constant for codecs and rings. */
    WorkerLimits wl = {.memory = args->limits.file_bytes * 3 + ((uint64_t) 512 << 20), .file = temp >= 0 ? args->limits.file_bytes : 0,
                       .threads = (args->out_size > 0) + ((args->look_for.digests | args->look_for.package_digests) > 0)};
    return worker_spawn(layer_job, buf_view(&b), fds, n_fds, &wl, &run->worker, err);
}

static ssize_t read_answer(void *userdata, void *p, size_t n) {
    const JobRun *run = userdata;
    ssize_t r;
    do
        r = read(run->worker.out, p, n);
    while (r < 0 && errno == EINTR);
    return r < 0 ? -errno : r;
}

int job_run_gather(JobRun *run, const Limits *limits, LayerFacts *ret, Error *err) {
    FrameReader f = {read_answer, run, limits};
    int r = frames_gather(&f, ret, err);
    if (r < 0)
        worker_kill(&run->worker);
    else
        r = worker_wait(&run->worker, err);
    /* Whoever still feeds or drains the rings has nobody to talk to: `in` wakes its writer; what lies in `out` may be drained. */
    ring_abort(&run->in);
    if (run->out.shared) {
        if (r < 0)
            ring_abort(&run->out);
        else
            ring_finish(&run->out);
    }
    return r;
}

uint64_t job_run_crash_site(const JobRun *run, char **ret_path) {
    size_t n = MIN((size_t) atomic_load(&run->state->path_n), sizeof(run->state->path));
    *ret_path = xstrndup(run->state->path, n);
    return atomic_load(&run->state->ordinal);
}

void job_run_done(JobRun *run) {
    if (run->worker.pid > 0)
        worker_kill(&run->worker);
    if (run->in.shared)
        ring_done(&run->in);
    if (run->out.shared)
        ring_done(&run->out);
    if (run->state)
        munmap(run->state, sizeof(JobState));
    fd_closep(&run->state_fd);
}
