/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/layer-job.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/alloc.h"
#include "scan/job-sink.h"

void job_args_encode(Buf *b, const JobArgs *a) {
    wire_put_u64(b, a->source);
    wire_put_u64(b, a->compression);
    wire_put_u64(b, a->in_size);
    wire_put_u64(b, a->out_size);
    wire_put_u64(b, a->temp);
    wire_put_str(b, str_n((const char *) &a->limits, sizeof(a->limits)));
    wire_put_u64(b, a->look_for.analyzers);
    wire_put_u64(b, a->look_for.n_aliases);
    for (size_t i = 0; i < a->look_for.n_aliases; i++) {
        wire_put_str(b, a->look_for.aliases[i].from);
        wire_put_str(b, a->look_for.aliases[i].to);
    }
    wire_put_u64(b, a->look_for.listing);
    wire_put_u64(b, a->look_for.digests);
    wire_put_u64(b, a->look_for.package_digests);
    wire_put_str(b, a->look_for.secret_rules);
    wire_put_str(b, a->look_for.secret_key);
    wire_put_str(b, a->look_for.yara_rules);
    wire_put_u64(b, a->look_for.yara_seconds);
    wire_put_u64(b, a->n_skip);
    for (size_t i = 0; i < a->n_skip; i++)
        wire_put_u64(b, a->skip[i]);
}

int job_args_decode(Str s, Arena *arena, JobArgs *ret) {
    WireReader r = wire_reader(s);
    JobArgs a = {0};
    a.source = (JobSource) wire_max(&r, JOB_FILES);
    a.compression = (LayerCompression) wire_max(&r, LAYER_UNSUPPORTED);
    a.in_size = wire_u64(&r);
    a.out_size = wire_u64(&r);
    a.temp = wire_max(&r, 1);
    Str limits = wire_str(&r);
    if (limits.n != sizeof(a.limits))
        return -EBADMSG;
    memcpy(&a.limits, limits.p, sizeof(a.limits));
    a.look_for.analyzers = wire_u64(&r);
    a.look_for.n_aliases = (size_t) wire_max(&r, s.n);
    PathAlias *aliases = arena_alloc(arena, (a.look_for.n_aliases + 1) * sizeof(PathAlias));
    for (size_t i = 0; i < a.look_for.n_aliases; i++) {
        aliases[i].from = wire_str(&r);
        aliases[i].to = wire_str(&r);
    }
    a.look_for.aliases = aliases;
    a.look_for.listing = (ListingKind) wire_max(&r, LISTING_KIND_N_ - 1);
    a.look_for.digests = (uint32_t) wire_max(&r, (1 << DIGEST_KIND_N_) - 1);
    a.look_for.package_digests = (uint32_t) wire_max(&r, (1 << DIGEST_KIND_N_) - 1);
    a.look_for.secret_rules = wire_str(&r);
    a.look_for.secret_key = wire_str(&r);
    a.look_for.yara_rules = wire_str(&r);
    a.look_for.yara_seconds = (uint32_t) wire_max(&r, INT32_MAX);
    a.n_skip = (size_t) wire_max(&r, s.n);
    uint64_t *skip = arena_alloc(arena, (a.n_skip + 1) * sizeof(uint64_t));
    for (size_t i = 0; i < a.n_skip; i++)
        skip[i] = wire_u64(&r);
    a.skip = skip;
    if (!wire_ok(&r))
        return -EBADMSG;
    *ret = a;
    return 0;
}

int layer_job(const WorkerIo *io) {
    Arena arena = {0};
    JobArgs args;
    int r = job_args_decode(io->args, &arena, &args);
    if (r < 0)
        return worker_fail(io, r, "a layer job's arguments are malformed");
    JobState *state = mmap(NULL, sizeof(JobState), PROT_READ | PROT_WRITE, MAP_SHARED, io->fds[JOB_FD_STATE], 0);
    if (state == MAP_FAILED)
        return worker_fail(io, -errno, "mapping a layer job's state");
    Job j = job_new(io, &args, state);
    Ring in = {.fd = -1}, out = {.fd = -1};
    r = ring_map(io->fds[JOB_FD_IN], j.args.in_size, &in);
    const int *more = io->fds + JOB_FD_MORE;
    if (r == 0 && j.args.out_size)
        r = ring_map(*more++, j.args.out_size, &out);
    if (j.args.temp)
        j.temp = *more;
    if (r < 0)
        return worker_fail(io, r, "mapping a layer job's ring");
    r = j.args.source == JOB_STREAM ? job_run_stream(&j, &in, out.shared ? &out : NULL) : job_run_files(&j, &in);
    int sent = job_end(&j);
    return r < 0 ? r : sent; /* the process ends: the kernel frees the rest */
}
