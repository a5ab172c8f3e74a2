/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a document a walk is, for messages: "spec.containers[0].image". */
#pragma once

#include "base/buf.h"

/* From the top of the document down to the value at hand; each lives on the stack of the call that goes one level down. */
typedef struct NodeStep {
    const struct NodeStep *up; /* NULL: the top */
    Str key;
    size_t index;              /* SIZE_MAX: a key */
} NodeStep;

/* Appends the path; of a key at most 64 bytes. NULL, the document itself, prints nothing. */
void node_step_print(const NodeStep *s, Buf *out);
