/* SPDX-License-Identifier: Apache-2.0 */
/* Tar-split: how Docker and containers-storage remember the exact tar of a layer that they keep unpacked (format of
 * github.com/vbatts/tar-split): JSON lines of raw header bytes and of names whose bytes lie in files. */
#pragma once

#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"

typedef struct TarSplitEntry {
    bool is_file;       /* else raw bytes of the tar */
    Str bytes;          /* raw bytes, or the file's name in the layer */
    uint64_t size;      /* of the file */
} TarSplitEntry;

enum { TAR_SPLIT_LINE_MAX = 16 << 20 };

/* Reads one line. `text` holds the decoded bytes that ret points into; it is overwritten. 1, 0 for a line without an entry,
 * -EBADMSG. */
int tar_split_line(Str line, Buf *text, TarSplitEntry *ret);
