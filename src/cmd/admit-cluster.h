/* SPDX-License-Identifier: Apache-2.0 */
/* The images that a cluster runs, for `plimsoll admit worker --cluster`. */
#pragma once

#include "kube/client.h"
#include "store/fact-store.h"

/* Asks the store for a scan of every image of a pod that it does not know: as the pod names it, and by the digest that its node runs. `path` is the store's. *ret_asked (may be
 * NULL): how many. */
int admit_cluster_ask(KubeClient *c, const char *path, FactStore *s, int64_t now, size_t *ret_asked, Error *err);
