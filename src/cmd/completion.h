/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "cmd/command.h"

typedef struct CompletionShell {
    const char *name;    /* "bash" */
    const char *file;    /* the name that its completion file must have */
    void (*write)(Buf *out);
} CompletionShell;

/* Ended by a NULL name. */
extern const CompletionShell completion_shells[];
