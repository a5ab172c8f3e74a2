/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of an Evaluator. Private to this room. */
#pragma once

#include "base/map.h"
#include "policy/code.h"

struct Scratch {
    char *p;
    size_t n, cap;
    bool full;
};

struct Evaluator {
    Scratch scratch;
    PatternWork *work;
    uint64_t steps;    /* checks left */
    uint64_t work_left; /* bytes of long texts left to look at */
    bool limited;
    int64_t until;     /* evaluator_until() */
    unsigned ticks;    /* since the clock was looked at */
    bool late;         /* it was past `until` */
    /* While Run.memo: results of tests, by Test.id, as `epoch` and the result in the lowest bit; values of fields by Operand.field_id, good while field_epoch is `epoch`. */
    uint64_t epoch;
    uint64_t *memo, *field_epoch;
    Value *fields;
    size_t memo_n, fields_n;
    /* While `one_document`: Operand of a quantifier -> Kept, what it last came to. */
    bool one_document;
    Map kept;
};

/* Before each subject or rule: memory, steps and marks anew. */
void evaluator_reset(Evaluator *e);
/* Steps and work anew, for the next rule on the same subject. */
void evaluator_recharge(Evaluator *e);

/* Text for people and logs: what a terminal would obey becomes a space, a byte that is no UTF-8 becomes U+FFFD. */
void value_clean(Buf *out, Str text);
/* The i-th child in *child, which has the one before; false behind the last. */
bool subject_child(const Subject *s, const Source *source, size_t i, Subject *child);
