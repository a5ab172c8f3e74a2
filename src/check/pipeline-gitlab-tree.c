/* SPDX-License-Identifier: Apache-2.0 */
/* .gitlab-ci.yml as it counts: merge keys, references and what jobs extend are put in. */
#include "check/pipeline-gitlab.h"

/* GitLab's limits: levels of "extends" and of "!reference". */
enum { EXTENDS_DEPTH = 11, REFERENCE_DEPTH = 10, TREE_DEPTH = 256 };
/* Merge keys in what merge keys bring: an alias stands for its anchor as it was written. */
enum { MERGE_DEPTH = 64 };

/* Counts a value that is put in, or a merge, which costs as much where it brings nothing. */
static bool spend(GitlabReader *g, const Node *n) {
    if (++g->copied > GITLAB_COPIES && !g->r->failed) {
        diag_add(g->r->diag, DIAG_ERROR, g->r->file, n->line, n->col, "extends, references and merge keys put in more than %d values", (int) GITLAB_COPIES);
        g->r->failed = -E2BIG;
    }
    return !g->r->failed;
}

static Node *copy_of(GitlabReader *g, const Node *n) {
    Node *copy = spend(g, n) ? arena_new(g->r->arena, Node) : NULL;
    if (!copy) {
        g->r->failed = -E2BIG;
        return NULL;
    }
    *copy = *n;
    copy->next = NULL;
    return copy;
}

/* Sets a key of a map that is being made: a later one takes the place of an earlier one. */
static void put(Node *map, Map *keys, Node *child) {
    bool fresh;
    void **slot = map_slot(keys, child->key, &fresh);
    if (fresh) {
        node_append(map, child);
    } else {
        Node *old = *slot, *next = old->next;
        *old = *child;
        old->next = next;
        child = old;
    }
    *slot = child;
}

static void merge_map(GitlabReader *g, Node *map, unsigned depth);

static void merge_into(GitlabReader *g, Node *map, Map *keys, Node *from, const Node *at, unsigned depth) {
    if (!spend(g, at))
        return;
    if (node_get(from, "<<") && depth < MERGE_DEPTH)
        merge_map(g, from, depth + 1);
    else if (depth == MERGE_DEPTH)
        pipeline_error(g->r, at, "\"<<\" leads more than %d levels up", (int) MERGE_DEPTH);
    if (!node_is(from, NODE_MAP)) {
        pipeline_error(g->r, at, "\"<<\": expected a map or a list of maps, found %s", node_type_name(from->type));
        return;
    }
    node_each(c, from) {
        Node *copy = copy_of(g, c);
        if (!copy)
            return;
        put(map, keys, copy);
    }
}

/* As GitLab's reader (Ruby's Psych): the merged keys stand where "<<" stands, so that what follows takes their place; of a list the first map wins. Aliases share
 * the children: the map gets copies of its own. */
static void merge_map(GitlabReader *g, Node *map, unsigned depth) {
    _cleanup_(map_done) Map keys = {0};
    Node *old = map->list.first;
    map->list.first = map->list.last = NULL;
    map->list.n = 0;
    for (Node *c = old; c && !g->r->failed; c = c->next) {
        if (!str_eqz(c->key, "<<")) {
            Node *own = copy_of(g, c);
            if (own)
                put(map, &keys, own);
            continue;
        }
        if (!node_is(c, NODE_LIST)) {
            merge_into(g, map, &keys, c, c, depth);
            continue;
        }
        Vec(Node *) parts = {0};
        for (Node *part = c->list.first; part; part = part->next)
            vec_push(&parts, part);
        for (size_t i = parts.n; i-- > 0;)
            merge_into(g, map, &keys, parts.p[i], c, depth);
        vec_done(&parts);
    }
}

void gitlab_merge(GitlabReader *g, Node *n, unsigned depth) {
    if ((n->type != NODE_MAP && n->type != NODE_LIST) || depth > TREE_DEPTH || g->r->failed)
        return;
    if (n->type == NODE_MAP && node_get(n, "<<"))
        merge_map(g, n, 0);
    for (Node *c = n->list.first; c && !g->r->failed; c = c->next)
        gitlab_merge(g, c, depth + 1);
}

bool gitlab_is_reference(const PipelineReader *r, const Node *n) {
    return node_is(n, NODE_LIST) && str_starts(str_from_at(r->text, pipeline_offset(r, n)), STR("!reference"));
}

/* What "!reference [a, b, c]" names in this file; NULL when it lies in an included one. */
static const Node *referred(GitlabReader *g, const Node *reference) {
    const Node *at = g->root;
    bool first = true;
    node_each(part, reference) {
        Str key = pipeline_text(part);
        if (first && key.p)
            at = gitlab_effective(g, key);
        else if (at) {
            const Node *found = NULL;
            node_each(c, at)
                if (at->type == NODE_MAP && str_eq(c->key, key))
                    found = c;
            at = found;
        }
        first = false;
    }
    return at == g->root ? NULL : at;
}

/* "!reference [.setup, script]" as text: for those of other files. */
static Node *as_text(GitlabReader *g, const Node *reference) {
    _cleanup_(buf_done) Buf b = buf_new(4096);
    buf_putz(&b, "!reference [");
    node_each(part, reference)
        buf_printf(&b, "%s%.*s", b.p[b.n - 1] == '[' ? "" : ", ", STR_FMT(pipeline_text(part)));
    buf_putz(&b, "]");
    Node *n = copy_of(g, reference);
    if (n) {
        n->type = NODE_STRING;
        n->text = arena_str(g->r->arena, buf_view(&b));
    }
    return n;
}

static void add_items(GitlabReader *g, Node *list, const Node *from, unsigned depth) {
    node_each(c, from) {
        if (g->r->failed)
            return;
        if (gitlab_is_reference(g->r, c)) {
            const Node *target = depth < REFERENCE_DEPTH ? referred(g, c) : NULL;
            if (depth == REFERENCE_DEPTH)
                pipeline_error(g->r, c, "references lead to references more than %d levels deep", (int) REFERENCE_DEPTH);
            else if (node_is(target, NODE_LIST))
                add_items(g, list, target, depth + 1);
            else {
                Node *one = target ? copy_of(g, target) : as_text(g, c);
                if (one)
                    node_append(list, one);
            }
        } else if (c->type == NODE_LIST && depth < REFERENCE_DEPTH) {
            add_items(g, list, c, depth + 1);
        } else {
            Node *one = copy_of(g, c);
            if (one)
                node_append(list, one);
        }
    }
}

const Node *gitlab_value(GitlabReader *g, const Node *n) {
    if (!node_is(n, NODE_LIST))
        return n;
    if (gitlab_is_reference(g->r, n)) {
        const Node *target = referred(g, n);
        return target == n || gitlab_is_reference(g->r, target) ? as_text(g, n) : target ? gitlab_value(g, target) : as_text(g, n);
    }
    bool plain = true;
    node_each(c, n)
        plain &= c->type != NODE_LIST;
    if (plain)
        return n;
    Node *list = copy_of(g, n);
    if (!list)
        return n;
    list->list.first = list->list.last = NULL;
    list->list.n = 0;
    add_items(g, list, n, 0);
    return list;
}

/* `over` on top of `base`: maps are merged at every level, everything else is replaced. */
static Node *overlay(GitlabReader *g, const Node *base, const Node *over, unsigned depth) {
    Node *map = copy_of(g, over);
    if (!map)
        return NULL;
    map->list.first = map->list.last = NULL;
    map->list.n = 0;
    _cleanup_(map_done) Map keys = {0};
    node_each(c, base) {
        Node *copy = copy_of(g, c);
        if (!copy)
            return NULL;
        put(map, &keys, copy);
    }
    node_each(c, over) {
        const Node *below = map_get(&keys, c->key);
        Node *copy = node_is(below, NODE_MAP) && c->type == NODE_MAP && depth < TREE_DEPTH ? overlay(g, below, c, depth + 1) : copy_of(g, c);
        if (!copy)
            return NULL;
        put(map, &keys, copy);
    }
    return map;
}

typedef struct Known {
    Node *node;
    bool busy;
} Known;

static Node *extended(GitlabReader *g, const Node *job, unsigned depth) {
    const Node *extends = node_get(job, "extends");
    if (!extends || extends->type == NODE_NULL)
        return (Node *) job;
    if (depth == EXTENDS_DEPTH) {
        pipeline_error(g->r, extends, "extends leads more than %d levels up", (int) EXTENDS_DEPTH);
        return (Node *) job;
    }
    PipelineList names = pipeline_texts(g->r, extends);
    const Node *base = NULL;
    for (size_t i = 0; i < names.n && !g->r->failed; i++) {
        Str name = names.p[i].text;
        const Node *template = map_get(&g->top, name);
        if (!node_is(template, NODE_MAP)) {
            /* It may lie in an included file. */
            if (!node_get(g->root, "include") && !pipeline_is_open(name))
                pipeline_error(g->r, extends, "extends: \"%.*s\" is not in this file, which includes none", (int) MIN(name.n, (size_t) 100), name.p);
            continue;
        }
        const Node *whole = gitlab_effective_at(g, template, depth + 1);
        base = base && whole ? overlay(g, base, whole, 0) : whole ? whole : base;
    }
    return base ? overlay(g, base, job, 0) : (Node *) job;
}

const Node *gitlab_effective_at(GitlabReader *g, const Node *job, unsigned depth) {
    if (!node_is(job, NODE_MAP))
        return job;
    bool fresh;
    void **slot = map_slot(&g->known, job->key, &fresh);
    if (!fresh) {
        const Known *k = *slot;
        if (k->busy) {
            pipeline_error(g->r, job, "\"%.*s\" extends itself", (int) MIN(job->key.n, (size_t) 100), job->key.p);
            return job;
        }
        return k->node;
    }
    Known *k = arena_new(g->r->arena, Known);
    if (!k) {
        g->r->failed = -E2BIG;
        return job;
    }
    k->busy = true;
    k->node = (Node *) job;
    *slot = k;
    Node *whole = extended(g, job, depth);
    k->node = whole ? whole : (Node *) job;
    k->busy = false;
    return k->node;
}

const Node *gitlab_effective(GitlabReader *g, Str name) {
    const Node *job = map_get(&g->top, name);
    return job ? gitlab_effective_at(g, job, 0) : NULL;
}
