/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are not what the packages brought that own them. */
#pragma once

#include "model/report.h"
#include "scan/merge.h"

/* Is what packages state of their files looked for? Then integrity_find() needs LISTING_MD5. */
bool integrity_wanted(const LookFor *l);
/* A finding for each file of the merged view that has another content than all packages with this path state, at most 1000; one for all files that are gone, which may be as
 * an image's maker wants it (dpkg's path-exclude); a gap for those that could not be read. `flat`: a tree, whose files lie in no layer. -EBADMSG when a listing is malformed. */
int integrity_find(Report *r, const Merge *m, const LayerFacts *layers, size_t n, bool flat);
