/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of an Evaluator. Private to this room. */
#pragma once

#include "policy/code.h"

struct Scratch {
    char *p;
    size_t n, cap;
    bool full;
};

struct Evaluator {
    Scratch scratch;
    PatternWork *work;
    uint64_t steps;    /* left */
    bool limited;
    /* Results of tests that several rules share, for the subject at hand (Run.memo): `epoch` and the result in the lowest bit, by Test.id. */
    uint64_t *memo;
    size_t memo_n;
    uint64_t epoch;
};

/* Before each subject or rule: memory, steps and marks anew. */
void evaluator_reset(Evaluator *e);

/* Text for people and logs: control characters become spaces. */
void value_clean(Buf *out, Str text);
