/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/str.h"

/* The name in `names` ("a|b|c") nearest to `s` by edit distance, when it is near enough to be a slip; STR_NULL otherwise. */
Str nearest_name(Str names, Str s);
