/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648, section 4). */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/* The bytes, with a NUL behind them; padding may be there or not. STR_NULL when it is no base64, or the arena is full. */
Str base64_decode(Str s, Arena *a);
/* The same into memory of the caller's, at least BASE64_ROOM(s.n) bytes of it and no NUL: how many bytes it gave, -1 when it is no base64. */
ssize_t base64_decode_to(Str s, char *out);
#define BASE64_ROOM(n) ((n) / 4 * 3 + 3)
/* Appends the text, padded, in one line. */
void base64_encode(Str bytes, Buf *out);
