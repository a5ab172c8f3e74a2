/* SPDX-License-Identifier: Apache-2.0 */
/* What the analyzers of apk's database share. */
#pragma once

#include "base/arena.h"

/* Is this apk's database of installed packages? */
bool apk_is_installed(Str path);
/* "Q1" and a base64 SHA-1, or "Q2" and a base64 SHA-256 (RFC 4648): "sha1:HEX" or "sha256:HEX". Empty when it is neither. */
Str apk_checksum(Arena *a, Str s);
