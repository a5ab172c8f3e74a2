/* SPDX-License-Identifier: Apache-2.0 */
/* Examples of rules are templates, so that no text of this tree looks like a live secret to anybody's scanner:
 * "token = ghp_{{alnum 30}}{{crc32}}". */
#pragma once

#include "base/buf.h"
#include "base/error.h"

/* Writes the text that a template stands for; the same for the same seed. `{{KIND N}}` gives N characters: hex, HEX, alnum, lower (a-z0-9),
 * upper (A-Z0-9), alpha, base32, base64 (also '+', '/'), base64url, digits. Without number: {{crc32}} the checksum of what was written
 * since the last '_'; {{uuid}}; {{jwt}}; {{json64}} base64 of a JSON object. -EINVAL for anything else. */
int secret_example(Str template, uint64_t seed, Buf *ret, Error *err);
