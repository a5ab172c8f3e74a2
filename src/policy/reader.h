/* SPDX-License-Identifier: Apache-2.0 */
/* From a written object (an example of a rule, a file) to the subjects in it. A room that owns objects gives a reader for its sources: a manifest has one
 * workload and several containers. Sources without one, and maps whose keys are fields, are read as policy/recorded.h has them. cmd/ puts the readers of all rooms
 * together: src/cmd/policy-reader.list.h. */
#pragma once

#include "parse/node.h"
#include "policy/source.h"

/* Takes one subject, which lives until the arena ends. Negative: stop. */
typedef int (*SubjectEach)(void *userdata, const Subject *s);

typedef struct ObjectReader {
    const char *sources; /* that it makes subjects of; separated by spaces */
    bool text;           /* it reads texts (a Dockerfile), not maps */
    /* Calls `each` for every subject of `source` in the object, in order. -EINVAL with messages in `d`; the object and the text behind it outlive the
     * arena. */
    int (*read)(const Source *source, const Node *object, const char *file, Arena *a, Diag *d, SubjectEach each, void *userdata);
} ObjectReader;

/* The reader of a source among them (NULL-ended); NULL: none has it. */
const ObjectReader *object_reader_for(const ObjectReader *const *readers, const Source *source);
int object_read(const ObjectReader *const *readers, const Source *source, const Node *object, const char *file, Arena *a, Diag *d, SubjectEach each, void *userdata);
