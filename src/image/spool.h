/* SPDX-License-Identifier: Apache-2.0 */
/* Spool: any archive as a seekable file of uncompressed bytes. */
#pragma once

#include "image/image.h"

/* Opens `path` ("-": standard input); what is compressed or not seekable is written to an unlinked temporary file,
 * decompressed by a confined worker. *ret_size is the size of the file. -EBADMSG for an empty file. */
int spool_open(const char *path, const ImageOptions *options, const Limits *limits, int *ret_fd, uint64_t *ret_size, Error *err);
