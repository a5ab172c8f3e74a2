/* SPDX-License-Identifier: Apache-2.0 */
/* One detail out of what several feeds say of the same vulnerability. */
#pragma once

#include "advisory/db.h"
#include "base/buf.h"

/* `blobs` (codec_detail_encode) in the order of the feeds' ranks: the first title and the first severity stand, CVSS vectors, aliases
 * and references accumulate without repeats, the earliest publication and the latest change count, and the first says whether it is
 * withdrawn. `id` itself is no alias. KEV and EPSS are taken from `scores`. CVSS vectors get their score, and the one to show stands first.
 * Appends the encoding of the result. -EBADMSG, -E2BIG. */
int merge_details(Str id, const Str *blobs, size_t n, const VulnDetail *scores, Buf *ret);
