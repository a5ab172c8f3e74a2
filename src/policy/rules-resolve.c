/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and macros are put into conditions. Falco puts lists in as text; words of a condition end where its text replacement ends them, so that putting
 * them in word by word is the same. A macro's tree is shared by all that use it. */
#include "base/nearest.h"
#include "policy/rules-private.h"

/* Items of lists in conditions of one set, all uses together; levels of macros in macros and of brackets in all of them. */
enum { ITEMS_MAX = 4 * 1000 * 1000, HEIGHT_MAX = 400 };

const char *nearest_key(RuleSet *s, const Map *m, Str name) {
    Buf names = buf_new(4 << 20);
    for (size_t i = 0; i < m->n && !names.failed; i++)
        buf_printf(&names, "%s%.*s", i ? "|" : "", STR_FMT(m->entries[i].key));
    Str near = nearest_name(buf_view(&names), name);
    const char *text = near.p ? arena_printf(&s->arena, "; did you mean \"%.*s\"?", STR_FMT(near)).p : "";
    buf_done(&names);
    return text;
}

/* A word that quotes itself, as in items: ['"a b"']. */
static void unquote(AstItem *i) {
    Str t = i->text;
    if (t.n < 2 || (t.p[0] != '"' && t.p[0] != '\'') || t.p[t.n - 1] != t.p[0])
        return;
    i->text = str_n(t.p + 1, t.n - 2);
    i->quoted = true;
}

static int resolve_list(RuleSet *s, ListDef *l, unsigned depth, Diag *d) {
    if (l->state == RESOLVE_DONE)
        return 0;
    if (l->state == RESOLVE_FAILED)
        return -EINVAL; /* said already; its items are not all there, and not counted */
    if (l->state == RESOLVE_BUSY || depth > HEIGHT_MAX)
        return diag_add(d, DIAG_ERROR, l->file, l->place.line, l->place.col, "list \"%.*s\" %s", STR_FMT(l->name),
                        l->state == RESOLVE_BUSY ? "contains itself" : "is nested too deep");
    l->state = RESOLVE_BUSY;
    int r = 0;
    AstItem **end = &l->first;
    l->n = 0;
    while (*end && r == 0) {
        AstItem *i = *end;
        ListDef *other = i->quoted ? NULL : map_get(&s->lists, i->text);
        unquote(i);
        if (!other) {
            l->n++;
            end = &i->next;
            continue;
        }
        r = resolve_list(s, other, depth + 1, d);
        if (r < 0)
            break;
        AstItem *next = i->next;
        for (const AstItem *from = other->first; from; from = from->next) {
            if (++s->items > ITEMS_MAX) {
                r = diag_add(d, DIAG_ERROR, l->file, i->place.line, i->place.col, "the lists have more than %d items together", ITEMS_MAX);
                break;
            }
            AstItem *copy = arena_new(&s->arena, AstItem);
            *copy = (AstItem) {.text = from->text, .quoted = from->quoted, .place = i->place};
            *end = copy;
            end = &copy->next;
            l->n++;
        }
        *end = next;
    }
    l->state = r < 0 ? RESOLVE_FAILED : RESOLVE_DONE;
    return r;
}

/* Copies of the list's items, as written where the list is named; *end moves on to where the next item goes. */
static int put_items(RuleSet *s, const ListDef *l, const AstNode *n, AstPlace place, AstItem ***end, Diag *d) {
    s->items += l->n;
    if (s->items > ITEMS_MAX)
        return diag_add(d, DIAG_ERROR, n->file, place.line, place.col, "the conditions have more than %d items of lists together", ITEMS_MAX);
    AstItem *copies = l->n ? arena_alloc(&s->arena, l->n * sizeof(*copies)) : NULL;
    for (const AstItem *from = l->first; from; from = from->next) {
        lint_assume(copies); /* arena_alloc() of a list's items, of which there are l->n */
        *copies = (AstItem) {.text = from->text, .quoted = from->quoted, .place = place};
        **end = copies;
        *end = &copies->next;
        copies++;
    }
    return 0;
}

static int put_lists(RuleSet *s, AstNode *n, Diag *d) {
    bool many = n->op >= OP_IN || n->modifier;
    if (n->list.p) {
        ListDef *l = map_get(&s->lists, n->list);
        AstItem **end = &n->items;
        if (!l)
            return diag_add(d, DIAG_ERROR, n->file, n->place.line, n->place.col, "there is no list \"%.*s\"%s", STR_FMT(n->list), nearest_key(s, &s->lists, n->list));
        n->list = STR_NULL;
        int r = resolve_list(s, l, 0, d);
        return r < 0 ? r : put_items(s, l, n, n->place, &end, d);
    }
    for (AstItem **at = &n->items; *at;) {
        AstItem *i = *at;
        ListDef *l = i->quoted ? NULL : map_get(&s->lists, i->text);
        if (!l) {
            at = &i->next;
            continue;
        }
        int r = resolve_list(s, l, 0, d);
        if (r < 0)
            return r;
        if (!many && l->n != 1)
            return diag_add(d, DIAG_ERROR, n->file, i->place.line, i->place.col, "\"%.*s\" is a list of %zu items: compare with \"in\"", STR_FMT(i->text), l->n);
        AstItem *next = i->next;
        r = put_items(s, l, n, i->place, &at, d);
        if (r < 0)
            return r;
        *at = next;
    }
    return 0;
}

static int resolve_node(RuleSet *s, AstNode *n, Cost *cost, unsigned depth, Diag *d);

static int resolve_macro(RuleSet *s, MacroDef *m, unsigned depth, Diag *d) {
    if (m->state == RESOLVE_DONE)
        return m->tree ? 0 : -EINVAL;
    m->state = RESOLVE_BUSY;
    AstNode *tree;
    int r = pieces_parse(s, &m->condition, d, &tree);
    if (r == 0)
        r = resolve_node(s, tree, &m->cost, depth + 1, d);
    if (r == 0)
        m->tree = tree;
    m->state = RESOLVE_DONE;
    return r;
}

static int put_macro(RuleSet *s, AstNode *n, Cost *cost, unsigned depth, Diag *d) {
    MacroDef *m = map_get(&s->macros, n->name);
    if (!m) {
        const char *list = map_has(&s->lists, n->name) ? "; it is the name of a list" : nearest_key(s, &s->macros, n->name);
        return diag_add(d, DIAG_ERROR, n->file, n->place.line, n->place.col, "there is no macro \"%.*s\"%s", STR_FMT(n->name), list);
    }
    if (m->state == RESOLVE_BUSY)
        return diag_add(d, DIAG_ERROR, n->file, n->place.line, n->place.col, "macro \"%.*s\" leads back to itself", STR_FMT(n->name));
    if (depth > HEIGHT_MAX)
        return diag_add(d, DIAG_ERROR, n->file, n->place.line, n->place.col, "macros are nested too deep: %d levels are allowed", HEIGHT_MAX);
    int r = resolve_macro(s, m, depth, d);
    if (r < 0)
        return r;
    n->kind = AST_AND;
    n->child = n->last = m->tree;
    *cost = m->cost;
    return 0;
}

static int resolve_terms(RuleSet *s, AstTerm *t, Cost *cost, unsigned depth, Diag *d) {
    int failed = 0;
    for (; t; t = t->next) {
        Cost inner = {0};
        int r = t->condition ? resolve_node(s, t->condition, &inner, depth + 1, d) : 0;
        if (r == 0)
            r = resolve_terms(s, t->args, cost, depth, d);
        failed = r < 0 ? r : failed;
        cost->nodes = (uint32_t) MIN((uint64_t) cost->nodes + inner.nodes + 1, (uint64_t) UINT32_MAX);
        cost->height = MAX(cost->height, inner.height);
    }
    return failed;
}

static int resolve_node(RuleSet *s, AstNode *n, Cost *cost, unsigned depth, Diag *d) {
    int failed = 0;
    *cost = (Cost) {0};
    if (n->kind == AST_MACRO) {
        failed = put_macro(s, n, cost, depth, d);
    } else if (n->kind == AST_CHECK) {
        int r = put_lists(s, n, d), t = resolve_terms(s, n->left, cost, depth, d), u = resolve_terms(s, n->right, cost, depth, d);
        failed = r < 0 ? r : t < 0 ? t : u;
    } else {
        for (AstNode *c = n->child; c; c = c->next) {
            Cost inner;
            int r = resolve_node(s, c, &inner, depth + 1, d);
            failed = r < 0 ? r : failed;
            cost->nodes = (uint32_t) MIN((uint64_t) cost->nodes + inner.nodes, (uint64_t) UINT32_MAX);
            cost->height = MAX(cost->height, inner.height);
        }
    }
    cost->nodes += cost->nodes < UINT32_MAX;
    cost->height++;
    if (failed == 0 && (cost->nodes > s->limits.condition_nodes || cost->height > HEIGHT_MAX))
        failed = diag_add(d, DIAG_ERROR, n->file, n->place.line, n->place.col, "with its macros, the condition %s",
                          cost->height > HEIGHT_MAX ? "is nested too deep" : "has too many parts");
    return failed;
}

int resolve_macros(RuleSet *s, Diag *d) {
    int failed = 0;
    for (size_t i = 0; i < s->lists.n; i++) {
        int r = resolve_list(s, s->lists.entries[i].value, 0, d);
        failed = r < 0 ? r : failed;
    }
    for (size_t i = 0; i < s->macros.n; i++) {
        MacroDef *m = s->macros.entries[i].value;
        int r = m->state == RESOLVE_NEW ? resolve_macro(s, m, 0, d) : 0;
        failed = r < 0 ? r : failed;
    }
    return failed;
}

int resolve_condition(RuleSet *s, AstNode *n, Diag *d) {
    Cost cost;
    return resolve_node(s, n, &cost, 0, d);
}
