/* SPDX-License-Identifier: Apache-2.0 */
/* Other programs, run for what they print. */
#pragma once

#include "base/buf.h"
#include "base/error.h"

typedef struct RunOptions {
    const char *const *argv; /* NULL-ended; a name without "/" is looked up in PATH */
    const char *const *env;  /* "NAME=value" beside, and before, those of this process; NULL-ended; NULL: none */
    unsigned seconds;        /* then it is killed */
    bool terminal;           /* it may ask the user: standard input and error are ours. Else standard input is empty, and what it says goes into the message */
} RunOptions;

/* Runs it to its end and adds what it printed to `out`, up to out->max. -ENOENT without a message when there is no such program, -ETIMEDOUT, -EFBIG, -EINVAL when it failed: the message
 * has the first line of what it said. */
int run_output(const RunOptions *o, Buf *out, Error *err);
