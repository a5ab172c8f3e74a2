/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/layer-read.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "scan/crashes.h"

enum {
    IN_RING = 4 << 20,
    OUT_RING = 16 << 20,
    STEP = 128 * 1024,
    /* What is worth waiting for: each wait is a thread that sleeps and must be woken. */
    BATCH = 1 << 20,
};

typedef struct Feeder {
    BlobStream *stream;
    Ring *in;
    ReadProgress progress;
    Hasher *hasher;
    uint64_t stored;
    int result;
    Error err;
} Feeder;

/* Stored bytes -> ring and hash. Goes on hashing when nobody reads the ring any more: a wrong digest explains a
 * broken stream better than the codec does. */
static void *feed(void *userdata) {
    Feeder *f = userdata;
    _cleanup_free_ char *scratch = NULL;
    for (;;) {
        char *p;
        ssize_t room = scratch ? STEP : ring_reserve(f->in, STEP, &p);
        if (room < 0) {
            scratch = xmalloc(STEP);
            room = STEP;
        }
        if (scratch)
            p = scratch;
        ssize_t n = blob_read(f->stream, p, (size_t) room, &f->err);
        if (n <= 0) {
            f->result = (int) n;
            if (n < 0)
                ring_abort(f->in);
            else
                ring_finish(f->in);
            return NULL;
        }
        if (!scratch)
            ring_commit(f->in, (size_t) n);
        hasher_add(f->hasher, p, (size_t) n);
        f->stored += (uint64_t) n;
        if (f->progress.bytes)
            f->progress.bytes(f->progress.userdata, (uint64_t) n);
    }
}

typedef struct Drain {
    Ring *out;
    Hasher *hasher;
} Drain;

static void *drain(void *userdata) {
    Drain *d = userdata;
    const char *p;
    ssize_t n;
    while ((n = ring_peek(d->out, BATCH, &p)) > 0) {
        /* What is hashed makes room at once. */
        for (size_t some; n > 0; n -= (ssize_t) some, p += some) {
            some = MIN((size_t) n, (size_t) STEP);
            hasher_add(d->hasher, p, some);
            ring_consume(d->out, some);
        }
    }
    return NULL;
}

/* The digest algorithm that `expected` names; SHA-256 when it names none. */
static DigestKind digest_kind(Str expected, const char **ret_prefix) {
    bool is512 = str_starts(expected, STR("sha512:"));
    *ret_prefix = is512 ? "sha512:" : "sha256:";
    return is512 ? DIGEST_SHA512 : DIGEST_SHA256;
}

static void digest_text(Hasher *h, const char *prefix, char *to, size_t n) {
    char hex[DIGEST_HEX_MAX + 1];
    hasher_hex(h, hex);
    snprintf(to, n, "%s%s", prefix, hex);
}

/* One attempt. *ret_again: the worker died; the caller may try again without the entry it died on. */
static int attempt(Image *img, size_t layer, const JobArgs *args, const ReadOptions *o, LayerFacts *ret, LayerDigests *digests,
                   Crashes *crashes, bool *ret_again, Error *err) {
    const LayerInfo *info = &image_artifact(img)->layers[layer];
    JobRun run;
    _cleanup_(blob_closep) BlobStream *stream = NULL;
    const char *blob_prefix, *diff_prefix;
    *ret_again = false;
    int r = image_layer_open(img, layer, &stream, err);
    if (r < 0)
        return r;
    _cleanup_(hasher_freep) Hasher *blob_hash = hasher_new(digest_kind(info->digest, &blob_prefix));
    _cleanup_(hasher_freep) Hasher *diff_hash = hasher_new(digest_kind(info->diff_id, &diff_prefix));
    r = job_run_start(&run, args, o->temp_dir, err);
    if (r < 0) {
        job_run_done(&run);
        return r;
    }
    bool plain = !run.out.shared;
    Feeder f = {.stream = stream, .in = &run.in, .progress = o->progress, .hasher = blob_hash};
    Drain d = {&run.out, diff_hash};
    pthread_t feeder, drainer;
    pthread_create(&feeder, NULL, feed, &f);
    if (!plain)
        pthread_create(&drainer, NULL, drain, &d);
    r = job_run_gather(&run, o->limits, ret, err);
    pthread_join(feeder, NULL);
    if (!plain)
        pthread_join(drainer, NULL);
    digests->stored = f.stored;
    digest_text(blob_hash, blob_prefix, digests->blob, sizeof(digests->blob));
    if (plain)
        snprintf(digests->diff_id, sizeof(digests->diff_id), "%s", digests->blob);
    else
        digest_text(diff_hash, diff_prefix, digests->diff_id, sizeof(digests->diff_id));
    *ret_again = r < 0 && crashes_take(crashes, &run);
    if (f.result < 0)
        r = error_set(err, f.result, "%s", error_text(&f.err, f.result));
    else if (!str_empty(info->digest) && !str_eqz(info->digest, digests->blob))
        r = error_set(err, -EBADMSG, "digest is wrong: the stored bytes are %s", digests->blob);
    error_done(&f.err);
    job_run_done(&run);
    return r;
}

int layer_hash(Image *img, size_t layer, const ReadProgress *progress, char ret[static LAYER_DIGEST_MAX], Error *err) {
    _cleanup_(blob_closep) BlobStream *stream = NULL;
    const char *prefix;
    int r = image_layer_open(img, layer, &stream, err);
    if (r < 0)
        return r;
    _cleanup_(hasher_freep) Hasher *h = hasher_new(digest_kind(STR_NULL, &prefix));
    _cleanup_free_ char *buf = xmalloc(STEP);
    ssize_t n;
    while ((n = blob_read(stream, buf, STEP, err)) > 0) {
        hasher_add(h, buf, (size_t) n);
        if (progress->bytes)
            progress->bytes(progress->userdata, (uint64_t) n);
    }
    digest_text(h, prefix, ret, LAYER_DIGEST_MAX);
    return (int) n;
}

int layer_read(Image *img, size_t layer, const ReadOptions *o, LayerFacts *ret, LayerDigests *digests, Error *err) {
    LayerCompression c = image_layer_compression(img, layer, err);
    if ((int) c < 0)
        return (int) c;
    if (c == LAYER_UNSUPPORTED)
        return -ENOTSUP;
    JobArgs args = {.source = JOB_STREAM, .compression = c, .in_size = IN_RING, .out_size = c == LAYER_TAR ? 0 : OUT_RING,
                    .limits = *o->limits, .look_for = o->look_for};
    _cleanup_(crashes_done) Crashes crashes = {0};
    args.skip = crashes.site;
    int r;
    bool again;
    do {
        args.n_skip = crashes.n;
        if (err)
            error_done(err);
        layer_facts_done(ret);
        r = attempt(img, layer, &args, o, ret, digests, &crashes, &again, err);
    } while (again);
    crashes_report(&crashes, ret);
    const Str claimed = image_artifact(img)->layers[layer].diff_id;
    if (r >= 0 && !str_eqz(claimed, digests->diff_id))
        r = error_set(err, -EBADMSG, "the configuration claims diff_id %.*s, but the layer's content is %s", STR_FMT(claimed), digests->diff_id);
    return r;
}
