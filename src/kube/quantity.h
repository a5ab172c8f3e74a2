/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes quantities ("512Mi", "0.5", "250m", "1e3"): the format of resource amounts in the Kubernetes API
 * (kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity). */
#pragma once

#include "base/str.h"

/* The amount in units of 10^-3 when `milli`, else in whole units; what does not come out even is rounded up, as Kubernetes does. Amounts beyond int64_t
 * become its ends. -EINVAL when it is no quantity. */
int quantity_parse(Str s, bool milli, int64_t *ret);
