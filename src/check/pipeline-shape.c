/* SPDX-License-Identifier: Apache-2.0 */
#include "check/pipeline-shape.h"

#include "base/nearest.h"
#include "parse/node-step.h"

enum { PATH_BYTES = 400, NAMES_BYTES = 4096 };

typedef struct Shaper {
    const char *file;
    Diag *diag;
    size_t wrong;
} Shaper;

static const struct {
    unsigned types;
    const char *name;
} type_names[] = {
    {P_SCALAR, "a string"}, {P_TEXT, "a string"}, {P_NUMBER, "a number"}, {P_BOOL, "true or false"}, {P_EXPRESSION, "an expression"}, {P_LIST, "a list"}, {P_MAP, "a map"},
};

static void wrong(Shaper *s, const NodeStep *at, const Node *n, unsigned types) {
    _cleanup_(buf_done) Buf path = buf_new(PATH_BYTES), expected = buf_new(PATH_BYTES);
    node_step_print(at, &path);
    for (size_t i = 0; i < ARRAY_SIZE(type_names); i++)
        if ((types & type_names[i].types) == type_names[i].types) {
            buf_printf(&expected, "%s%s", expected.n ? " or " : "", type_names[i].name);
            types &= ~type_names[i].types;
        }
    s->wrong++;
    diag_add(s->diag, DIAG_ERROR, s->file, n->line, n->col, "%.*s: expected %.*s, found %s", STR_FMT(buf_view(&path)), STR_FMT(buf_view(&expected)), node_type_name(n->type));
}

static bool fits(const Node *n, unsigned types) {
    switch (n->type) {
    case NODE_NULL:
        return false;
    case NODE_BOOL:
        return types & P_BOOL;
    case NODE_NUMBER:
        return types & P_NUMBER;
    case NODE_STRING:
        return types & P_TEXT || (types & P_EXPRESSION && str_chr(n->text, '$') >= 0);
    case NODE_LIST:
        return types & P_LIST;
    case NODE_MAP:
        return types & P_MAP;
    }
    return false;
}

static void check_map(Shaper *s, const NodeStep *at, const Node *n, const PipelineKey *keys);

static void check_items(Shaper *s, const NodeStep *at, const Node *list, const PipelineKey *row) {
    size_t i = 0;
    node_each(c, list) {
        NodeStep here = {at, STR_NULL, i++};
        if (c->type == NODE_LIST && row->items & P_NESTED)
            check_items(s, &here, c, row);
        else if (!fits(c, row->items))
            wrong(s, &here, c, row->items & ~(unsigned) P_NESTED);
        else if (c->type == NODE_MAP && row->sub)
            check_map(s, &here, c, row->sub);
    }
}

static void check_value(Shaper *s, const NodeStep *at, const Node *n, const PipelineKey *row) {
    if (!fits(n, row->types))
        wrong(s, at, n, row->types);
    else if (n->type == NODE_LIST && row->items)
        check_items(s, at, n, row);
    else if (n->type == NODE_MAP && row->sub)
        check_map(s, at, n, row->sub);
}

static void unknown(Shaper *s, const NodeStep *at, const Node *n, const PipelineKey *keys) {
    _cleanup_(buf_done) Buf names = buf_new(NAMES_BYTES), path = buf_new(PATH_BYTES);
    for (const PipelineKey *k = keys; k->key; k++)
        buf_printf(&names, "%s%s", names.n ? "|" : "", k->key);
    node_step_print(at, &path);
    Str near = nearest_name(buf_view(&names), n->key);
    int shown = (int) MIN(n->key.n, (size_t) 64);
    const char *sep = path.n ? ": " : "";
    if (near.p)
        diag_add(s->diag, DIAG_WARNING, s->file, n->key_line, n->key_col, "%.*s%sunknown key \"%.*s\"; did you mean \"%.*s\"?", STR_FMT(buf_view(&path)), sep, shown, n->key.p,
                 STR_FMT(near));
    else
        diag_add(s->diag, DIAG_WARNING, s->file, n->key_line, n->key_col, "%.*s%sunknown key \"%.*s\"", STR_FMT(buf_view(&path)), sep, shown, n->key.p);
}

static void check_map(Shaper *s, const NodeStep *at, const Node *n, const PipelineKey *keys) {
    node_each(c, n) {
        const PipelineKey *row = keys;
        while (row->key && !str_eqz(c->key, row->key) && strcmp(row->key, "*") != 0)
            row++;
        if (!row->key) {
            unknown(s, at, c, keys);
        } else if (c->type != NODE_NULL) {
            NodeStep here = {at, c->key, SIZE_MAX};
            check_value(s, &here, c, row);
        }
    }
}

size_t pipeline_shape(const Node *n, const PipelineKey *keys, const char *file, Diag *d) {
    Shaper s = {.file = file, .diag = d};
    check_map(&s, NULL, n, keys);
    return s.wrong;
}
