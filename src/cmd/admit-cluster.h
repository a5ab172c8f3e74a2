/* SPDX-License-Identifier: Apache-2.0 */
/* The images that a cluster runs, for `plimsoll admit worker --cluster`: a thread watches the pods, and remembers what they run. */
#pragma once

#include "kube/client.h"
#include "store/fact-store.h"

typedef struct ClusterWatch ClusterWatch;

typedef struct ClusterWatchOptions {
    KubeClient *client;
    const char *path;   /* of the store */
    bool once;          /* the pods are listed, and not watched */
} ClusterWatchOptions;

/* Starts the thread. A cluster that does not answer is said, once, and asked again. */
int cluster_watch_start(const ClusterWatchOptions *o, ClusterWatch **ret, Error *err);
void cluster_watch_stop(ClusterWatch *w);
DEFINE_CLEANUP(ClusterWatch, cluster_watch_stop, cluster_watch_stopp);

/* Asks the store for a scan of every image of a pod that it does not know: as the pod names it, and by the digest that its node runs; those that were not looked at yet, or all. *ret_asked: how many. */
int cluster_watch_ask(ClusterWatch *w, FactStore *s, bool all, int64_t now, size_t *ret_asked, Error *err);
/* Is the list told in full, or, with `once`, was it in vain? */
bool cluster_watch_listed(ClusterWatch *w);
