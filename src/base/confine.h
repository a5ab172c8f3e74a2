/* SPDX-License-Identifier: Apache-2.0 */
/* Takes from the calling process everything but computing on memory and on the descriptors it holds. */
#pragma once

#include "base/error.h"

typedef struct Confinement {
    uint64_t memory; /* RLIMIT_AS in bytes */
    unsigned cpu_s;  /* RLIMIT_CPU */
} Confinement;

/* seccomp (always), Landlock (where the kernel has it), rlimits, no new privileges, not dumpable. For good: there is no
 * way back. Fails rather than to go on half confined. */
int confine_self(const Confinement *c, Error *err);
/* Does the running kernel have Landlock? */
bool confine_has_landlock(void);
