/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of an event: one getter a slot, in the tables of the files that know what they are about. */
#pragma once

#include "policy/fields/slots.h"
#include "runtime/event.h"

typedef struct Ask {
    const Event *e;
    const FieldRef *ref;
    Scratch *scratch;
} Ask;

typedef Value Getter(const Ask *a);

/* By slot; NULL: the field is of another table. */
enum { EVENT_SLOTS = SLOT_EVENT_K8S_POD_LABEL + 1 };
extern Getter *const event_process_getters[EVENT_SLOTS];   /* process, ancestors, users */
extern Getter *const event_file_getters[EVENT_SLOTS];      /* descriptors, sockets, paths */
extern Getter *const event_container_getters[EVENT_SLOTS];

/* A copy in the scratch memory; STR_NULL when that is used up. */
static inline Str ask_copy(const Ask *a, Str s) {
    char *out = scratch_alloc(a->scratch, s.n + 1);
    if (!out)
        return STR_NULL;
    if (s.n)
        memcpy(out, s.p, s.n);
    return str_n(out, s.n);
}
static inline Value str_opt(Str s) {
    return value_str_or_none(s);
}
static inline Value str_there(Str s) {
    return value_str(s.p ? s : STR(""));
}
static inline Value number_if(uint64_t n) {
    return n ? value_int((int64_t) n) : value_none();
}
