/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes: which type the API server wants where. A value of another type makes it refuse the object, so that whoever looked for "privileged: true" in
 * a list that is none would let pass what nobody looked at. Keys that a shape does not name may hold anything. */
#pragma once

#include "parse/node.h"

typedef enum ShapeType {
    SHAPE_ANY,
    SHAPE_BOOL,
    SHAPE_INT,           /* a whole number */
    SHAPE_STRING,
    SHAPE_INT_OR_STRING, /* a port by number or name, a number or a percentage */
    SHAPE_QUANTITY,
    SHAPE_MAP,           /* of what `sub` says */
    SHAPE_STRING_MAP,
    SHAPE_QUANTITY_MAP,
    SHAPE_LIST,          /* of maps of what `sub` says */
    SHAPE_STRING_LIST,
    SHAPE_INT_LIST,
} ShapeType;

typedef struct Shape Shape;
struct Shape {
    const char *key;     /* NULL ends the list */
    ShapeType type;
    const Shape *sub;    /* SHAPE_MAP, SHAPE_LIST: NULL for any content */
};

/* Says every value of a wrong type below the map `n`; how many there were. `what` is how messages call it: "Pod web". */
size_t shape_check(const Node *n, const Shape *shape, Str what, const char *file, Diag *d);

extern const Shape shape_pod_template[];  /* metadata and spec */
extern const Shape shape_pod[];
extern const Shape shape_controller[];    /* spec.template */
extern const Shape shape_cron_job[];
extern const Shape shape_template[];      /* template, as PodTemplate has it */
extern const Shape shape_object[];        /* only metadata */
extern const Shape shape_service_account[];
extern const Shape shape_service[];
extern const Shape shape_ingress[];
extern const Shape shape_network_policy[];
extern const Shape shape_role[];
extern const Shape shape_binding[];
extern const Shape shape_secret[];
extern const Shape shape_config_map[];
