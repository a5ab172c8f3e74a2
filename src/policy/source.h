/* SPDX-License-Identifier: Apache-2.0 */
/* Sources and fields: what a rule can be about and what can be asked of it. A source (`source: workload` in a rule) has a table of fields, one
 * file per subject in fields/; the room that owns the objects gives SubjectOps, which get a field's value by its slot.
 *
 * A subject may have a parent (a container's is its workload): fields of the parent's source are visible in its conditions. And it has children
 * (a workload's are its containers): `workload.any["container: container.privileged = true"]`. */
#pragma once

#include "base/arena.h"
#include "policy/value.h"

typedef enum FieldType {
    FIELD_BOOL,
    FIELD_INT,
    FIELD_DOUBLE,
    FIELD_STRING,
    FIELD_BYTES,
    FIELD_IP,
    FIELD_NET,
    FIELD_PORT,
} FieldType;

/* The unit of a FIELD_INT: decides which literals a condition may compare it with ("512Mi", "30d", "500m"); without a suffix a literal is in this unit. */
typedef enum FieldUnit {
    UNIT_NONE,
    UNIT_BYTES,       /* k M G T Ki Mi Gi Ti */
    UNIT_MILLICORES,  /* "500m", "2" is two cores: 2000 */
    UNIT_DAYS,        /* d, w, y (365 d) */
    UNIT_SECONDS,     /* s m h d */
    UNIT_NANOSECONDS, /* ns us ms s m h d */
    UNIT_TIME,        /* seconds since 1970; "2026-02-12" */
} FieldUnit;

typedef enum FieldFlags {
    FIELD_OPTIONAL = 1 << 0,     /* may be absent: lint asks for `exists` beside != and not in deny rules */
    FIELD_LIST = 1 << 1,         /* several values: `in` all, `intersects` any, = any */
    FIELD_ARG_INDEX = 1 << 2,    /* takes [N] */
    FIELD_ARG_KEY = 1 << 3,      /* takes [KEY] or ["KEY"] */
    FIELD_ARG_CONDITION = 1 << 4, /* takes ["CHILD: CONDITION"]: any, all, count */
    FIELD_ARG_REQUIRED = 1 << 5,
    FIELD_ANY_INDEX = 1 << 6,    /* without an index: any of them (proc.aname) */
    FIELD_PATH = 1 << 7,         /* a path of files */
    FIELD_BOTH_ENDS = 1 << 8,    /* fd.ip, fd.net, fd.port: two values; `!=` means neither */
    FIELD_SENSOR = 1 << 9,       /* only the sensor fills it */
    FIELD_VERSION = 1 << 10,     /* takes ["VERSION"]: <0, 0, >0 by the subject's scheme */
    FIELD_ARG_DOT = 1 << 11,     /* its argument may follow a dot: evt.arg.flags is evt.arg[flags] */
} FieldFlags;

typedef struct Field {
    const char *name;       /* "container.privileged" */
    FieldType type;
    FieldUnit unit;
    unsigned flags;
    uint16_t slot;          /* what SubjectOps.get is asked for: an enum of the file that declares the field */
    const char *values;     /* "CRITICAL|HIGH|…": the only ones there are; NULL: any. An ordered list makes < and > compare places in it (severities), lowest first */
    const char *doc;
} Field;

typedef enum ActionBits {
    ACTION_WARN = 1 << 0,
    ACTION_DENY = 1 << 1,
    ACTION_ALLOW = 1 << 2,
    ACTION_ALERT = 1 << 3,
} ActionBits;

typedef struct Source {
    const char *name;        /* "workload" */
    const char *phase;       /* "build", "deploy", "run", "govern": where its rules run */
    const char *doc;
    const Field *fields;     /* ended by a NULL name */
    const char *parent;      /* source whose fields are visible too; NULL: none */
    const char *children;    /* sources of children, separated by spaces; NULL: none */
    unsigned actions;        /* ActionBits that rules of this source may name */
} Source;

/* In table order (fields/source.list.h); *ret_n of them. */
const Source *const *sources(size_t *ret_n);
const Source *source_by_name(Str name);
/* The field by its full name among those of the source and of its parents; NULL. *ret_up (may be NULL): how many parents up. */
const Field *source_field(const Source *s, Str name, unsigned *ret_up);

/* A field as a condition names it. */
typedef struct FieldRef {
    const Field *field;
    unsigned up;             /* parents up from the rule's source */
    bool has_arg;
    int64_t index;           /* FIELD_ARG_INDEX */
    Str arg;                 /* FIELD_ARG_KEY and the others: without quotes */
} FieldRef;

/* Memory of one evaluation: bounded, reset between rules, never freed in between. */
typedef struct Scratch Scratch;
/* NULL when it is full: the getter then answers absent and the evaluation is marked as limited. */
void *scratch_alloc(Scratch *s, size_t n);

typedef struct SubjectOps {
    /* The value of ref->field (by its slot) of an object of this source. FIELD_ARG_CONDITION is done by the engine with `child`. */
    Value (*get)(const void *object, const FieldRef *ref, Scratch *scratch);
    /* The i-th child of that source; NULL behind the last. With ops of its own in *ret_ops. */
    const void *(*child)(const void *object, const Source *source, size_t i, const struct SubjectOps **ret_ops);
    /* The same for objects that find the one behind `previous` (NULL: the first) without counting; NULL where they do not. */
    const void *(*child_after)(const void *object, const Source *source, const void *previous, const struct SubjectOps **ret_ops);
} SubjectOps;

typedef struct Subject {
    const Source *source;
    const SubjectOps *ops;
    const void *object;
    const struct Subject *parent; /* NULL: none */
} Subject;
