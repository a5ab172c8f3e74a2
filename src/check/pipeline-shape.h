/* SPDX-License-Identifier: Apache-2.0 */
/* Which types stand where in a pipeline file. A value of another type is refused by the service or read as something else than it looks: whoever passed over
 * it would let pass what nobody looked at. */
#pragma once

#include "parse/node.h"

typedef enum PipelineTypes {
    P_BOOL = 1 << 0,
    P_NUMBER = 1 << 1,
    P_TEXT = 1 << 2,
    P_LIST = 1 << 3,
    P_MAP = 1 << 4,
    P_EXPRESSION = 1 << 5, /* a string that has a variable or an expression in it */
    P_NESTED = 1 << 6,     /* of items: lists of them as well, to any depth */
    P_SCALAR = P_BOOL | P_NUMBER | P_TEXT,
    P_ANY = P_SCALAR | P_LIST | P_MAP,
} PipelineTypes;

/* One key of a map. A null is an absent value and fits everywhere. */
typedef struct PipelineKey PipelineKey;
struct PipelineKey {
    const char *key;          /* NULL ends the list; "*": every other key */
    unsigned types;           /* PipelineTypes of the value */
    unsigned items;           /* P_LIST: of its items */
    const PipelineKey *sub;   /* keys of the map, or of the maps in the list; NULL: any */
};

/* Says every value of a wrong type below the map `n`, and warns of keys that the list does not know; how many errors there were. */
size_t pipeline_shape(const Node *n, const PipelineKey *keys, const char *file, Diag *d);

extern const PipelineKey pipeline_workflow_keys[];
extern const PipelineKey pipeline_action_keys[];
extern const PipelineKey pipeline_gitlab_keys[];         /* top of the file */
extern const PipelineKey pipeline_gitlab_default_keys[]; /* of "default", which may stand at the top as well */
extern const PipelineKey pipeline_gitlab_job_keys[];
