/* SPDX-License-Identifier: Apache-2.0 */
/* Fixes of manifests: {set: {PATH: VALUE}}, the path from the subject on. A value that is there is replaced, one that is not is put in; nothing else of the text changes. */
#include "check/kubernetes.h"

#include "base/buf.h"
#include "kube/compose.h"
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
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9') || strchr("._/-:", s.p[i])))
            return false;
    return s.n > 0 && s.p[s.n - 1] != ':';
}

/* The value as it is written; STR_NULL for what would need quotes of one kind or another. */
static Str written(const Node *value, bool json, Arena *a) {
    if (value->type == NODE_BOOL)
        return value->boolean ? STR("true") : STR("false");
    if (value->type == NODE_NUMBER)
        return value->text;
    if (value->type == NODE_LIST && value->list.n == 1 && plain(node_str(value->list.first)))
        return arena_printf(a, json ? "[\"%.*s\"]" : "[%.*s]", STR_FMT(value->list.first->text));
    if (value->type != NODE_STRING || !plain(value->text))
        return STR_NULL;
    return json ? arena_printf(a, "\"%.*s\"", STR_FMT(value->text)) : value->text;
}

static Str scalar_text(const Node *n) {
    if (n->type == NODE_BOOL)
        return n->boolean ? STR("true") : STR("false");
    return n->type == NODE_NUMBER || n->type == NODE_STRING ? n->text : STR_NULL;
}

/* A scalar in one word, quoted or not. */
static bool replace(Setter *s, const Node *old, const Node *value) {
    ssize_t at = offset_of(s, old->line, old->col);
    Str there = at < 0 ? STR_NULL : str_from_at(s->text, (size_t) at), text = scalar_text(old);
    if (!there.n || !text.p)
        return false;
    bool quoted = there.p[0] == '"' || there.p[0] == '\'';
    Str inside = quoted ? str_from_at(there, 1) : there;
    if (!str_ieq(str_head(inside, text.n), text) || (quoted && (inside.n <= text.n || inside.p[text.n] != there.p[0])))
        return false;
    return add_edit(s, (size_t) at, (size_t) at + text.n + (quoted ? 2 : 0), written(value, quoted, s->arena));
}

/* "a: {b: v}, " or "\"a\": {\"b\": v}, " */
static Str flow_text(Setter *s, const Str *keys, size_t n, const Node *value, bool json, Str behind) {
    Buf b = buf_new(4096);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, json ? "%s\"%.*s\": " : "%s%.*s: ", i ? "{" : "", STR_FMT(keys[i]));
    Str v = written(value, json, s->arena);
    buf_str(&b, v);
    for (size_t i = 1; i < n; i++)
        buf_putc(&b, '}');
    buf_str(&b, behind);
    Str out = v.p && !b.failed ? arena_str(s->arena, buf_view(&b)) : STR_NULL;
    buf_done(&b);
    return out;
}

/* Keys of a block, a line each, indented, with the line ends of the text. */
static Str block_text(Setter *s, const Str *keys, size_t n, const Node *value, size_t indent, const char *eol) {
    Buf b = buf_new(4096);
    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%s%*s%.*s:", i ? eol : "", (int) (indent + 2 * i), "", STR_FMT(keys[i]));
    Str v = written(value, false, s->arena);
    buf_printf(&b, " %.*s", STR_FMT(v));
    Str out = v.p && !b.failed ? arena_str(s->arena, buf_view(&b)) : STR_NULL;
    buf_done(&b);
    return out;
}

/* An edit that puts in a new map takes a byte of its surroundings along, so that two of them do not both go in: the second would give the same key twice. */
static bool put_in(Setter *s, size_t at, Str text, bool map) {
    if (!map)
        return add_edit(s, at, at, text);
    return at < s->text.n && text.p && add_edit(s, at, at + 1, arena_printf(s->arena, "%.*s%c", STR_FMT(text), s->text.p[at]));
}

/* The end of the line, without its line break. */
static size_t line_end(Str text, size_t at) {
    ssize_t end = str_chr(str_from_at(text, at), '\n');
    at = end < 0 ? text.n : at + (size_t) end;
    return end >= 0 && at > 0 && text.p[at - 1] == '\r' ? at - 1 : at;
}

/* Does the value that stands in this line end there? A plain scalar may go on in lines that are indented deeper; what follows blank lines and comments is the next key, or belongs to
 * what is around. */
static bool ends_there(const Setter *s, const Node *child) {
    Str rest = str_from_at(s->text, (size_t) offset_of(s, child->line, 1)), line;
    (void) str_line(&rest, &line);
    for (uint32_t number = child->line + 1; str_line(&rest, &line); number++) {
        size_t blanks = 0;
        while (blanks < line.n && line.p[blanks] == ' ')
            blanks++;
        if (blanks < line.n && line.p[blanks] != '#')
            return child->next ? number == child->next->key_line : blanks < child->key_col;
    }
    return true;
}

/* The end of the line of a child that stands in one line with its value, so that its next sibling can stand in the line behind; -1 else. */
static ssize_t one_line(const Setter *s, const Node *child) {
    ssize_t at = offset_of(s, child->line, child->col);
    if (at < 0 || child->line != child->key_line || child->type == NODE_MAP || child->type == NODE_LIST || child->type == NODE_NULL)
        return -1;
    Str rest = str_n(s->text.p + at, line_end(s->text, (size_t) at) - (size_t) at), text = scalar_text(child);
    bool quoted = rest.n && (rest.p[0] == '"' || rest.p[0] == '\'');
    Str inside = str_from_at(rest, quoted);
    if (!str_starts(inside, text) || (quoted && (inside.n <= text.n || inside.p[text.n] != rest.p[0])))
        return -1;
    Str behind = str_trim(str_from_at(inside, text.n + quoted));
    if (behind.n && behind.p[0] != '#')
        return -1;
    return ends_there(s, child) ? (ssize_t) (rest.p + rest.n - s->text.p) : -1;
}

/* Behind the first key, if that is safe, else before it. */
static bool insert_lines(Setter *s, const Node *map, const Str *keys, size_t n, const Node *value) {
    const Node *first = node_first(map);
    ssize_t at = first ? offset_of(s, first->key_line, first->key_col) : -1;
    if (at < 0 || s->text.p[at] == '"' || s->text.p[at] == '\'' || s->text.p[at] == '?')
        return false;
    size_t indent = first->key_col - 1;
    const char *eol = str_find(s->text, STR("\r\n")) >= 0 ? "\r\n" : "\n";
    Str text = block_text(s, keys, n, value, indent, eol);
    ssize_t behind = one_line(s, first);
    if (!text.p)
        return false;
    if (behind < 0)
        return put_in(s, (size_t) at, arena_printf(s->arena, "%.*s%s%*s", STR_FMT(str_from_at(text, indent)), eol, (int) indent, ""), n > 1);
    text = arena_printf(s->arena, "%s%.*s", eol, STR_FMT(text));
    size_t last = (size_t) behind;
    if (n == 1)
        return add_edit(s, last, last, text);
    return text.p && add_edit(s, last - 1, last, arena_printf(s->arena, "%c%.*s", s->text.p[last - 1], STR_FMT(text)));
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
        size_t start = inside;
        while (inside < s->text.n && strchr(" \t\r\n", s->text.p[inside]))
            inside++;
        /* Members that stand in lines of their own go on doing so. */
        Str blank = str_n(s->text.p + start, inside - start), comma = first && str_chr(blank, '\n') >= 0 ? arena_printf(s->arena, ",%.*s", STR_FMT(blank)) : STR(", ");
        return put_in(s, inside, flow_text(s, keys, n, value, json, first ? comma : STR("")), n > 1 || !first);
    }
    return insert_lines(s, map, keys, n, value);
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

/* What a fix of a pod is in a service of Compose: an option in a list. */
static const struct {
    const char *path, *list, *option, *value;
} options[] = {
    {"securityContext.allowPrivilegeEscalation", "security_opt", "no-new-privileges", "no-new-privileges:true"},
};

/* One more item before the first one, in its line or in one of its own. */
static bool add_item(Setter *s, const Node *list, Str item) {
    const Node *first = node_first(list);
    ssize_t at = offset_of(s, list->line, list->col), there = first ? offset_of(s, first->line, first->col) : -1, start = first ? offset_of(s, first->line, 1) : -1;
    if (at >= 0 && (size_t) at < s->text.n && s->text.p[at] == '[')
        return add_edit(s, (size_t) at + 1, (size_t) at + 1, first ? arena_printf(s->arena, "%.*s, ", STR_FMT(item)) : item);
    if (start < 0 || there <= start || !str_eqz(str_trim(str_n(s->text.p + start, (size_t) (there - start))), "-"))
        return false;
    const char *eol = str_find(s->text, STR("\r\n")) >= 0 ? "\r\n" : "\n";
    return add_edit(s, (size_t) start, (size_t) start, arena_printf(s->arena, "%.*s%.*s%s", (int) (there - start), s->text.p + start, STR_FMT(item), eol));
}

static bool set_option(Setter *s, const Node *service, const char *list, const char *option, const char *value) {
    const Node *items = node_get(service, list);
    Node item = {.type = NODE_STRING, .text = str_from(value)}, one = {.type = NODE_LIST, .list = {&item, &item, 1}};
    const Str key = str_from(list);
    if (node_get(service, "extends")) /* what it says may stand in another one */
        return false;
    if (!items)
        return insert(s, service, &key, 1, &one);
    if (items->type != NODE_LIST)
        return false;
    node_each(i, items)
        if (str_starts(node_str(i), str_from(option)))
            return replace(s, i, &item);
    return add_item(s, items, item.text);
}

bool compose_fix(const CheckFile *f, const CheckSubject *s, const Node *fix, CheckEdits *ret) {
    KubeWorld *w;
    const Node *only = node_first(node_get(fix, "set"));
    if (!str_eqz(STR("container"), s->subject.source->name) || !node_of(&s->subject, &w) || !only || only->next)
        return false;
    const KubeContainer *c = s->subject.object;
    Setter setter = {.text = f->text, .index = index_of(w, f->text, f->arena), .arena = f->arena, .edits = ret};
    for (size_t i = 0; setter.index && !setter.index->anchors && i < ARRAY_SIZE(options); i++)
        if (str_eqz(only->key, options[i].path))
            return set_option(&setter, node_get(c->workload->object->root, COMPOSE_SERVICE), options[i].list, options[i].option, options[i].value);
    return false;
}
