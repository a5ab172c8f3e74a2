/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "check/input.h"
#include "kube/audit.h"
#include "kube/tree.h"

enum { CHECK_AUDIT_BYTES = 512 << 20 };
