/* SPDX-License-Identifier: Apache-2.0 */
/* Where in its object the value of a field is written. */
#pragma once

#include "kube/workload.h"
#include "policy/program.h"

/* The value that the cause asks for, *ret_there true; where it is not written, the innermost value on the way to it, which may be what the cause's subject is. NULL when the field stands
 * nowhere (a name, what other objects say). */
const Node *kube_where(const Cause *c, bool *ret_there);
