/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are not what the packages brought that own them. */
#pragma once

#include "model/report.h"
#include "scan/merge.h"

/* Analyzers that tell what packages state of their files; ended by NULL. */
extern const char *const integrity_analyzers[];
/* Is any of them at work? Then integrity_find() needs listings with digests. */
bool integrity_wanted(const LookFor *l);
/* The digests that the packages in this layer state: bit 1 << DigestKind. *ret_elsewhere is set when one is of a file that lies where packages do not put theirs
 * (content_packaged()). */
uint32_t integrity_stated(const LayerFacts *l, bool *ret_elsewhere);
/* Is a file that lies where packages put theirs a further name of one that does not? 1, 0, or -EBADMSG when a listing is malformed. */
int integrity_linked_elsewhere(const LayerFacts *layers, size_t n);
/* What is computed before that is known, and only where packages put their files. Layers with Alpine's packages, which state SHA-1, are small, and read twice. */
enum { INTEGRITY_COMMON = 1 << DIGEST_MD5 | 1 << DIGEST_SHA256 };
/* A finding for each file of the merged view that has another content than all packages with this path state, and for each that is gone, in all at most 1000; one for all
 * documentation that is gone, which is as an image's maker wants it (dpkg's path-exclude, rpm's --nodocs). Gaps for files that could not be read and for packages that state nothing.
 * `flat`: a tree, whose files lie in no layer. -EBADMSG when a listing is malformed. */
int integrity_find(Report *r, const Merge *m, const LayerFacts *layers, size_t n, bool flat);
