/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/shape.h"

#include "kube/quantity.h"
#include "kube/tree.h"
#include "parse/node-step.h"

enum { PATH_MAX_BYTES = 512 };

typedef struct Shaper {
    const char *file;
    Str what;
    Diag *diag;
    size_t wrong;
} Shaper;

static void wrong(Shaper *s, const NodeStep *at, const Node *n, const char *expected) {
    _cleanup_(buf_done) Buf path = buf_new(PATH_MAX_BYTES);
    node_step_print(at, &path);
    Str p = buf_view(&path);
    s->wrong++;
    if (n->type == NODE_STRING)
        diag_add(s->diag, DIAG_ERROR, s->file, n->line, n->col, "%.*s: %.*s: expected %s, found the string \"%.*s\"", STR_FMT(s->what), STR_FMT(p), expected,
                 (int) MIN(n->text.n, (size_t) 40), n->text.p);
    else
        diag_add(s->diag, DIAG_ERROR, s->file, n->line, n->col, "%.*s: %.*s: expected %s, found %s", STR_FMT(s->what), STR_FMT(p), expected, node_type_name(n->type));
}

static void check_map(Shaper *s, const NodeStep *at, const Node *n, const Shape *shape);

static bool is_quantity(const Node *n) {
    int64_t v;
    return (n->type == NODE_NUMBER || n->type == NODE_STRING) && quantity_parse(n->text, false, &v) == 0;
}

static bool is_int(const Node *n) {
    int64_t v;
    return kube_int(n, &v) == 0;
}

static void check_items(Shaper *s, const NodeStep *at, const Node *list, const Shape *row) {
    if (list->type != NODE_LIST) {
        wrong(s, at, list, "a list");
        return;
    }
    size_t i = 0;
    node_each(c, list) {
        NodeStep here = {at, STR_NULL, i++};
        if (row->type == SHAPE_STRING_LIST && c->type != NODE_STRING)
            wrong(s, &here, c, "a string");
        else if (row->type == SHAPE_INT_LIST && !is_int(c))
            wrong(s, &here, c, "a whole number");
        else if (row->type == SHAPE_LIST && c->type != NODE_MAP)
            wrong(s, &here, c, "a map");
        else if (row->type == SHAPE_LIST && row->sub)
            check_map(s, &here, c, row->sub);
    }
}

static void check_entries(Shaper *s, const NodeStep *at, const Node *map, const Shape *row) {
    if (map->type != NODE_MAP) {
        wrong(s, at, map, "a map");
        return;
    }
    if (row->type == SHAPE_MAP) {
        if (row->sub)
            check_map(s, at, map, row->sub);
        return;
    }
    node_each(c, map) {
        NodeStep here = {at, c->key, SIZE_MAX};
        if (c->type == NODE_NULL)
            continue;
        if (row->type == SHAPE_STRING_MAP && c->type != NODE_STRING)
            wrong(s, &here, c, "a string");
        else if (row->type == SHAPE_QUANTITY_MAP && !is_quantity(c))
            wrong(s, &here, c, "an amount such as \"512Mi\" or \"250m\"");
    }
}

static void check_value(Shaper *s, const NodeStep *at, const Node *n, const Shape *row) {
    switch (row->type) {
    case SHAPE_ANY:
        return;
    case SHAPE_BOOL:
        if (n->type != NODE_BOOL)
            wrong(s, at, n, "true or false");
        return;
    case SHAPE_INT:
        if (!is_int(n))
            wrong(s, at, n, "a whole number");
        return;
    case SHAPE_STRING:
        if (n->type != NODE_STRING)
            wrong(s, at, n, "a string");
        return;
    case SHAPE_INT_OR_STRING:
        if (n->type != NODE_STRING && !is_int(n))
            wrong(s, at, n, "a whole number or a string");
        return;
    case SHAPE_QUANTITY:
        if (!is_quantity(n))
            wrong(s, at, n, "an amount such as \"512Mi\" or \"250m\"");
        return;
    case SHAPE_MAP:
    case SHAPE_STRING_MAP:
    case SHAPE_QUANTITY_MAP:
        check_entries(s, at, n, row);
        return;
    case SHAPE_LIST:
    case SHAPE_STRING_LIST:
    case SHAPE_INT_LIST:
        check_items(s, at, n, row);
        return;
    }
}

static void check_map(Shaper *s, const NodeStep *at, const Node *n, const Shape *shape) {
    node_each(c, n) {
        if (c->type == NODE_NULL)
            continue;
        for (const Shape *row = shape; row->key; row++)
            if (c->key.n && c->key.p[0] == row->key[0] && str_eqz(c->key, row->key)) {
                NodeStep here = {at, c->key, SIZE_MAX};
                check_value(s, &here, c, row);
                break;
            }
    }
}

size_t shape_check(const Node *n, const Shape *shape, Str what, const char *file, Diag *d) {
    Shaper s = {.file = file, .what = what, .diag = d};
    check_map(&s, NULL, n, shape);
    return s.wrong;
}
