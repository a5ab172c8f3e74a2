/* SPDX-License-Identifier: Apache-2.0 */
/* The objects of rules' examples, for `plimsoll policy`. */
#pragma once

#include "policy/reader.h"

extern const ObjectReader kube_object_reader;
