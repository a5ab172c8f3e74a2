/* SPDX-License-Identifier: Apache-2.0 */
/* Edits of pipeline files: `fix: {set: {KEY: VALUE}}` of a rule gives the keys that the subject has written another value; of a variable the key is "value". */
#include "check/pipeline-private.h"

#include "check/pipeline-input.h"

static const Node *target(const CheckSubject *s, Str key) {
    Str source = str_from(s->subject.source->name);
    const Node *map = NULL;
    if (str_eqz(source, "pipeline_variable"))
        return str_eqz(key, "value") ? ((const PipelineVariable *) s->subject.object)->node : NULL;
    if (str_eqz(source, "step"))
        map = ((const PipelineStep *) s->subject.object)->node;
    else if (str_eqz(source, "job"))
        map = ((const PipelineJob *) s->subject.object)->node;
    node_each(c, map)
        if (str_eq(c->key, key))
            return c;
    return NULL;
}

/* The offset of a place; the text's length when there is none such. */
static size_t offset_of(Str text, uint32_t line, uint32_t col) {
    size_t at = str_starts(text, STR("\xEF\xBB\xBF")) ? 3 : 0;
    for (; line > 1; line--) {
        ssize_t end = str_chr(str_from_at(text, at), '\n');
        if (end < 0)
            return text.n;
        at += (size_t) end + 1;
    }
    return MIN(at + col - 1, text.n);
}

/* Where the scalar's bytes stand, without its quotes. False where it is not written as it reads: escapes, blocks, anchors. */
static bool extent(Str text, const Node *n, size_t *ret_at, size_t *ret_end) {
    Str value = pipeline_text(n);
    size_t at = offset_of(text, n->line, n->col);
    char quote = at < text.n ? text.p[at] : 0;
    bool quoted = quote == '"' || quote == '\'';
    at += quoted;
    if (!value.p || !str_starts(str_from_at(text, at), value) || str_chr(value, '\n') >= 0)
        return false;
    char next = at + value.n < text.n ? text.p[at + value.n] : '\n';
    if (quoted ? next != quote : !strchr("\n\r ,}]", next))
        return false;
    *ret_at = at;
    *ret_end = at + value.n;
    return true;
}

bool pipeline_fix(const CheckFile *f, const CheckSubject *s, const Node *fix, CheckEdits *ret) {
    const Node *set = node_get(fix, "set");
    ret->n = 0;
    if (!node_is(set, NODE_MAP))
        return false;
    node_each(c, set) {
        const Node *n = target(s, c->key);
        Str value = pipeline_text(c);
        if (!n)
            continue;
        CheckEdit *e = &ret->p[ret->n];
        if (ret->n == CHECK_EDITS || !value.p || !extent(f->text, n, &e->at, &e->end))
            return false;
        e->text = arena_str(f->arena, value);
        if (!e->text.p)
            return false;
        ret->n++;
    }
    return ret->n > 0;
}
