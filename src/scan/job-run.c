/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/job-run.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "base/fs.h"

int job_run_start(JobRun *run, const JobArgs *args, Error *err) {
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
    _cleanup_(buf_done) Buf b = buf_new(BUF_OWN_MAX);
    job_args_encode(&b, args);
    int fds[] = {[JOB_FD_STATE] = run->state_fd, [JOB_FD_IN] = run->in.fd, [JOB_FD_OUT] = run->out.fd};
    /* Twice the largest file (its content and what an analyzer makes of it) beside a constant for codecs and rings. */
    WorkerLimits wl = {.memory = args->limits.file_bytes * 3 + ((uint64_t) 512 << 20)};
    return worker_spawn(layer_job, buf_view(&b), fds, args->out_size ? 3 : 2, &wl, &run->worker, err);
}

static int read_all(int fd, void *to, size_t n) {
    size_t got = 0;
    while (got < n) {
        ssize_t r = read(fd, (char *) to + got, n - got);
        if (r < 0 && errno == EINTR)
            continue;
        if (r <= 0)
            return got == 0 && r == 0 ? 0 : -EPIPE;
        got += (size_t) r;
    }
    return 1;
}

static bool facts_are_sound(Str payload) {
    WireReader r = wire_reader(payload);
    LocatedFact f;
    int n;
    while ((n = located_fact_decode(&r, &f)) == 1)
        ;
    return n == 0;
}

static bool links_are_sound(Str payload) {
    WireReader r = wire_reader(payload);
    LayerLink l;
    int n;
    while ((n = layer_link_decode(&r, &l)) == 1)
        ;
    return n == 0;
}

static int nonsense(Error *err) {
    return error_set(err, -EBADMSG, "a worker answered nonsense: the layer may have taken it over");
}

static int take_frame(const FrameHeader *h, Buf *payload, const Limits *limits, LayerFacts *ret, Error *err) {
    Str s = buf_view(payload);
    switch (h->type) {
    case FRAME_FACTS:
        return facts_are_sound(s) && buf_str(&ret->facts, s) == 0 ? 0 : nonsense(err);
    case FRAME_LINKS:
        return links_are_sound(s) && buf_str(&ret->links, s) == 0 ? 0 : nonsense(err);
    case FRAME_INDEX: {
        size_t n = s.n / sizeof(uint64_t);
        if (s.n % sizeof(uint64_t) || ret->index.n + n > limits->entries)
            return nonsense(err);
        vec_reserve(&ret->index, n);
        memcpy(ret->index.p + ret->index.n, s.p, s.n);
        ret->index.n += n;
        return 0;
    }
    case FRAME_END: {
        WireReader r = wire_reader(s);
        ret->entries = wire_u64(&r);
        ret->bytes = wire_u64(&r);
        return wire_ok(&r) ? 0 : nonsense(err);
    }
    default:
        return nonsense(err);
    }
}

static int gather_frames(JobRun *run, const Limits *limits, LayerFacts *ret, Error *err) {
    _cleanup_(buf_done) Buf payload = buf_new((size_t) limits->file_bytes * 2 + FRAME_MAX);
    FrameHeader h;
    while (read_all(run->worker.out, &h, sizeof(h)) == 1) {
        buf_clear(&payload);
        if (buf_reserve(&payload, h.n) < 0)
            return nonsense(err);
        if (h.n && read_all(run->worker.out, payload.p, h.n) != 1)
            return 0; /* it died inside a frame: worker_wait() tells why */
        payload.n = h.n;
        int r = take_frame(&h, &payload, limits, ret, err);
        if (r < 0)
            return r;
    }
    return 0;
}

int job_run_gather(JobRun *run, const Limits *limits, LayerFacts *ret, Error *err) {
    if (ret->facts.max == 0)
        ret->facts = buf_new(BUF_OWN_MAX);
    if (ret->links.max == 0)
        ret->links = buf_new((size_t) 64 << 20);
    int r = gather_frames(run, limits, ret, err);
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
