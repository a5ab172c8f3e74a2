/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, section 4). */
#pragma once

#include "base/arena.h"

/* The bytes, with a NUL behind them; padding may be there or not. STR_NULL when it is no base64, or the arena is full. */
Str base64_decode(Str s, Arena *a);
