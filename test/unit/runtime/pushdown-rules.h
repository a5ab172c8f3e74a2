/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded events, and random rules that are about them. */
#pragma once

#include "base/vec.h"
#include "policy/matcher.h"
#include "runtime/pushdown-private.h"

typedef struct Record {
    char bytes[sizeof(WireEvent) + 8192];
    size_t n;
} Record;

typedef struct Records {
    Record *p;
    size_t n, cap;
} Records;

/* A line of events.tsv: kind; entrance, result, arguments; comm; descriptor; flags; directory, base, names, path. */
void record_read(Str line, Record *ret);
void records_load(Records *ret);
void record_event(const Record *r, Tables *t, Event *ret);

/* A condition, mostly one that holds for the event, in `out`. The same state gives the same condition. */
void rule_random(uint64_t *state, const Event *target, Buf *out);
uint64_t random_below(uint64_t *state, uint64_t n);
