/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of rules' examples that this room reads; they stand in src/cmd/policy-reader.list.h. */
#pragma once

#include "policy/reader.h"

extern const ObjectReader dockerfile_object_reader, audit_object_reader;
