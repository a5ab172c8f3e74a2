/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/reader.h"

#include "policy/recorded.h"

const ObjectReader *object_reader_for(const ObjectReader *const *readers, const Source *source) {
    for (; readers && *readers; readers++)
        if (str_has_word(str_from((*readers)->sources), str_from(source->name)))
            return *readers;
    return NULL;
}

/* A map of fields names one of them first: no other object has keys like that. */
static bool is_recorded(const Source *source, const Node *object) {
    const Node *first = object->type == NODE_MAP ? node_first(object) : NULL;
    if (!first)
        return false;
    ssize_t bracket = str_chr(first->key, '[');
    return str_eqz(first->key, "children") || source_field(source, bracket > 0 ? str_head(first->key, (size_t) bracket) : first->key, NULL);
}

/* The fields of parents stand in the same map. */
static const Subject *recorded_subject(const Source *source, const Node *object, Arena *a) {
    Subject *s = arena_new(a, Subject);
    const Source *parent = source->parent ? source_by_name(str_from(source->parent)) : NULL;
    *s = (Subject) {.source = source, .ops = &recorded_ops, .object = object, .parent = parent ? recorded_subject(parent, object, a) : NULL};
    return s;
}

int object_read(const ObjectReader *const *readers, const Source *source, const Node *object, const char *file, Arena *a, Diag *d, SubjectEach each, void *userdata) {
    const ObjectReader *r = object_reader_for(readers, source);
    if (r && !is_recorded(source, object)) {
        if (r->text != (object->type == NODE_STRING))
            return diag_add(d, DIAG_ERROR, file, object->line, object->col, "expected %s as an object of source %s, found %s", r->text ? "a text" : "a map", source->name,
                            node_type_name(object->type));
        return r->read(source, object, file, a, d, each, userdata);
    }
    int x = recorded_check(source, object, file, d);
    return x < 0 ? x : each(userdata, recorded_subject(source, object, a));
}
