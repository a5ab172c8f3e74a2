/* SPDX-License-Identifier: Apache-2.0 */
/* The job that a confined worker does for one layer or directory tree: inflate, untar, analyse, answer in frames. */
#pragma once

#include <stdatomic.h>

#include "base/worker.h"
#include "image/image.h"
#include "scan/layer-facts.h"

/* Where a job is, in memory that it shares with its parent: on a crash the parent knows which entry to leave out. */
typedef struct JobState {
    _Atomic uint64_t ordinal; /* entry being worked on, from 1; 0: none yet */
    _Atomic uint32_t path_n;
    char path[4096];
} JobState;

typedef enum JobSource {
    JOB_STREAM, /* `in` carries the stored bytes of a layer */
    JOB_FILES,  /* `in` carries files that the parent read: see job_file_header */
} JobSource;

typedef struct JobArgs {
    JobSource source;
    LayerCompression compression;
    uint64_t in_size, out_size; /* of the rings; out_size 0: none */
    bool temp;                  /* there is a file for what is large */
    Limits limits;
    LookFor look_for;
    const uint64_t *skip;       /* ordinals to leave out, ascending */
    size_t n_skip;
} JobArgs;

/* Descriptors of the job, in this order. Behind them, where they exist: the ring out, the temporary file. */
enum { JOB_FD_STATE, JOB_FD_IN, JOB_FD_MORE, JOB_FDS_MAX = JOB_FD_MORE + 2 };

void job_args_encode(Buf *b, const JobArgs *a);
int job_args_decode(Str s, Arena *a, JobArgs *ret);

/* JOB_FILES: what stands in front of each entry in `in`; path, link target, capability and content follow. Integers in host order: both ends
 * are this program. */
typedef struct JobFileHeader {
    uint64_t content_n;
    uint64_t analyzers; /* that want the content */
    uint64_t size;      /* of the file, whether its content follows or not */
    uint32_t path_n, target_n, capability_n;
    uint32_t type, mode, uid, gid, dev_major, dev_minor; /* as EntryInfo */
    bool content;       /* it follows */
    bool look;          /* an entry of the tree, for those that look at entries; otherwise only content that somebody wants */
    uint16_t pad;
} JobFileHeader;

/* Frames of the answer: type, payload length, payload. */
typedef enum FrameType {
    FRAME_FACTS = 1, /* LocatedFacts */
    FRAME_INDEX,     /* entry words, host order */
    FRAME_LINKS,     /* LayerLinks */
    FRAME_END,       /* entries, bytes */
    FRAME_LISTING,   /* listing.h */
} FrameType;
typedef struct FrameHeader {
    uint32_t type, n;
} FrameHeader;
enum { FRAME_MAX = 1 << 20 }; /* a frame of facts may be larger when a single fact is: up to the file limit */

int layer_job(const WorkerIo *io);
