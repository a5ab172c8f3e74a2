/* SPDX-License-Identifier: Apache-2.0 */
/* From a feed file to documents: decompresses (zstd with windows up to 128 MiB, gzip, xz, bzip2), opens tar and zip archives, and gives
 * each document to the feed that recognises it. Runs in a confined worker. */
#pragma once

#include "advisory/stream.h"

/* Reads all of the file and writes what its documents say. A document that cannot be read, or that no feed recognises, is told in the
 * stream; a file that cannot be unpacked to its end is an error (*ret_message, a static text or libarchive's). */
int feed_unpack(int fd, Str path, const Limits *limits, StreamWriter *w, char *ret_message, size_t message_size);
