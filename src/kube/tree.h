/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into Kubernetes objects. A null is an absent value everywhere, as for the API server; a value of a wrong type as well
 * (shape.h has said it by then). */
#pragma once

#include "parse/node.h"

/* The value at "spec.template.metadata"; an empty path is the node itself. NULL when absent or null. */
const Node *kube_at(const Node *n, const char *path);
/* The child with this key; NULL when absent or null. */
const Node *kube_key(const Node *map, Str key);
bool kube_bool(const Node *n, bool otherwise);
/* Whole numbers as the API server reads them: YAML 1.1 has octal ones ("0644"), and "1e3" and "2.0" are sent as 1000 and 2 (what
 * sigs.k8s.io/yaml makes of them). -ENOENT absent, -EINVAL, -ERANGE. */
int kube_int(const Node *n, int64_t *ret);
/* The text of a string; STR_NULL for anything else. */
Str kube_text(const Node *map, const char *path);
/* A list has this string. */
bool kube_has(const Node *list, const char *text);

/* A tree of its own with texts of its own; NULL when the arena is full. */
Node *kube_copy(const Node *n, Arena *a);

/* Puts what "<<" names into the maps that hold it (YAML 1.1 merge keys, as kubectl and Compose read them), in the trees of all documents. Merged maps share
 * the values. -EINVAL with messages where "<<" holds no map, or where readers differ; -E2BIG when so much would be merged that it must be a bomb. */
int kube_merge(Node *documents, const char *file, Arena *a, Diag *d);
