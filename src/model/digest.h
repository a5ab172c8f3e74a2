/* SPDX-License-Identifier: Apache-2.0 */
/* Digests as OCI writes them: "sha256:<64 hex>", "sha512:<128 hex>" (image-spec, descriptor.md). */
#pragma once

#include "base/hash.h"

enum { DIGEST_TEXT_MAX = 7 + DIGEST_HEX_MAX };

/* Splits a digest into algorithm and lower-case hex. -EINVAL when it is malformed, -ENOTSUP for an algorithm that is
 * not sha256, sha384 or sha512. The outputs may be NULL. */
int digest_parse(Str digest, DigestKind *ret_kind, Str *ret_hex);
/* Whether the bytes have this digest; false for a malformed one. */
bool digest_matches(Str digest, const void *p, size_t n);
/* "sha256:…" of the bytes, with a NUL. */
void digest_sha256(const void *p, size_t n, char ret[static 72]);
