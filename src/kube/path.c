/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/path.h"

#include "kube/tree.h"

typedef enum StepKind { STEP_END, STEP_KEY, STEP_INDEX, STEP_ALL, STEP_BAD } StepKind;

typedef struct PathStep {
    StepKind kind;
    Str key;
    uint64_t index;
} PathStep;

static PathStep bracket(Str *rest) {
    PathStep bad = {.kind = STEP_BAD};
    Str s = str_from_at(*rest, 1);
    if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
        char quote = s.p[0];
        s = str_from_at(s, 1);
        ssize_t end = str_chr(s, quote);
        if (end < 0 || (size_t) end + 1 >= s.n || s.p[end + 1] != ']')
            return bad;
        *rest = str_from_at(s, (size_t) end + 2);
        return (PathStep) {.kind = STEP_KEY, .key = str_head(s, (size_t) end)};
    }
    Str inside;
    if (!str_cut(s, ']', &inside, rest))
        return bad;
    if (str_eqz(inside, "*"))
        return (PathStep) {.kind = STEP_ALL};
    PathStep p = {.kind = STEP_INDEX};
    return str_to_u64(inside, UINT32_MAX, &p.index) < 0 ? bad : p;
}

/* Takes the next step off the path. */
static PathStep next_step(Str *rest, bool first) {
    if (rest->n == 0)
        return (PathStep) {.kind = STEP_END};
    if (rest->p[0] == '[')
        return bracket(rest);
    if (!first) {
        if (rest->p[0] != '.')
            return (PathStep) {.kind = STEP_BAD};
        *rest = str_from_at(*rest, 1);
    }
    size_t n = 0;
    while (n < rest->n && rest->p[n] != '.' && rest->p[n] != '[')
        n++;
    Str key = str_head(*rest, n);
    *rest = str_from_at(*rest, n);
    if (n == 0)
        return (PathStep) {.kind = STEP_BAD};
    return str_eqz(key, "*") ? (PathStep) {.kind = STEP_ALL} : (PathStep) {.kind = STEP_KEY, .key = key};
}

typedef struct Walk {
    void (*each)(void *userdata, const Node *value);
    void *userdata;
    size_t n;
} Walk;

static void walk(Walk *w, const Node *n, Str path, bool first) {
    if (!n || n->type == NODE_NULL)
        return;
    PathStep s = next_step(&path, first);
    switch (s.kind) {
    case STEP_END:
        w->n++;
        if (w->each)
            w->each(w->userdata, n);
        return;
    case STEP_KEY:
        walk(w, kube_key(n, s.key), path, false);
        return;
    case STEP_INDEX:
        if (n->type == NODE_LIST && s.index < n->list.n)
            for (const Node *c = n->list.first; c; c = c->next)
                if (s.index-- == 0) {
                    walk(w, c, path, false);
                    return;
                }
        return;
    case STEP_ALL:
        node_each(c, n)
            walk(w, c, path, false);
        return;
    case STEP_BAD:
        return;
    }
}

size_t kube_path_each(const Node *n, Str path, void (*each)(void *userdata, const Node *value), void *userdata) {
    Walk w = {each, userdata, 0};
    walk(&w, n, path, true);
    return w.n;
}

typedef struct Nearest {
    bool (*wanted)(void *userdata, const Node *value);
    void *userdata;
    const Node *found, *first, *inner;
    unsigned depth;          /* of `inner`, and 1 */
} Nearest;

static void nearest(Nearest *w, const Node *n, Str path, unsigned depth) {
    if (w->found || !n || n->type == NODE_NULL)
        return;
    PathStep s = next_step(&path, depth == 0);
    if (depth >= w->depth && s.kind != STEP_BAD) {
        w->inner = n;
        w->depth = depth + 1;
    }
    if (s.kind == STEP_END) {
        w->first = w->first ? w->first : n;
        if (!w->wanted || w->wanted(w->userdata, n))
            w->found = n;
    } else if (s.kind == STEP_KEY) {
        nearest(w, kube_key(n, s.key), path, depth + 1);
    } else if (s.kind != STEP_BAD) {
        size_t i = 0;
        for (const Node *c = s.kind == STEP_ALL || n->type == NODE_LIST ? node_first(n) : NULL; c && !w->found; c = c->next, i++)
            if (s.kind == STEP_ALL || i == s.index)
                nearest(w, c, path, depth + 1);
    }
}

const Node *kube_path_nearest(const Node *n, Str path, bool (*wanted)(void *userdata, const Node *value), void *userdata, bool *ret_there) {
    Nearest w = {.wanted = wanted, .userdata = userdata};
    nearest(&w, n, path, 0);
    *ret_there = w.first != NULL;
    return w.found ? w.found : w.first ? w.first : w.inner;
}

bool kube_path_valid(Str path) {
    PathStep s = {.kind = STEP_ALL};
    for (bool first = true; s.kind != STEP_END && s.kind != STEP_BAD; first = false)
        s = next_step(&path, first);
    return s.kind == STEP_END;
}
