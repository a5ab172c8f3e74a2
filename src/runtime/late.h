/* SPDX-License-Identifier: Apache-2.0 */
/* Events that wait for older ones. Executions come in a ring of their own that is read first; rules that go by the order of events see them when everything older was read. */
#pragma once

#include "base/str.h"

typedef struct LateEvent {
    uint64_t time, number;
    Str bytes;               /* a copy */
} LateEvent;

typedef struct LateEvents LateEvents;
LateEvents *late_new(void);
void late_free(LateEvents *l);
/* Takes a copy. */
void late_add(LateEvents *l, uint64_t time, uint64_t number, Str bytes);
/* The one that waits the longest, if it is older than `before` or there are too many; the next call ends it. */
bool late_next(LateEvents *l, uint64_t before, LateEvent *ret);
