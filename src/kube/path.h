/* SPDX-License-Identifier: Apache-2.0 */
/* Paths into objects, as rules write them: spec.containers[*].image, metadata.annotations["a.b/c"], spec.rules[0], data.* */
#pragma once

#include "parse/node.h"

/* Calls `each` for every value at the path, nulls left out, in the order of the file; how many. A path that is none has no values. */
size_t kube_path_each(const Node *n, Str path, void (*each)(void *userdata, const Node *value), void *userdata);
/* The first value at the path that is wanted (NULL: any), else the first one there, *ret_there true; else the innermost value that the path leads to, which may be `n`. NULL without
 * `n` or for no path. */
const Node *kube_path_nearest(const Node *n, Str path, bool (*wanted)(void *userdata, const Node *value), void *userdata, bool *ret_there);
/* Is it a path? */
bool kube_path_valid(Str path);
