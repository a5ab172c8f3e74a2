/* SPDX-License-Identifier: Apache-2.0 */
/* ImageFiles: the files of an OCI layout or a saved archive by name, whether they lie in a directory or in a tar. A tar
 * is indexed by a confined worker, and decompressed by one into an unlinked temporary file first when it is compressed
 * or comes through a pipe. */
#pragma once

#include "base/map.h"
#include "image/image.h"

typedef struct ImageFiles ImageFiles;

/* `path` is a directory, a file or "-". */
int image_files_open(const char *path, const ImageOptions *options, const Limits *limits, ImageFiles **ret, Error *err);
void image_files_free(ImageFiles *f);
DEFINE_CLEANUP(ImageFiles, image_files_free, image_files_freep);
/* The directory's descriptor (owned by f), -1 for a tar. */
int image_files_dir(const ImageFiles *f);
bool image_files_has(const ImageFiles *f, Str name);
/* Where a file's bytes are: *ret_fd is the caller's to close. -ENOENT without a message when it is not there, other errors
 * with one. Links are followed inside the archive or directory only. */
int image_files_find(const ImageFiles *f, Str name, int *ret_fd, uint64_t *ret_offset, uint64_t *ret_size, Error *err);
/* A whole small file in the arena; -ENOENT as above, -E2BIG over max. */
int image_files_read(const ImageFiles *f, Str name, uint64_t max, Arena *a, Str *ret, Error *err);
