/* SPDX-License-Identifier: Apache-2.0 */
/* Lines on their way to a file or pipe, written by a thread of their own: whoever logs never waits for a disk or a reader. */
#pragma once

#include "base/error.h"
#include "base/str.h"

typedef struct LineLog LineLog;

/* Starts the thread. `fd` stays the caller's; at most `max` bytes wait to be written. */
int line_log_new(int fd, size_t max, LineLog **ret, Error *err);
/* Hands over a line (without its newline). Thread-safe. false: it was dropped, for too much waits. */
bool line_log_add(LineLog *l, Str line);
/* Lines dropped so far, also those that could not be written. */
uint64_t line_log_dropped(LineLog *l);
/* Why lines cannot be written (-ENOSPC: the disk is full), as of the last try; 0: they can. They wait, are tried again every second and go on where they were cut off; only behind a pipe
 * without a reader (-EPIPE) they are dropped at once. */
int line_log_failed(LineLog *l);
/* Writes what waits, as far as that goes within `seconds`, and ends. How many lines were dropped in all. */
uint64_t line_log_free(LineLog *l, unsigned seconds);
