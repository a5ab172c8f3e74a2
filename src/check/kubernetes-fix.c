/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of manifests: {set: {PATH: VALUE}}, the path from the subject on. A value that is there is replaced, one that is not is put in; nothing else of the text changes. */
#include "check/kubernetes.h"

#include "base/buf.h"
#include "kube/workload.h"

enum { KEYS_MAX = 8 };

/* Of a text, made when it is first mended. */
typedef struct TextIndex {
    size_t *lines;   /* where each begins */
    size_t n;
    bool anchors;    /* what stands behind an anchor stands for others, too: such texts are left alone */
} TextIndex;

typedef struct Setter {
    Str text;
    const TextIndex *index;
    Arena *arena;
    CheckEdits *edits;
} Setter;

static bool is_anchor(Str text, size_t i) {
    bool starts = i == 0 || strchr(" \t\n[{,:-", text.p[i - 1]);
    char next = i + 1 < text.n ? text.p[i + 1] : 0;
    return starts && ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || (next >= '0' && next <= '9') || next == '_');
}

static const TextIndex *index_of(KubeWorld *w, Str text, Arena *a) {
    if (w->of_reader)
        return w->of_reader;
    size_t n = 1;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '\n';
    TextIndex *x = arena_new(a, TextIndex);
    size_t *lines = arena_alloc(a, n * sizeof(*lines));
    if (!x || !lines)
        return NULL;
    *x = (TextIndex) {.lines = lines, .n = 1};
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\n')
            lines[x->n++] = i + 1;
        else if ((text.p[i] == '&' || text.p[i] == '*') && is_anchor(text, i))
            x->anchors = true;
    }
    return w->of_reader = x;
}

/* The offset of a place; -1 when the text has none like it. */
static ssize_t offset_of(const Setter *s, uint32_t line, uint32_t col) {
    if (line == 0 || line > s->index->n || col == 0)
        return -1;
    size_t at = s->index->lines[line - 1] + col - 1;
    return at <= s->text.n ? (ssize_t) at : -1;
}

static bool add_edit(Setter *s, size_t at, size_t end, Str text) {
    if (!text.p || s->edits->n == CHECK_EDITS)
        return false;
    s->edits->p[s->edits->n++] = (CheckEdit) {at, end, text};
    return true;
}

static bool plain(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9') || strchr("._/-", s.p[i])))
            return false;
    return s.n > 0;
}

/* The value as it is written; STR_NULL for what would need quotes of one kind or another. */
static Str written(const Node *value, bool json, Arena *a) {
    if (value->type == NODE_BOOL)
        return value->boolean ? STR("true") : STR("false");
    if (value->type == NODE_NUMBER)
        return value->text;
    if (value->type != NODE_STRING || !plain(value->text))
        return STR_NULL;
    return json ? arena_printf(a, "\"%.*s\"", STR_FMT(value->text)) : value->text;
}

/* A scalar in one word, quoted or not. */
static bool replace(Setter *s, const Node *old, const Node *value) {
    ssize_t at = offset_of(s, old->line, old->col);
    Str there = at < 0 ? STR_NULL : str_from_at(s->text, (size_t) at), text = old->type == NODE_BOOL ? (old->boolean ? STR("true") : STR("false")) : old->text;
    if (!there.n || (old->type != NODE_BOOL && old->type != NODE_NUMBER && old->type != NODE_STRING))
        return false;
    bool quoted = there.p[0] == '"' || there.p[0] == '\'';
    Str inside = quoted ? str_from_at(there, 1) : there;
    if (!str_ieq(str_head(inside, text.n), text) || (quoted && (inside.n <= text.n || inside.p[text.n] != there.p[0])))
        return false;
    return add_edit(s, (size_t) at, (size_t) at + text.n + (quoted ? 2 : 0), written(value, quoted, s->arena));
}

/* "a: {b: v}, " or "\"a\": {\"b\": v}, " */
static Str flow_text(Setter *s, const Str *keys, size_t n, const Node *value, bool json, bool empty) {
    Buf b = buf_new(4096);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, json ? "%s\"%.*s\": " : "%s%.*s: ", i ? "{" : "", STR_FMT(keys[i]));
    Str v = written(value, json, s->arena);
    buf_str(&b, v);
    for (size_t i = 1; i < n; i++)
        buf_putc(&b, '}');
    buf_putz(&b, empty ? "" : ", ");
    Str out = v.p && !b.failed ? arena_str(s->arena, buf_view(&b)) : STR_NULL;
    buf_done(&b);
    return out;
}

/* Keys of a block, each line but the first one indented. */
static Str block_text(Setter *s, const Str *keys, size_t n, const Node *value, size_t indent) {
    Buf b = buf_new(4096);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, i ? "\n%*s%.*s:" : "%*s%.*s:", i ? (int) (indent + 2 * i) : 0, "", STR_FMT(keys[i]));
    Str v = written(value, false, s->arena);
    buf_printf(&b, " %.*s\n%*s", STR_FMT(v), (int) indent, "");
    Str out = v.p && !b.failed ? arena_str(s->arena, buf_view(&b)) : STR_NULL;
    buf_done(&b);
    return out;
}

/* An edit that puts in a new map takes the next byte along, so that two of them do not both go in: the second would give the same key twice. */
static bool put_in(Setter *s, size_t at, Str text, bool map) {
    if (!map)
        return add_edit(s, at, at, text);
    return at < s->text.n && text.p && add_edit(s, at, at + 1, arena_printf(s->arena, "%.*s%c", STR_FMT(text), s->text.p[at]));
}

static bool insert(Setter *s, const Node *map, const Str *keys, size_t n, const Node *value) {
    const Node *first = node_first(map);
    ssize_t at = offset_of(s, map->line, map->col);
    if (map->type != NODE_MAP || at < 0 || (size_t) at >= s->text.n)
        return false;
    if (s->text.p[at] == '{') {
        bool json = str_starts(str_trim(s->text), STR("{\"")) || str_ends(str_trim(s->text), STR("}"));
        json = json && s->text.p[0] == '{';
        size_t inside = (size_t) at + 1;
        while (inside < s->text.n && strchr(" \t\r\n", s->text.p[inside]))
            inside++;
        return put_in(s, inside, flow_text(s, keys, n, value, json, !first), n > 1 || !first);
    }
    at = first ? offset_of(s, first->key_line, first->key_col) : -1;
    if (at < 0 || s->text.p[at] == '"' || s->text.p[at] == '\'' || s->text.p[at] == '?')
        return false;
    return put_in(s, (size_t) at, block_text(s, keys, n, value, first->key_col - 1), n > 1);
}

static bool set(Setter *s, const Node *from, Str path, const Node *value) {
    Str keys[KEYS_MAX], part;
    size_t n = 0, k = 0;
    while (str_split(&path, '.', &part)) {
        if (n == KEYS_MAX)
            return false;
        keys[n++] = part;
    }
    const Node *at = from;
    for (; k < n; k++) {
        const Node *next = NULL;
        node_each(c, node_is(at, NODE_MAP) ? at : NULL)
            if (str_eq(c->key, keys[k]))
                next = c;
        if (!next)
            return insert(s, at, keys + k, n - k, value);
        at = next;
    }
    return replace(s, at, value);
}

/* The value in the file that the subject is, and the world that it is in. */
static const Node *node_of(const Subject *s, KubeWorld **ret_world) {
    if (str_eqz(STR("container"), s->source->name)) {
        const KubeContainer *c = s->object;
        *ret_world = c->workload->object->world;
        return c->node;
    }
    if (str_eqz(STR("mount"), s->source->name) || str_eqz(STR("env"), s->source->name)) {
        const KubeItem *i = s->object;
        *ret_world = i->container->workload->object->world;
        return i->node;
    }
    if (str_eqz(STR("workload"), s->source->name)) {
        const KubeWorkload *w = s->object;
        *ret_world = w->object->world;
        return w->spec;
    }
    if (str_eqz(STR("k8s"), s->source->name) || str_eqz(STR("service_account"), s->source->name)) {
        const KubeObject *o = s->object;
        *ret_world = o->world;
        return o->root;
    }
    return NULL;
}

bool kubernetes_fix(const CheckFile *f, const CheckSubject *s, const Node *fix, CheckEdits *ret) {
    KubeWorld *w;
    const Node *from = node_of(&s->subject, &w), *values = node_get(fix, "set");
    if (!from || node_count(values) == 0)
        return false;
    Setter setter = {.text = f->text, .index = index_of(w, f->text, f->arena), .arena = f->arena, .edits = ret};
    if (!setter.index || setter.index->anchors)
        return false;
    node_each(v, values)
        if (!set(&setter, from, v->key, v))
            return false;
    return true;
}
