/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a pipeline file the value of a field is written. */
#include "check/pipeline-input.h"
#include "check/pipeline-private.h"

static const struct {
    const char *field, *key;
} rows[] = {
#define WHERE(field, key) {field, key},
#include "check/pipeline-where.list.h"
#undef WHERE
};

static const Node *map_of(const Subject *s) {
    Str source = str_from(s->source->name);
    if (str_eqz(source, "step"))
        return ((const PipelineStep *) s->object)->node;
    if (str_eqz(source, "job"))
        return ((const PipelineJob *) s->object)->node;
    return str_eqz(source, "pipeline") ? ((const Pipeline *) s->object)->root : NULL;
}

static const Node *child(const Node *map, Str key) {
    node_each(c, node_is(map, NODE_MAP) ? map : NULL)
        if (str_eq(c->key, key))
            return c;
    return NULL;
}

const Node *pipeline_where(const Cause *c, bool *ret_there) {
    const Node *map = map_of(c->subject);
    for (size_t i = 0; map && i < ARRAY_SIZE(rows); i++) {
        if (strcmp(rows[i].field, c->field->field->name) != 0)
            continue;
        Str key = str_from(rows[i].key);
        Str below = STR_NULL;
        if (str_ends(key, STR("[]"))) {
            key = str_head(key, key.n - 2);
            below = c->field->arg;
        }
        str_cut(key, '.', &key, &below);
        const Node *n = child(map, key), *inner = below.p ? child(n, below) : NULL;
        if (n) {
            *ret_there = true;
            return inner ? inner : n;
        }
    }
    *ret_there = false;
    return NULL;
}
