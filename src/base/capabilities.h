/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities of Linux (capabilities(7)): what a privileged process gives up once it has begun. */
#pragma once

#include "base/error.h"

/* The calling thread, and threads that it starts, keep of `keep` what they have; all others are gone for good, also for programs that it might run. `keep` are numbers of
 * <linux/capability.h>. Sets no-new-privileges. */
int capabilities_keep(const unsigned *keep, size_t n, Error *err);
/* "CAP_SYS_ADMIN" for 21; NULL for a number without a name. */
const char *capability_name(unsigned number);
