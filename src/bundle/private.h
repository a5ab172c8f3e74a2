/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of policy bundles share. */
#pragma once

#include "base/buf.h"
#include "bundle/bundle.h"

typedef struct BundleLayer {
    Str name, digest;
    uint64_t size;
} BundleLayer;

/* What a manifest says, within the limits and with good names only. `place` for messages. -EBADMSG, -E2BIG. */
int bundle_manifest_read(Str text, const char *place, Arena *a, BundleLayer **ret, size_t *ret_n, Error *err);
/* The manifest of these layers; the same layers give the same bytes. */
void bundle_manifest_write(const BundleLayer *layers, size_t n, Buf *out);
/* A relative path with good parts that ends in .yaml or .yml: 0, or -EINVAL with what is wrong. */
int bundle_name_check(Str name, Error *err);

/* Blobs by digest, and what tags named. `dir` NULL: there is no cache, nothing is found and nothing kept. What is read is verified again; what cannot be written is not kept. */
bool bundle_cache_get(const char *dir, Str digest, size_t max, Arena *a, Str *ret);
void bundle_cache_put(const char *dir, Str digest, Str bytes);
/* The manifest's digest that `reference` had when it was asked last, and when that was. */
bool bundle_cache_tag(const char *dir, Str reference, Arena *a, Str *ret_digest, int64_t *ret_time);
void bundle_cache_set_tag(const char *dir, Str reference, Str digest);
/* Makes it when asked to; false when somebody else could write to it. */
bool bundle_cache_usable(const char *dir, bool make, Error *err);
