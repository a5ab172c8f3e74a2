/* SPDX-License-Identifier: Apache-2.0 */
/* `plimsoll check --cluster`: the objects of a running cluster instead of files. */
#pragma once

#include "check/walk.h"
#include "kube/client.h"

typedef struct ClusterOptions {
    const CheckOptions *check;
    const char *const *namespaces; /* only these, and nothing that lives in none; NULL-ended; NULL: everything */
    bool builtin;                  /* what the API server lays down itself is judged, too */
    void (*progress)(void *userdata, uint64_t objects); /* read so far; NULL: none */
    int (*wait)(void *userdata);   /* called at least once a second while nothing comes; a negative answer ends it. NULL: none */
    void *userdata;
} ClusterOptions;

/* Reads, page by page, the kinds of kube/cluster-kind.list.h and judges them in confined workers, as check_files() does. What is of one namespace is judged together. A pod that is as its owner says, and one
 * like another of the same owner, is not judged again; nor are roles that the API server lays down itself. Memory: what workloads may refer to, and 8 MiB of objects at a time. Hits have the place "Deployment/shop/web" as their path; what the server
 * does not give is in w->missed. 0, or a negative errno with its message when nothing could be read; results lie in `a`. */
int check_cluster(KubeClient *c, const ClusterOptions *o, CheckWalk *w, Arena *a, Error *err);
