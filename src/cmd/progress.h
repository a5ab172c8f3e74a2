/* SPDX-License-Identifier: Apache-2.0 */
/* Progress: one line on standard error, only when that is a terminal and --quiet was not given. It appears after 200 ms, is redrawn
 * at most ten times a second, and is erased at the end and before anything else is printed. Safe from any thread. */
#pragma once

#include "base/macro.h"

/* Begins a job. `what` stands in front: "Reading docker.io/library/debian:12". `total` bytes when known, 0 otherwise; `parts` layers or
 * files of it, 0 when unknown. */
void progress_begin(const char *what, uint64_t total, unsigned parts);
/* Adds bytes done, parts done. Cheap: may be called for every chunk. */
void progress_add(uint64_t bytes, unsigned parts);
/* Part `i` of `n` has begun: the count of what is done follows from it. */
void progress_part(unsigned i, unsigned n);
void progress_end(void);
/* Erases the line if there is one; the next progress_add() draws it anew. */
void progress_clear(void);
/* From --quiet. */
void progress_set_quiet(bool quiet);
