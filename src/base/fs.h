/* SPDX-License-Identifier: Apache-2.0 */
/* Files. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

/* Reads a whole file of at most `max` bytes into a fresh NUL-terminated buffer (*ret_n without the NUL).
 * -EFBIG when it is larger; other errors as open(2) and read(2). The caller frees. */
int fs_read(const char *path, size_t max, char **ret, size_t *ret_n, Error *err);
/* The same, but a pipe that is silent for so long is given up: -ETIMEDOUT. */
int fs_read_within(const char *path, unsigned seconds, size_t max, char **ret, size_t *ret_n, Error *err);
int fs_read_fd(int fd, const char *name, size_t max, char **ret, size_t *ret_n, Error *err);
/* Writes all or fails: 0 or -errno. */
int fs_write_all(int fd, const void *p, size_t n);
/* Reads n bytes at `at` unless the file ends before: the count, or -errno. */
ssize_t fs_pread_all(int fd, void *p, size_t n, uint64_t at);
/* Writes a temporary file beside `path`, syncs it and renames it over: readers see the old or the new, never a part. */
int fs_write_atomic(const char *path, const void *p, size_t n, unsigned mode, Error *err);
/* The same for a file that is there: mode and owner stay as `st` says. -EPERM, and nothing is written, when the owner cannot be kept. */
struct stat;
int fs_replace(const char *path, const void *p, size_t n, const struct stat *st, Error *err);
/* mkdir -p with mode 0700 for what is new. */
int fs_mkdir_p(const char *path, Error *err);
/* Opens `path` below dirfd as if dirfd were the root: links cannot leave it (openat2, RESOLVE_IN_ROOT, no magic links). */
int fs_open_in_root(int dirfd, const char *path, int flags);
/* A path in the canonical form of archive members: no leading "/" or "./", no "//", no "." components, no trailing
 * "/". ".." is resolved inside the path. -EXDEV when it would leave the root, -ENAMETOOLONG over `max`, -EINVAL for a
 * NUL byte; the root itself gives length 0. `out` has room for path.n bytes; it may be path.p. */
ssize_t fs_normalise(Str path, size_t max, char *out);
/* A new unlinked temporary file in `dir` (NULL: $TMPDIR or /var/tmp): the descriptor, or -errno. */
int fs_temp(const char *dir, Error *err);
