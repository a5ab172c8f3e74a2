/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/getter.h"

#include "kube/quantity.h"

Gather gather(Scratch *s, size_t max) {
    Gather g = {.p = max ? scratch_alloc(s, max * sizeof(Value)) : NULL};
    g.max = g.p ? max : 0;
    return g;
}

void gather_add(Gather *g, Value v) {
    if (g->n < g->max)
        g->p[g->n++] = v;
}

static Value list_value(GetterHow how, const Node *n, Scratch *scratch) {
    if (!n || (how == GET_KEYS ? n->type != NODE_MAP : n->type != NODE_LIST))
        return value_none();
    Gather g = gather(scratch, n->list.n);
    node_each(c, n) {
        int64_t i;
        if (how == GET_KEYS)
            gather_add(&g, value_str(c->key));
        else if (how == GET_TEXTS)
            gather_text(&g, node_str(c));
        else if (how == GET_NAMES)
            gather_text(&g, kube_text(c, "name"));
        else if (kube_int(c, &i) == 0)
            gather_add(&g, value_int(i));
    }
    return gather_value(&g);
}

static Value quantity_value(const Node *n, bool milli) {
    int64_t v;
    if (!n || (n->type != NODE_STRING && n->type != NODE_NUMBER) || quantity_parse(n->text, milli, &v) < 0)
        return value_none();
    return value_int(v);
}

Value getter_value(const Getter *g, const Node *base, const FieldRef *ref, Scratch *scratch) {
    const Node *n = kube_at(base, g->path);
    int64_t i;
    Str s;
    switch (g->how) {
    case GET_NOTHING:
        return value_none();
    case GET_BOOL:
        return value_bool(kube_bool(n, false));
    case GET_BOOL_TRUE:
        return value_bool(kube_bool(n, true));
    case GET_BOOL_RAW:
        return node_is(n, NODE_BOOL) ? value_bool(n->boolean) : value_none();
    case GET_SET:
        return value_bool(n != NULL);
    case GET_TEXT:
        s = node_str(n);
        return value_str_or_none(s.n || !g->otherwise ? s : str_from(g->otherwise));
    case GET_WORD:
        s = node_str(n);
        return value_str(s.p ? s : str_from(g->otherwise));
    case GET_FILLED:
        s = node_str(n);
        return s.n ? value_str(s) : value_none();
    case GET_TYPED:
        s = kube_text(n, "type");
        return node_is(n, NODE_MAP) ? value_str(s.p ? s : STR("")) : value_none();
    case GET_INT:
        if (kube_int(n, &i) == 0)
            return value_int(i);
        return g->otherwise && kube_int(&(Node) {.type = NODE_NUMBER, .text = str_from(g->otherwise)}, &i) == 0 ? value_int(i) : value_none();
    case GET_BYTES:
        return quantity_value(n, false);
    case GET_MILLI:
        return quantity_value(n, true);
    case GET_TEXTS:
    case GET_INTS:
    case GET_NAMES:
    case GET_KEYS:
        return list_value(g->how, n, scratch);
    case GET_KEYED:
        return value_str_or_none(node_str(kube_key(n, ref->arg)));
    }
    return value_none();
}
