/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/recorded.h"

#include <stdio.h>

#include "model/fact.h"
#include "policy/code.h"
#include "version/version.h"

enum { NAME_MAX_BYTES = 512 };

static Value scalar(const Field *f, const Node *n) {
    Operand o = {.type = f->type, .unit = f->unit};
    Value v = value_none();
    double number;
    int64_t integer;
    switch (n->type) {
    case NODE_BOOL:
        return f->type == FIELD_BOOL ? value_bool(n->boolean) : v;
    case NODE_NUMBER:
        if ((f->type == FIELD_INT || f->type == FIELD_PORT) && node_i64(n, &integer) == 0)
            return value_int(integer);
        if (f->type == FIELD_DOUBLE && node_double(n, &number))
            return value_double(number);
        return f->type == FIELD_STRING ? value_str(n->text) : v;
    case NODE_STRING:
        return f->type == FIELD_STRING || f->type == FIELD_BYTES ? value_str(n->text) : literal_parse(&o, n->text, NULL, &v) ? value_none() : v;
    default:
        return v;
    }
}

static Value value_of(const Field *f, const Node *n, Scratch *scratch) {
    if (!n || n->type == NODE_NULL || n->type == NODE_MAP)
        return value_none();
    if (n->type != NODE_LIST)
        return scalar(f, n);
    Value *items = scratch_alloc(scratch, (n->list.n + 1) * sizeof(*items));
    size_t count = 0;
    for (const Node *c = n->list.first; items && c; c = c->next) {
        items[count] = scalar(f, c);
        count += items[count].type != VALUE_NONE;
    }
    return items && (count || n->list.n == 0) ? value_list(items, count) : value_none();
}

static const Node *named(const Node *map, Str name) {
    node_each(c, map)
        if (str_eq(c->key, name))
            return c;
    return NULL;
}

/* X.version_cmp["1.2"]: X.version against it, by the rules of X.type. */
static Value compared(const Node *object, const FieldRef *ref) {
    const Field *f = ref->field;
    char name[NAME_MAX_BYTES];
    Str prefix = str_head(str_from(f->name), strlen(f->name) - strlen("version_cmp"));
    PackageType type;
    snprintf(name, sizeof(name), "%.*sversion", STR_FMT(prefix));
    Str version = node_str(named(object, str_from(name)));
    snprintf(name, sizeof(name), "%.*stype", STR_FMT(prefix));
    if (!version.n || package_type_parse(node_str(named(object, str_from(name))), &type) < 0)
        return value_none();
    const VersionScheme *scheme = version_scheme(str_from(package_type_info(type)->scheme));
    return scheme ? value_int(scheme->compare(version, ref->arg)) : value_none();
}

static Value get(const void *object, const FieldRef *ref, Scratch *scratch) {
    const Field *f = ref->field;
    if (f->flags & FIELD_VERSION)
        return compared(object, ref);
    const Node *plain = named(object, str_from(f->name));
    if (!ref->has_arg)
        return value_of(f, plain, scratch);
    char key[NAME_MAX_BYTES];
    int n = snprintf(key, sizeof(key), "%s[%.*s]", f->name, STR_FMT(ref->arg));
    const Node *with = n > 0 && (size_t) n < sizeof(key) ? named(object, str_n(key, (size_t) n)) : NULL;
    if (with || !plain)
        return value_of(f, with, scratch);
    if (plain->type == NODE_MAP)
        return value_of(f, named(plain, ref->arg), scratch);
    if (!(f->flags & FIELD_ARG_INDEX))
        return value_none();
    int64_t first = f->flags & FIELD_ANY_INDEX ? 1 : 0, at = first;
    node_each(c, plain)
        if (at++ == ref->index)
            return value_of(f, c, scratch);
    return value_none();
}

static const void *child_after(const void *object, const Source *source, const void *previous, const SubjectOps **ret_ops) {
    *ret_ops = &recorded_ops;
    return previous ? ((const Node *) previous)->next : node_first(node_get(node_get(object, "children"), source->name));
}

static const void *child(const void *object, const Source *source, size_t i, const SubjectOps **ret_ops) {
    const void *c = child_after(object, source, NULL, ret_ops);
    while (c && i--)
        c = child_after(object, source, c, ret_ops);
    return c;
}

const SubjectOps recorded_ops = {get, child, child_after};

static const Field *field_of(const Source *source, Str key) {
    ssize_t bracket = str_chr(key, '[');
    Str name = bracket > 0 && key.p[key.n - 1] == ']' ? str_head(key, (size_t) bracket) : key;
    return source_field(source, name, NULL);
}

static int check_value(const Source *source, const Field *f, const Node *n, const char *file, Diag *d) {
    int r = 0;
    if (n->type == NODE_MAP || n->type == NODE_LIST) {
        node_each(c, n)
            if (check_value(source, f, c, file, d) < 0)
                r = -EINVAL;
        return r;
    }
    if (n->type == NODE_NULL || scalar(f, n).type != VALUE_NONE)
        return 0;
    return diag_add(d, DIAG_ERROR, file, n->line, n->col, "this is no value for %s", f->name);
}

int recorded_check(const Source *source, const Node *object, const char *file, Diag *d) {
    if (!node_is(object, NODE_MAP))
        return diag_add(d, DIAG_ERROR, file, object ? object->line : 1, object ? object->col : 1, "expected a map of fields and their values");
    int r = 0;
    node_each(c, object) {
        if (str_eqz(c->key, "children")) {
            node_each(list, c) {
                const Source *s = source->children && str_has_word(str_from(source->children), list->key) ? source_by_name(list->key) : NULL;
                if (!s)
                    r = diag_add(d, DIAG_ERROR, file, list->key_line, list->key_col, "source %s has no children \"%.*s\"", source->name, STR_FMT(list->key));
                node_each(one, s ? list : NULL)
                    if (recorded_check(s, one, file, d) < 0)
                        r = -EINVAL;
            }
            continue;
        }
        const Field *f = field_of(source, c->key);
        if (!f)
            r = diag_add(d, DIAG_ERROR, file, c->key_line, c->key_col, "source %s has no field \"%.*s\"", source->name, STR_FMT(c->key));
        else if (check_value(source, f, c, file, d) < 0)
            r = -EINVAL;
    }
    return r;
}
