/* SPDX-License-Identifier: Apache-2.0 */
/* Push-down: what rules imply about an event that the programs in the kernel can decide, as tables for them. What is not understood counts as "may hold", so that no event is
 * dropped on which a rule fires. docs/sensor.md says how it works. */
#pragma once

#include "base/buf.h"
#include "policy/rules.h"
#include "runtime/event.h"
#include "runtime/filter.h"

typedef struct PushDown PushDown;

/* Of `rules` those of source syscall that are enabled; they outlive it. `seed` is secret, so that nobody can aim at places of the tables. */
PushDown *push_down_new(Rule *const *rules, size_t n, uint64_t seed);
void push_down_free(PushDown *p);
DEFINE_CLEANUP(PushDown, push_down_free, push_down_freep);

const FilterTables *push_down_tables(const PushDown *p);
/* Whole names of files that rules look for, "/etc/shadow"; good as long as the rules' tables. */
size_t push_down_names(const PushDown *p, const Str **ret);
/* Is there a rule that the environment of a process matters to, or whose output shows it? */
bool push_down_env(const PushDown *p);

/* Writes what the programs may remember of the directories that an event's names lie in to their memory: FILTER_SETS * FILTER_WAYS of them, which the programs read meanwhile.
 * What is remembered is a matter of the names alone, so that it never becomes wrong: no rename or mount has to be told of. After event_resolve(). */
void push_down_learn(const PushDown *p, const Event *e, FilterDirectory *memory);

/* What the programs decide about the event when they remember all directories: true, it is sent. `host`: they know that its process is in no container. */
bool push_down_sends(const PushDown *p, const Event *e, bool host);

/* For people: what is decided in the kernel for a rule, by kind of event, and what is left to the sensor. */
void push_down_explain(const Rule *rule, Buf *out);
