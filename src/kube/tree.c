/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/tree.h"

#include "base/map.h"

/* Values that merge keys may copy in one file: far more than any real one has. */
enum { MERGED_MAX = 1000 * 1000, DEPTH_MAX = 256 };

const Node *kube_key(const Node *map, Str key) {
    if (!node_is(map, NODE_MAP))
        return NULL;
    /* Objects are asked for many keys that they do not have: most differ in length or in the first byte. */
    for (const Node *c = map->list.first; c; c = c->next)
        if (c->key.n == key.n && (key.n == 0 || (c->key.p[0] == key.p[0] && memcmp(c->key.p, key.p, key.n) == 0)))
            return c->type == NODE_NULL ? NULL : c;
    return NULL;
}

const Node *kube_at(const Node *n, const char *path) {
    if (n && n->type == NODE_NULL)
        return NULL;
    while (n && *path) {
        size_t k = (size_t) (strchrnul(path, '.') - path);
        n = kube_key(n, str_n(path, k));
        path += k + (path[k] == '.');
    }
    return n;
}

bool kube_bool(const Node *n, bool otherwise) {
    return node_is(n, NODE_BOOL) ? n->boolean : otherwise;
}

/* A number that no whole number is written like: kubectl reads it as a float, and hands it on as a whole number where it is one. */
static int whole_float(const Node *n, int64_t *ret) {
    enum { EXACT_BITS = 53 };
    double d;
    if (!node_double(n, &d) || !(d >= -(double) ((int64_t) 1 << EXACT_BITS) && d <= (double) ((int64_t) 1 << EXACT_BITS)) || (double) (int64_t) d != d)
        return -EINVAL;
    *ret = (int64_t) d;
    return 0;
}

static int decimal(const Node *n, int64_t *ret) {
    int r = node_i64(n, ret);
    return r == -EINVAL ? whole_float(n, ret) : r;
}

int kube_int(const Node *n, int64_t *ret) {
    if (!node_is(n, NODE_NUMBER))
        return node_i64(n, ret);
    Str s = n->text;
    bool minus = s.n && s.p[0] == '-';
    Str digits = minus ? str_from_at(s, 1) : s;
    if (digits.n < 2 || digits.p[0] != '0')
        return decimal(n, ret);
    uint64_t v = 0;
    for (size_t i = 1; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '7')
            return decimal(n, ret);
        if (v > INT64_MAX / 8)
            return -ERANGE;
        v = v * 8 + (uint64_t) (digits.p[i] - '0');
    }
    *ret = minus ? -(int64_t) v : (int64_t) v;
    return 0;
}

Str kube_text(const Node *map, const char *path) {
    return node_str(kube_at(map, path));
}

bool kube_has(const Node *list, const char *text) {
    if (!node_is(list, NODE_LIST))
        return false;
    node_each(c, list)
        if (str_eqz(node_str(c), text))
            return true;
    return false;
}

/* As deep as the readers let a tree be. */
Node *kube_copy(const Node *n, Arena *a) {
    Node *copy = arena_new(a, Node);
    if (!copy)
        return NULL;
    *copy = *n;
    copy->next = NULL;
    copy->key = n->key.p ? arena_str(a, n->key) : STR_NULL;
    if (n->type == NODE_STRING || n->type == NODE_NUMBER)
        copy->text = arena_str(a, n->text);
    if (n->type != NODE_MAP && n->type != NODE_LIST)
        return copy;
    copy->list.first = copy->list.last = NULL;
    copy->list.n = 0;
    node_each(c, n) {
        Node *child = kube_copy(c, a);
        if (!child)
            return NULL;
        node_append(copy, child);
    }
    return copy;
}

typedef struct Merge {
    const char *file;
    Arena *arena;
    Diag *diag;
    size_t copied;
    bool bad;
} Merge;

static int merge_error(Merge *m, const Node *at, const char *message) {
    m->bad = true;
    return diag_add(m->diag, DIAG_ERROR, m->file, at->key_line, at->key_col, "%s", message);
}


/* Copies the children of `from` whose keys are not there yet. */
static int merge_one(Merge *m, Node *into, const Node *from, Map *keys, const Node *at) {
    if (!node_is(from, NODE_MAP))
        return merge_error(m, at, "\"<<\" wants a map or a list of maps");
    node_each(c, from) {
        bool fresh;
        void **slot = map_slot(keys, c->key, &fresh);
        if (!fresh)
            continue;
        Node *copy = ++m->copied <= MERGED_MAX ? arena_new(m->arena, Node) : NULL;
        if (!copy) {
            merge_error(m, at, "merge keys put in too many values");
            return -E2BIG;
        }
        *copy = *c;
        *slot = copy;
        node_append(into, copy);
    }
    return 0;
}

static int merge_map(Merge *m, Node *map) {
    const Node *merge = node_get(map, "<<");
    if (!merge)
        return 0;
    if (!merge->merge)
        return merge_error(m, merge, "\"<<\" is a merge key only in YAML and without quotes; here it is a field that nobody knows");
    _cleanup_(map_done) Map keys = {0};
    Node *old = map->list.first;
    map->list.first = map->list.last = NULL;
    map->list.n = 0;
    bool before = true;
    for (Node *c = old, *next; c; c = next) {
        next = c->next;
        if (c == merge) {
            before = false;
            continue;
        }
        /* Readers differ on which one counts when the merge stands behind a key that it brings along as well. */
        if (before) {
            const Node *same = kube_key(merge, c->key);
            if (node_is(merge, NODE_LIST))
                node_each(part, merge)
                    same = same ? same : kube_key(part, c->key);
            if (same)
                merge_error(m, merge, "\"<<\" stands behind a key that it brings along too; readers differ on which one counts: put it first");
        }
        map_set(&keys, c->key, c);
        node_append(map, c);
    }
    int r = 0;
    if (node_is(merge, NODE_LIST)) {
        node_each(part, merge)
            if (r >= 0)
                r = merge_one(m, map, part, &keys, merge);
    } else {
        r = merge_one(m, map, merge, &keys, merge);
    }
    return r == -E2BIG ? r : 0;
}

static int merge_node(Merge *m, Node *n, unsigned depth, size_t *budget) {
    if ((n->type != NODE_MAP && n->type != NODE_LIST) || depth > DEPTH_MAX)
        return 0;
    int r = 0;
    /* An alias shares the children of its anchor, which may have got more of them by now. */
    n->list.n = 0;
    for (Node *c = n->list.first; c && r >= 0; c = c->next) {
        n->list.n++;
        n->list.last = c;
        if (++*budget > (size_t) 50 * MERGED_MAX)
            return -E2BIG;
        r = merge_node(m, c, depth + 1, budget);
    }
    if (r >= 0 && n->type == NODE_MAP)
        r = merge_map(m, n);
    return r;
}

int kube_merge(Node *documents, const char *file, Arena *a, Diag *d) {
    Merge m = {.file = file, .arena = a, .diag = d};
    size_t budget = 0;
    for (Node *doc = documents; doc; doc = doc->next) {
        int r = merge_node(&m, doc, 0, &budget);
        if (r < 0)
            return r;
    }
    return m.bad ? -EINVAL : 0;
}
