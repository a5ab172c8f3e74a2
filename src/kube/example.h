/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as the examples of rules have them: an object of Kubernetes, a Compose file, or {kubernetes: "1.18", objects: […]} for several, or for another version. */
#pragma once

#include "kube/object.h"

/* "v1.25", "1.25", "latest": the minor version. -EINVAL. */
int kube_version_parse(Str s, unsigned *ret);
/* Is the map one of these? */
bool kube_is_example(const Node *object);
/* Takes it in. Errors as kube_world_add(). */
int kube_example_add(KubeWorld *w, const Node *object, const char *file, Diag *d);
