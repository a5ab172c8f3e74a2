/* SPDX-License-Identifier: Apache-2.0 */
/* One detail out of what several feeds say of the same vulnerability. */
#pragma once

#include "base/buf.h"

/* `blobs` (codec_detail_encode) in the order of the feeds' ranks: the first title and the first severity stand, CVSS vectors, aliases
 * and references accumulate without repeats, the earliest publication and the latest change count, and the first says whether it is
 * withdrawn. `id` itself is no alias. Appends the encoding of the result. -EBADMSG, -E2BIG. */
int merge_details(Str id, const Str *blobs, size_t n, Buf *ret);
