/* SPDX-License-Identifier: Apache-2.0 */
#include "check/input.h"

static const CheckInput *const table[] = {
#define INPUT(symbol) &check_input_##symbol,
#include "check/input.list.h"
#undef INPUT
};

const CheckInput *const *check_inputs(size_t *ret_n) {
    *ret_n = ARRAY_SIZE(table);
    return table;
}

const CheckInput *check_input_of(Str path, Str head) {
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (table[i]->recognise(path, str_head(head, CHECK_HEAD)))
            return table[i];
    return NULL;
}

const CheckInput *check_input_sniff(Str text) {
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (table[i]->sniff && table[i]->sniff(text))
            return table[i];
    return NULL;
}

const CheckInput *check_input_by_name(Str name) {
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (str_eqz(name, table[i]->name))
            return table[i];
    return NULL;
}

const CheckInput *check_input_by_source(Str source) {
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        if (str_has_word(str_from(table[i]->sources), source))
            return table[i];
    return NULL;
}

Str check_subject_name(const CheckSubject *s, Arena *a) {
    return s->part.p ? arena_printf(a, "%.*s, %s%s%.*s", STR_FMT(s->name), s->subject.source->name, s->part.n ? " " : "", STR_FMT(s->part)) : s->name;
}

Str check_basename(Str path) {
    ssize_t slash = str_rchr(path, '/');
    return str_from_at(path, (size_t) (slash + 1));
}
