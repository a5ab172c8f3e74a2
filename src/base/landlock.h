/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock's system calls, as far as confinement needs them (linux/landlock.h of Debian 12 ends at ABI 2). Only for src/base. */
#pragma once

#include "base/error.h"

/* The version of the interface that the kernel has; 0 or negative: none. */
long landlock_abi(void);
/* A ruleset that handles every access that the kernel knows and allows none: its descriptor, -ENOSYS where there is no Landlock. */
int landlock_new(Error *err);
/* Allows reading of the file, or of everything below the directory; with `write`, changing it as well. What is not there is left out. */
int landlock_allow(int ruleset, const char *path, bool write, Error *err);
/* From now on the calling thread, and those that it starts, may do what the ruleset allows. */
int landlock_apply(int ruleset, Error *err);
