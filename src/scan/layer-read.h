/* SPDX-License-Identifier: Apache-2.0 */
/* The parent's side of a layer job: feeds a confined worker, hashes beside it, gathers its answer. */
#pragma once

#include "scan/layer-facts.h"
#include "image/image.h"

typedef struct ReadProgress {
    void (*bytes)(void *userdata, uint64_t more); /* stored bytes read; called from another thread */
    void *userdata;
} ReadProgress;

typedef struct ReadOptions {
    const Limits *limits;
    LookFor look_for;
    ReadProgress progress;
    const char *temp_dir; /* for large files while they are looked at; as fs_temp() */
    bool repository; /* trees: the files of version control (.git) are no part of it */
} ReadOptions;

enum { LAYER_DIGEST_MAX = 160 };

typedef struct LayerDigests {
    char blob[LAYER_DIGEST_MAX];     /* "sha256:…" of the stored bytes */
    char diff_id[LAYER_DIGEST_MAX];  /* "sha256:…" of the tar */
    uint64_t stored;    /* bytes */
} LayerDigests;

/* Reads layer i of an image. Computes both digests and checks them against the artifact's (blob digest where the source states
 * one, diff_id always). -EBADMSG broken or digest wrong, -E2BIG expansion limit, -ENOTSUP encrypted or of unknown type; what
 * could be read before a failure is in *ret all the same (free it in every case). An entry that kills the worker is left out,
 * with a PROBLEM_CRASH fact. */
int layer_read(Image *img, size_t layer, const ReadOptions *o, LayerFacts *ret, LayerDigests *ret_digests, Error *err);

/* File systems mounted below a directory. */
typedef struct TreeMounts {
    uint64_t entered;   /* and looked at */
    uint64_t left_out;  /* made up by the kernel: proc, sysfs, cgroup … */
} TreeMounts;

/* Only hashes layer i's stored bytes, SHA-256: for sources that state no digest of them. 0 or -errno. */
int layer_hash(Image *img, size_t layer, const ReadProgress *progress, char ret[static LAYER_DIGEST_MAX], Error *err);

/* Reads what analyzers want below the directory `root_fd`. Links are followed inside of it, never out. Files that cannot be read are one
 * problem per reason. */
int tree_read(int root_fd, const ReadOptions *o, LayerFacts *ret, TreeMounts *ret_mounts, Error *err);
