/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of a running cluster as text for the workers, and which pods are copies of what their owner says. */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "kube/client.h"

/* One line of JSON: the object with the kind that lists leave out, without what only the server writes (status, managedFields) and kubectl's copy of it. */
void cluster_object_line(const Node *object, Str api_version, Str kind, Buf *out);

/* Pod templates that were seen, by their owner. */
typedef struct ClusterSeen {
    Map templates;
} ClusterSeen;

void cluster_seen_done(ClusterSeen *s);
/* Says whether the workload runs what its owner, or another of the same owner, runs: then it has been judged. What a server adds to each pod (node, tolerations, its token) does not count. */
bool cluster_seen(ClusterSeen *s, const Node *object, Str kind);
