/* SPDX-License-Identifier: Apache-2.0 */
/* Paths into objects, as rules write them: spec.containers[*].image, metadata.annotations["a.b/c"], spec.rules[0], data.* */
#pragma once

#include "parse/node.h"

/* Calls `each` for every value at the path, nulls left out, in the order of the file; how many. A path that is none has no values. */
size_t kube_path_each(const Node *n, Str path, void (*each)(void *userdata, const Node *value), void *userdata);
/* Is it a path? */
bool kube_path_valid(Str path);
