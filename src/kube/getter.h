/* SPDX-License-Identifier: Apache-2.0 */
/* How fields get their values: most by a row that names a path in the object, the others by a function. Nothing allocates but in the scratch memory. */
#pragma once

#include "kube/workload.h"
#include "policy/source.h"

typedef enum GetterHow {
    GET_NOTHING,
    GET_BOOL,       /* false when absent */
    GET_BOOL_TRUE,  /* true when absent */
    GET_BOOL_RAW,   /* absent when absent */
    GET_SET,        /* is it there? */
    GET_TEXT,       /* `otherwise` when absent or empty; without one, absent */
    GET_WORD,       /* as GET_TEXT, but what is empty stays so */
    GET_FILLED,     /* a text; empty is absent */
    GET_TYPED,      /* a map with "type": empty when that is missing, absent when the map is */
    GET_INT,        /* `otherwise` when absent; without one, absent */
    GET_BYTES,      /* a quantity */
    GET_MILLI,
    GET_TEXTS,      /* the strings of a list */
    GET_INTS,
    GET_NAMES,      /* "name" of the maps of a list */
    GET_KEYS,       /* keys of a map */
    GET_KEYED,      /* string in a map, by the argument of the field */
} GetterHow;

typedef struct Getter {
    GetterHow how;
    const char *path;
    const char *otherwise;
    Value (*call)(const void *object, const FieldRef *ref, Scratch *scratch); /* instead of the rest */
} Getter;

/* The value that the row says, from `base` on. */
Value getter_value(const Getter *g, const Node *base, const FieldRef *ref, Scratch *scratch);

/* A list while it is filled: room for `max` values. Full scratch memory makes it a list of none. */
typedef struct Gather {
    Value *p;
    size_t n, max;
} Gather;
Gather gather(Scratch *s, size_t max);
void gather_add(Gather *g, Value v);
static inline void gather_text(Gather *g, Str s) {
    if (s.p)
        gather_add(g, value_str(s));
}
/* The list; absent when nothing is in it. */
static inline Value gather_value(const Gather *g) {
    return g->n ? value_list(g->p, g->n) : value_none();
}
static inline size_t node_items(const Node *n) {
    return node_is(n, NODE_LIST) ? n->list.n : 0;
}
#define list_each(child, parent) if (node_is((parent), NODE_LIST)) node_each(child, (parent))
