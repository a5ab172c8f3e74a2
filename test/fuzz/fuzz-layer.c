/* SPDX-License-Identifier: Apache-2.0 */
/* A layer as a worker reads it: the first byte chooses the compression, the rest is what is stored. All analyzers look at its files; the
 * answer must satisfy its reader, and what comes out is merged. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "scan/hidden.h"
#include "scan/job-frames.h"
#include "scan/job-sink.h"
#include "scan/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

enum { RING = 1 << 20 };

static void *drain(void *userdata) {
    Ring *out = userdata;
    const char *p;
    ssize_t n;
    while ((n = ring_peek(out, 1, &p)) > 0)
        ring_consume(out, (size_t) n);
    return NULL;
}

static ssize_t read_fd(void *userdata, void *p, size_t n) {
    return read(*(int *) userdata, p, n);
}

static int on_entry(void *userdata, const PlacedEntry *e) {
    return 0;
}

static void merge(int answer, const Limits *limits) {
    LayerFacts facts = {0};
    Inventory inv = {0};
    const PathAlias *aliases;
    size_t n;
    lseek(answer, 0, SEEK_SET);
    FrameReader f = {read_fd, &answer, limits};
    if (frames_gather(&f, &facts, NULL) < 0)
        abort();
    _cleanup_(merge_freep) Merge *m = merge_new();
    if (merge_layer(m, 0, &facts, NULL) < 0 || merge_layer(m, 1, &facts, NULL) < 0)
        abort();
    merge_aliases(m, UINT64_MAX, &aliases, &n);
    merge_inventory(m, &inv);
    inventory_done(&inv);
    const LayerFacts twice[] = {facts, facts};
    if (layers_list(twice, 2, on_entry, NULL) < 0)
        abort();
    layer_facts_done(&facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n) {
    static const LayerCompression kinds[] = {LAYER_TAR, LAYER_GZIP, LAYER_ZSTD};
    static const PathAlias alias = {STR("opt/dpkg"), STR("var/lib/dpkg")};
    static JobState state;
    if (n < 1 || n > RING)
        return 0;
    LayerCompression kind = kinds[p[0] % ARRAY_SIZE(kinds)];
    Limits limits = limits_default();
    limits.entries = 200;
    limits.path_bytes = 256;
    limits.file_bytes = 1 << 18;
    limits.expansion_floor = 1 << 16;
    limits.expansion_ratio = 20;
    limits.facts = 500;
    int answer = memfd_create("answer", MFD_CLOEXEC);
    WorkerIo io = {.out = answer};
    JobArgs args = {.compression = kind, .limits = limits, .look_for = {.analyzers = UINT64_MAX, .aliases = &alias, .n_aliases = 1, .listing = LISTING_CONTENT, .digests = 1 << DIGEST_SHA1}};
    Job j = job_new(&io, &args, &state);
    Ring in, out = {.fd = -1};
    pthread_t drainer;
    if (ring_create(RING, &in, NULL) < 0 || (kind != LAYER_TAR && ring_create(RING, &out, NULL) < 0))
        abort();
    ring_write(&in, p + 1, n - 1);
    ring_finish(&in);
    /* Both ends of a ring keep positions of their own. */
    Ring out_reader = out;
    if (kind != LAYER_TAR)
        pthread_create(&drainer, NULL, drain, &out_reader);
    Ring in_reader = {0};
    if (ring_map(in.fd, RING, &in_reader) < 0)
        abort();
    job_run_stream(&j, &in_reader, kind == LAYER_TAR ? NULL : &out);
    if (job_end(&j) < 0)
        abort();
    if (kind != LAYER_TAR) {
        ring_finish(&out);
        pthread_join(drainer, NULL);
        ring_done(&out);
    }
    ring_done(&in_reader);
    ring_done(&in);
    merge(answer, &limits);
    close(answer);
    job_done(&j);
    return 0;
}
