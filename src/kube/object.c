/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/object.h"

#include "kube/access-subject.h"
#include "kube/shape.h"
#include "kube/workload.h"

/* A List in a List is legal; deeper ones are nobody's. */
enum { LIST_DEPTH = 4 };

typedef struct KubeKind {
    const char *kind, *groups;
    KubeClass class;
    const char *template;
    const Shape *shape;
    bool namespaced;
} KubeKind;

static const KubeKind kinds[] = {
#define KIND(kind, groups, class, template, shape, namespaced) {kind, groups, class, template, shape, namespaced},
#include "kube/kind.list.h"
#undef KIND
};

KubeWorld kube_world(Arena *a) {
    return (KubeWorld) {.arena = a, .minor = KUBE_MINOR_NEWEST};
}

void kube_world_done(KubeWorld *w) {
    for (size_t i = 0; i < w->all.n; i++)
        if (w->all.p[i]->workload)
            map_done(&w->all.p[i]->workload->by_name);
    for (size_t i = 0; i < w->namespaces.n; i++) {
        KubeObjects *in = w->namespaces.entries[i].value;
        vec_done(in);
        free(in);
    }
    map_done(&w->namespaces);
    for (size_t i = 0; i < KUBE_CLASS_N_; i++)
        vec_done(&w->of[i]);
    vec_done(&w->all);
    access_world_done(w);
}

static void done(void *w) {
    kube_world_done(w);
}

KubeWorld *kube_world_in(Arena *a) {
    KubeWorld *w = arena_new(a, KubeWorld);
    if (w) {
        *w = kube_world(a);
        arena_defer(a, done, w);
    }
    return w;
}

/* The row of a kind in one of its groups; another group may well have a kind of the same name that is something else. */
static const KubeKind *kind_of(Str kind, Str group) {
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (str_eqz(kind, kinds[i].kind) && str_has_word(str_from(kinds[i].groups), group.n ? group : STR("-")))
            return &kinds[i];
    return NULL;
}

static void object_identity(KubeObject *o) {
    o->api_version = kube_text(o->root, "apiVersion");
    o->kind = kube_text(o->root, "kind");
    o->version = o->api_version;
    o->group = STR("");
    str_cut(o->api_version, '/', &o->group, &o->version);
    o->metadata = kube_at(o->root, "metadata");
    o->name = kube_text(o->metadata, "name");
    if (!o->name.p)
        o->name = kube_text(o->metadata, "generateName");
    o->namespace = kube_text(o->metadata, "namespace");
}

static void take_rules(KubeObject *o, Arena *a) {
    const Node *rules = kube_at(o->root, "rules");
    if (!node_is(rules, NODE_LIST))
        return;
    o->rules = arena_alloc(a, (rules->list.n + 1) * sizeof(Node *));
    if (!o->rules)
        return;
    node_each(r, rules)
        o->rules[o->n_rules++] = r;
}

KubeObject *kube_world_put(KubeWorld *w, const Node *root, const char *file, Diag *d) {
    KubeObject *o = arena_new(w->arena, KubeObject);
    if (!o)
        return NULL;
    o->file = file;
    o->root = root;
    o->world = w;
    object_identity(o);
    const KubeKind *row = kind_of(o->kind, o->group);
    /* Kinds of extensions that run pods hold them in the same place (Knative's Service, OpenKruise's CloneSet). */
    static const KubeKind extension = {"", "", KUBE_WORKLOAD, "spec.template", shape_controller, true};
    if (!row && kube_at(root, "spec.template.spec.containers"))
        row = &extension;
    if (!o->namespace.p && row && row->namespaced)
        o->namespace = STR("default");
    Str what = arena_printf(w->arena, "%.*s %.*s", STR_FMT(o->kind), STR_FMT(o->name));
    o->wrong = shape_check(root, row ? row->shape : shape_object, what, file, d) > 0;
    if (row)
        o->class = row->class;
    if (o->class == KUBE_WORKLOAD) {
        const Node *template = kube_at(root, row->template);
        if (!kube_at(template, "spec")) {
            /* Patches of Kustomize are like that; without one nothing runs. */
            diag_add(d, DIAG_WARNING, file, root->line, root->col, "%.*s: there is no pod %s to look at", STR_FMT(what), *row->template ? "template" : "spec");
        }
        o->workload = kube_workload_new(o, template, w->arena);
        if (!o->workload)
            return NULL;
        const Node *several = o->workload->several;
        if (several) {
            diag_add(d, DIAG_ERROR, file, several->key_line, several->key_col, "%.*s: a volume has one type, and this one has another already", STR_FMT(what));
            o->wrong = true;
        }
    } else if (o->class == KUBE_ROLE) {
        take_rules(o, w->arena);
    }
    vec_push(&w->all, o);
    vec_push(&w->of[o->class], o);
    if (o->namespace.p) {
        void **slot = map_slot(&w->namespaces, o->namespace, NULL);
        if (!*slot)
            *slot = xcalloc(1, sizeof(KubeObjects));
        KubeObjects *in = *slot;
        vec_push(in, o);
    }
    return o;
}

static int add_object(KubeWorld *w, Node *n, const char *file, unsigned depth, Diag *d);

/* The members of a List; those of a typed one (PodList) may leave out what they are. */
static int add_items(KubeWorld *w, const Node *list, const Node *items, const char *file, unsigned depth, Diag *d) {
    if (!node_is(items, NODE_LIST))
        return diag_add(d, DIAG_ERROR, file, items ? items->line : list->line, items ? items->col : list->col, "expected a list of objects, found %s",
                        items ? node_type_name(items->type) : "none");
    if (depth >= LIST_DEPTH)
        return diag_add(d, DIAG_ERROR, file, list->line, list->col, "lists of objects are nested deeper than %d", LIST_DEPTH);
    Str kind = kube_text(list, "kind");
    int result = 0;
    for (Node *c = items->list.first; c; c = c->next) {
        if (node_is(c, NODE_MAP) && kind.n > 4 && !kube_at(c, "kind")) {
            Node *parts = arena_alloc(w->arena, 2 * sizeof(Node));
            Node *copy = arena_new(w->arena, Node);
            if (!parts || !copy)
                return -E2BIG;
            parts[0] = (Node) {.type = NODE_STRING, .line = c->line, .col = c->col, .key = STR("apiVersion"), .text = kube_text(list, "apiVersion"), .next = &parts[1]};
            parts[1] = (Node) {.type = NODE_STRING, .line = c->line, .col = c->col, .key = STR("kind"), .text = str_head(kind, kind.n - 4), .next = c->list.first};
            *copy = *c;
            copy->list.first = parts;
            copy->list.n += 2;
            if (c->list.n == 0)
                copy->list.last = &parts[1];
            int r = add_object(w, copy, file, depth + 1, d);
            result = r < 0 ? r : result;
        } else {
            int r = add_object(w, c, file, depth + 1, d);
            result = r < 0 ? r : result;
        }
        if (result == -E2BIG)
            return result;
    }
    return result;
}

static int add_object(KubeWorld *w, Node *n, const char *file, unsigned depth, Diag *d) {
    if (n->type != NODE_MAP)
        return diag_add(d, DIAG_ERROR, file, n->line, n->col, "expected an object of Kubernetes, found %s", node_type_name(n->type));
    Str kind = kube_text(n, "kind"), api = kube_text(n, "apiVersion");
    if (!kind.n || !api.n) {
        const Node *said = kube_at(n, kind.n ? "apiVersion" : "kind");
        return diag_add(d, DIAG_ERROR, file, said ? said->line : n->line, said ? said->col : n->col, "expected an object of Kubernetes with \"apiVersion\" and \"kind\", found %s%s",
                        said ? node_type_name(said->type) : "no ", said ? "" : kind.n ? "\"apiVersion\"" : "\"kind\"");
    }
    if (str_eqz(kind, "List") || (str_ends(kind, STR("List")) && kube_at(n, "items")))
        return add_items(w, n, kube_at(n, "items"), file, depth, d);
    if (str_eqz(kind, "Template") && kube_at(n, "objects"))
        return add_items(w, n, kube_at(n, "objects"), file, depth, d);
    if (str_eqz(kind, "AdmissionReview") && kube_at(n, "request.object") && depth < LIST_DEPTH)
        return add_object(w, (Node *) kube_at(n, "request.object"), file, depth + 1, d);
    KubeObject *o = kube_world_put(w, n, file, d);
    if (!o) {
        diag_add(d, DIAG_ERROR, file, n->line, n->col, "too many objects");
        return -E2BIG;
    }
    return o->wrong ? -EINVAL : 0;
}

int kube_world_add(KubeWorld *w, Node *documents, const char *file, Diag *d) {
    int result = w->unmerged ? 0 : kube_merge(documents, file, w->arena, d);
    if (result == -E2BIG)
        return result;
    for (Node *doc = documents; doc; doc = doc->next) {
        /* An empty document between two separators. */
        if (doc->type == NODE_NULL)
            continue;
        int r = add_object(w, doc, file, 0, d);
        if (r < 0)
            result = r;
        if (r == -E2BIG)
            break;
    }
    return result;
}

bool kube_labels_match(const Node *wanted, const Node *labels) {
    if (!node_is(wanted, NODE_MAP))
        return false;
    node_each(want, wanted) {
        const Node *have = kube_key(labels, want->key);
        if (!have || !str_eq(node_str(have), node_str(want)))
            return false;
    }
    return true;
}

static bool requirement_holds(const Node *r, const Node *labels) {
    Str op = kube_text(r, "operator");
    const Node *have = kube_key(labels, kube_text(r, "key"));
    bool among = false;
    node_each(v, kube_at(r, "values"))
        among = among || (have && str_eq(node_str(v), node_str(have)));
    if (str_eqz(op, "In"))
        return among;
    if (str_eqz(op, "NotIn"))
        return !among;
    if (str_eqz(op, "Exists"))
        return have != NULL;
    return str_eqz(op, "DoesNotExist") && !have;
}

bool kube_selects(const Node *selector, const Node *labels) {
    if (!node_is(selector, NODE_MAP))
        return false;
    const Node *wanted = kube_at(selector, "matchLabels");
    if (wanted && !kube_labels_match(wanted, labels))
        return false;
    node_each(r, kube_at(selector, "matchExpressions"))
        if (!requirement_holds(r, labels))
            return false;
    return true;
}
